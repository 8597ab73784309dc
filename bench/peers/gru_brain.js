// brain.js learns from one window at a time; its rows of input numbers are an embedding too.

import { script } from "../data.js";

export async function open(task) {
  await script("node_modules/brain.js/browser.min.js");
  const net = new window.brain.recurrent.GRU({
    inputSize: task.embedded,
    inputRange: task.letters,
    hiddenLayers: [task.units],
    outputSize: task.letters,
    learningRate: task.rate,
    setupData: undefined,
    dataFormatter: undefined,
  });
  net.initialize();
  let loss = 0;
  return {
    train(windows) {
      loss = 0;
      for (const i of windows) loss += net.trainPattern(task.text[i], true);
      loss /= windows.length;
    },
    loss: () => loss,
  };
}
