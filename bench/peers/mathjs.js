// math.js as tutorials use it: matrices, one sample at a time, no biases.

import { first, script, unitRows } from "../data.js";

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

export async function open(data) {
  await script("node_modules/mathjs/lib/browser/math.js");
  const { math } = window;
  const column = (numbers) => math.matrix(Array.from(numbers, (number) => [number]));

  return (net, batch, kernels) => {
    let [wih, who] = kernels.map((kernel, i) => math.matrix(unitRows(kernel, net.widths[i])));

    function forward(x) {
      const hidden = math.map(math.multiply(wih, x), sigmoid);
      return [hidden, math.map(math.multiply(who, hidden), sigmoid)];
    }

    // From ∂/∂y to ∂/∂z, for y = sigmoid(z).
    function slope(error, y) {
      const derivative = math.map(y, (value) => math.subtract(1, value));
      return math.dotMultiply(error, math.dotMultiply(y, derivative));
    }

    return {
      train(order) {
        for (const i of order) {
          const x = column(data.train.input(net, i));
          const target = column(data.train.targets(net, [i]));
          const [hidden, output] = forward(x);
          const outputDelta = slope(math.subtract(target, output), output);
          const hiddenDelta = slope(math.multiply(math.transpose(who), outputDelta), hidden);
          const dwho = math.multiply(outputDelta, math.transpose(hidden));
          const dwih = math.multiply(hiddenDelta, math.transpose(x));
          who = math.add(who, math.multiply(net.rate, dwho));
          wih = math.add(wih, math.multiply(net.rate, dwih));
        }
      },
      predict(count) {
        return Array.from(first(count), (i) => {
          const [, output] = forward(column(data.test.input(net, i)));
          return output.toArray().flat();
        }).flat();
      },
    };
  };
}
