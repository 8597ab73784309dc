// jax-js on WebAssembly: the whole update is one compiled function. An array belongs to the function
// that it is given to; `.ref` keeps it for later. Convolutions have channels before rows.

import { batches, first } from "../data.js";
import {
  blockUntilReady, defaultDevice, grad, init, jit, lax, nn, numpy as np, tree,
} from "../node_modules/@jax-js/jax/dist/index.js";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;

const activations = { sigmoid: nn.sigmoid, relu: nn.relu };
const products = {
  dense: (x, kernel) => np.matmul(x, kernel),
  conv: (x, kernel, { stride }) => lax.conv(x, kernel, [stride, stride], "VALID"),
};
const others = {
  // Windows lie side by side.
  pool: (x, { window, outputs: [rows, columns, channels] }) =>
    np.max(x.reshape([-1, channels, rows, window, columns, window]), [3, 5]),
  flatten: (x, { outputs }) => np.transpose(x, [0, 2, 3, 1]).reshape([-1, ...outputs]),
};
const losses = {
  half_squared_error: (z, t) => np.square(nn.sigmoid(z).sub(t)).sum(1).mul(0.5).mean(),
  categorical_crossentropy: (z, t) => nn.logSoftmax(z, 1).mul(t).sum(1).mean().mul(-1),
};
const outputs = { half_squared_error: nn.sigmoid, categorical_crossentropy: nn.softmax };

export async function open(data) {
  await init("wasm");
  defaultDevice("wasm");

  return (net, batch, kernels) => {
    const connected = net.layers.filter(({ kernel }) => kernel);
    let weights = connected.map(({ kind, kernel, units }, i) => {
      const numbers = np.array(kernels[i]).reshape(kernel);
      return {
        kernel: kind === "conv" ? numbers.transpose([3, 2, 0, 1]) : numbers,
        ...(net.biases && { bias: np.zeros(kind === "conv" ? [units, 1, 1] : [units]) }),
      };
    });
    const zeros = () => tree.map((w) => np.zeros(w.shape), weights);
    let slots = net.optimizer === "adam" ? [zeros(), zeros()] : [];
    let updates = 0;

    function logits(weights, x) {
      const left = weights.values();
      return net.layers.reduce((y, layer, i) => {
        if (!layer.kernel) return others[layer.kind](y, layer);
        const { kernel, bias } = left.next().value;
        const product = products[layer.kind](y, kernel, layer);
        const z = bias ? product.add(bias) : product;
        return i < net.layers.length - 1 ? activations[net.hidden](z) : z;
      }, x);
    }

    const [rows, columns, channels] = net.shape;
    const shape = channels ? [-1, channels, rows, columns] : [-1, ...net.shape];
    const inputs = (data, indices) => np.array(data.gather(net, indices)).reshape(shape);
    const gradients = grad((weights, x, t) => losses[net.loss](logits(weights, x), t));
    const update = {
      sgd: (weights, slots, rate, g) => [
        tree.map((w, d) => w.sub(d.mul(net.rate)), weights, g),
        slots,
      ],
      adam: (weights, [m, v], rate, g) => {
        m = tree.map((m, d) => m.mul(BETA1).add(d.mul(1 - BETA1)), m, tree.ref(g));
        v = tree.map((v, d) => v.mul(BETA2).add(np.square(d).mul(1 - BETA2)), v, g);
        const step = (w, m, v) => w.sub(m.mul(rate.ref).div(np.sqrt(v).add(EPSILON)));
        weights = tree.map(step, weights, tree.ref(m), tree.ref(v));
        rate.dispose();
        return [weights, [m, v]];
      },
    }[net.optimizer];
    const step = jit((weights, slots, rate, x, t) =>
      update(weights, slots, rate, gradients(tree.ref(weights), x, t)),
    );
    const answers = jit((weights, x) => outputs[net.loss](logits(weights, x)));

    return {
      async train(order) {
        await batches(order, batch, (rows) => {
          updates += 1;
          const rate = (net.rate * Math.sqrt(1 - BETA2 ** updates)) / (1 - BETA1 ** updates);
          const t = np.array(data.train.targets(net, rows)).reshape([-1, net.widths.at(-1)]);
          [weights, slots] = step(weights, slots, np.array(rate), inputs(data.train, rows), t);
        });
        await blockUntilReady(weights);
      },
      predict: (count) => answers(tree.ref(weights), inputs(data.test, first(count))).data(),
    };
  };
}
