// TensorFlow.js without tf.layers, which would take time of its own. Its backend on WebAssembly has no
// kernel for the gradient of a convolution (Conv2DBackpropFilter): only the other, cpu, trains those.

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
    const tensors = kernels.values();
    const connected = (layer) => {
      const kernel = tf.variable(tf.tensor(tensors.next().value, layer.kernel));
      const bias = net.biases && tf.variable(tf.zeros([layer.units]));
      const product = {
        dense: (x) => tf.matMul(x, kernel),
        conv: (x) => tf.conv2d(x, kernel, layer.stride, "valid"),
      }[layer.kind];
      return (x) => (bias ? tf.add(product(x), bias) : product(x));
    };
    const others = {
      pool: ({ window, stride }) => (x) => tf.maxPool(x, window, stride, "valid"),
      flatten: ({ outputs }) => (x) => tf.reshape(x, [-1, ...outputs]),
    };
    const steps = net.layers.flatMap((layer, i) => {
      if (!layer.kernel) return others[layer.kind](layer);
      const last = i === net.layers.length - 1;
      return last ? connected(layer) : [connected(layer), activations[net.hidden]];
    });
    const optimizer = { sgd: tf.train.sgd, adam: tf.train.adam }[net.optimizer](net.rate);
    const logits = (x) => steps.reduce((y, step) => step(y), x);
    const inputs = (data, rows) => tf.tensor(data.gather(net, rows), [rows.length, ...net.shape]);

    return {
      train: (order) =>
        batches(order, batch, (rows) =>
          tf.tidy(() => {
            const x = inputs(data.train, rows);
            const t = tf.tensor2d(data.train.targets(net, rows), [rows.length, net.widths.at(-1)]);
            optimizer.minimize(() => tf.mean(losses[net.loss](t, logits(x))));
          }),
        ),
      predict: (count) =>
        tf.tidy(() => outputs[net.loss](logits(inputs(data.test, first(count)))).dataSync()),
    };
  };
}
