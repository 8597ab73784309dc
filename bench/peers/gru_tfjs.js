// TensorFlow.js without tf.layers, which would take time of its own. Its backend on WebAssembly has
// no kernel for the gradient of a gather, so characters are one-hot rows in a product.

import { script } from "../data.js";

const FOLDER = "node_modules/@tensorflow/";

export async function open(task, { backend, weights }) {
  await script(`${FOLDER}tfjs/dist/tf.min.js`);
  await script(`${FOLDER}tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
  const { tf } = window;
  tf.wasm.setWasmPaths(`${FOLDER}tfjs-backend-wasm/wasm-out/`);
  await tf.setBackend(backend);
  await tf.ready();

  const { units, letters, steps, batch } = task;
  const [table, kernel, recurrent, bias, last, lastBias] = weights.map((w) =>
    tf.variable(tf.tensor(w)),
  );
  const optimizer = tf.train.adam(task.rate);
  let loss = 0;

  function mean(x, labels) {
    const [own, other] = tf.unstack(bias);
    const inputs = tf.add(tf.matMul(tf.matMul(x, table), kernel), own);
    const sums = tf.unstack(inputs.reshape([batch, steps, 3 * units]), 1);
    let h = tf.zeros([batch, units]);
    const states = sums.map((u) => {
      const v = tf.add(tf.matMul(h, recurrent), other);
      const [uz, ur, uc] = tf.split(u, 3, 1);
      const [vz, vr, vc] = tf.split(v, 3, 1);
      const z = tf.sigmoid(tf.add(uz, vz));
      const c = tf.tanh(tf.add(uc, tf.mul(tf.sigmoid(tf.add(ur, vr)), vc)));
      h = tf.add(tf.mul(z, tf.sub(h, c)), c);
      return h;
    });
    const rows = tf.stack(states, 1).reshape([batch * steps, units]);
    const logits = tf.add(tf.matMul(rows, last), lastBias);
    return tf.losses.softmaxCrossEntropy(labels, logits);
  }

  return {
    train(windows) {
      const letter = (shift) => windows.flatMap((i) => task.text[i].slice(shift, steps + shift));
      const hot = (rows) => tf.oneHot(tf.tensor1d(rows, "int32"), letters).toFloat();
      const found = tf.tidy(() => {
        const x = hot(letter(0));
        const labels = hot(letter(1));
        return optimizer.minimize(() => mean(x, labels), true);
      });
      [loss] = found.dataSync();
      found.dispose();
    },
    loss: () => loss,
  };
}
