// jax-js on WebAssembly: the whole update is one compiled function. An array belongs to the function
// that it is given to; `.ref` keeps it for later.

import { batches, first } from "../data.js";
import {
  blockUntilReady, defaultDevice, grad, init, jit, nn, numpy as np, tree,
} from "../node_modules/@jax-js/jax/dist/index.js";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;

const activations = { sigmoid: nn.sigmoid, relu: nn.relu };
const losses = {
  half_squared_error: (z, t) => np.square(nn.sigmoid(z).sub(t)).sum(1).mul(0.5).mean(),
  categorical_crossentropy: (z, t) => nn.logSoftmax(z, 1).mul(t).sum(1).mean().mul(-1),
};
const outputs = { half_squared_error: nn.sigmoid, categorical_crossentropy: nn.softmax };

export async function open(data) {
  await init("wasm");
  defaultDevice("wasm");

  return (net, batch, kernels) => {
    const matrix = (numbers, columns) => np.array(numbers).reshape([-1, columns]);
    let weights = kernels.map((kernel, i) => ({
      kernel: matrix(kernel, net.widths[i + 1]),
      ...(net.biases && { bias: np.zeros([net.widths[i + 1]]) }),
    }));
    const zeros = () => tree.map((w) => np.zeros(w.shape), weights);
    let slots = net.optimizer === "adam" ? [zeros(), zeros()] : [];
    let updates = 0;

    function logits(weights, x) {
      return weights.reduce((y, { kernel, bias }, i) => {
        const product = np.matmul(i ? activations[net.hidden](y) : y, kernel);
        return bias ? product.add(bias) : product;
      }, x);
    }

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
          const x = matrix(data.train.gather(net, rows), net.widths[0]);
          const t = matrix(data.train.targets(net, rows), net.widths.at(-1));
          [weights, slots] = step(weights, slots, np.array(rate), x, t);
        });
        await blockUntilReady(weights);
      },
      predict(count) {
        const x = matrix(data.test.gather(net, first(count)), net.widths[0]);
        return answers(tree.ref(weights), x).data();
      },
    };
  };
}
