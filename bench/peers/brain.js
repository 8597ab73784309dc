// brain.js trains one sample at a time. Its layers always have biases, which start at 0 here.

import { first, script, unitRows } from "../data.js";

export async function open(data) {
  await script("node_modules/brain.js/browser.min.js");

  return (net, batch, kernels) => {
    const network = new window.brain.NeuralNetwork({ activation: "sigmoid" });
    network.sizes = net.widths;
    network.initialize();
    Object.assign(network.trainOpts, { learningRate: net.rate, momentum: 0 });
    kernels.forEach((kernel, i) => {
      network.weights[i + 1] = unitRows(kernel, net.widths[i]);
      network.biases[i + 1].fill(0);
    });

    return {
      train(order) {
        for (const i of order) {
          const output = data.train.targets(net, [i]);
          network.trainPattern({ input: data.train.input(net, i), output });
        }
      },
      predict(count) {
        return Array.from(first(count), (i) =>
          Array.from(network.runInput(data.test.input(net, i))),
        ).flat();
      },
    };
  };
}
