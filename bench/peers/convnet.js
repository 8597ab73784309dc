// ConvNetJS goes sample by sample too, and updates after each mini-batch. It has no Adam. Its layers
// always have biases, which start at 0.

import { first, script, unitRows } from "../data.js";

export async function open(data) {
  await script("node_modules/convnetjs/build/convnet.js");
  const { Net, RegressionLayer, Trainer, Vol } = window.convnetjs;

  return (net, batch, kernels) => {
    const [inputs, ...layers] = net.widths;
    const network = new Net();
    network.makeLayers([
      { type: "input", out_sx: 1, out_sy: 1, out_depth: inputs },
      ...layers.map((units) => ({ type: "fc", num_neurons: units, activation: "sigmoid" })),
    ]);
    // Said among the others, it would bring a layer without activation.
    network.layers.push(new RegressionLayer({ in_sx: 1, in_sy: 1, in_depth: layers.at(-1) }));
    const connected = network.layers.filter((layer) => layer.layer_type === "fc");
    connected.forEach((layer, i) => {
      unitRows(kernels[i], net.widths[i]).forEach((row, j) => layer.filters[j].w.set(row));
      layer.biases.w.fill(0);
    });
    const trainer = new Trainer(network, {
      method: "sgd", learning_rate: net.rate, momentum: 0, batch_size: batch,
    });
    const x = new Vol(1, 1, inputs, 0);

    return {
      train(order) {
        for (const i of order) {
          x.w.set(data.train.input(net, i));
          trainer.train(x, Array.from(data.train.targets(net, [i])));
        }
      },
      predict(count) {
        return Array.from(first(count), (i) => {
          x.w.set(data.test.input(net, i));
          return Array.from(network.forward(x).w);
        }).flat();
      },
    };
  };
}
