// TensorFlow.js without tf.layers, which would take time of its own.

import { batches, first, script } from "../data.js";

const FOLDER = "node_modules/@tensorflow/";

export async function open(data, { backend }) {
  await script(`${FOLDER}tfjs/dist/tf.min.js`);
  await script(`${FOLDER}tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
  const { tf } = window;
  tf.wasm.setWasmPaths(`${FOLDER}tfjs-backend-wasm/wasm-out/`);
  await tf.setBackend(backend);
  await tf.ready();

  const activations = { sigmoid: tf.sigmoid, relu: tf.relu };
  const losses = {
    half_squared_error: (t, z) => tf.mul(0.5, tf.sum(tf.squaredDifference(tf.sigmoid(z), t), 1)),
    categorical_crossentropy: (t, z) =>
      tf.losses.softmaxCrossEntropy(t, z, undefined, 0, tf.Reduction.NONE),
  };
  const outputs = { half_squared_error: tf.sigmoid, categorical_crossentropy: tf.softmax };

  return (net, batch, kernels) => {
    const weights = kernels.map((kernel, i) =>
      tf.variable(tf.tensor2d(kernel, net.widths.slice(i, i + 2))),
    );
    const biases = net.biases ? net.widths.slice(1).map((n) => tf.variable(tf.zeros([n]))) : [];
    const optimizer = { sgd: tf.train.sgd, adam: tf.train.adam }[net.optimizer](net.rate);

    function logits(x) {
      return weights.reduce((y, kernel, i) => {
        const product = tf.matMul(i ? activations[net.hidden](y) : y, kernel);
        return biases.length ? tf.add(product, biases[i]) : product;
      }, x);
    }

    return {
      train: (order) =>
        batches(order, batch, (rows) =>
          tf.tidy(() => {
            const x = tf.tensor2d(data.train.gather(net, rows), [rows.length, net.widths[0]]);
            const t = tf.tensor2d(data.train.targets(net, rows), [rows.length, net.widths.at(-1)]);
            optimizer.minimize(() => tf.mean(losses[net.loss](t, logits(x))));
          }),
        ),
      predict: (count) =>
        tf.tidy(() => {
          const x = data.test.gather(net, first(count));
          return outputs[net.loss](logits(tf.tensor2d(x, [count, net.widths[0]]))).dataSync();
        }),
    };
  };
}
