// ConvNetJS goes sample by sample too, and updates after each mini-batch. Its layers always have
// biases, which start at 0; volumes have their channels last. It has no Adam: where a network is
// trained with that, forward and backward are ConvNetJS's, and the update is written here.

import { first, script, unitRows } from "../data.js";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;

export async function open(data) {
  await script("node_modules/convnetjs/build/convnet.js");
  const { convnetjs } = window;

  return (net, batch, kernels) => {
    const network = made(convnetjs, net);
    const connected = network.layers.filter((layer) => ["fc", "conv"].includes(layer.layer_type));
    connected.forEach((layer, i) => {
      const inputs = layer.filters[0].w.length;
      unitRows(kernels[i], inputs).forEach((row, j) => layer.filters[j].w.set(row));
      layer.biases.w.fill(0);
    });
    const train = { sgd, adam }[net.optimizer](convnetjs, network, net.rate, batch);
    const answer = {
      half_squared_error: (i) => Array.from(data.train.targets(net, [i])),
      categorical_crossentropy: (i) => data.train.labels[i],
    }[net.loss];
    const [rows, columns, channels] = volume(net.shape);
    const x = new convnetjs.Vol(columns, rows, channels, 0);

    return {
      train(order) {
        for (const i of order) {
          x.w.set(data.train.input(net, i));
          train(x, answer(i));
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

/** A shape as rows, columns and channels. */
function volume(shape) {
  return shape.length === 3 ? shape : [1, 1, ...shape];
}

function made({ Net, RegressionLayer }, net) {
  const [rows, columns, channels] = volume(net.shape);
  const squared = net.loss === "half_squared_error";
  const definitions = net.layers.flatMap(({ kind, units, window, stride }, i) => {
    const last = i === net.layers.length - 1;
    const activation = last ? { half_squared_error: "sigmoid" }[net.loss] : net.hidden;
    if (last && !squared) return { type: "softmax", num_classes: units };
    return {
      dense: { type: "fc", num_neurons: units, activation },
      conv: { type: "conv", filters: units, sx: window, stride, pad: 0, activation },
      pool: { type: "pool", sx: window, stride },
      flatten: [], // what is dense takes volumes too
    }[kind];
  });
  const network = new Net();
  network.makeLayers([
    { type: "input", out_sx: columns, out_sy: rows, out_depth: channels },
    ...definitions,
  ]);
  // Said among the others, it would bring a layer without activation.
  if (squared) {
    const in_depth = net.layers.at(-1).units;
    network.layers.push(new RegressionLayer({ in_sx: 1, in_sy: 1, in_depth }));
  }
  return network;
}

function sgd({ Trainer }, network, learning_rate, batch_size) {
  const trainer = new Trainer(network, { method: "sgd", learning_rate, momentum: 0, batch_size });
  return (x, answer) => trainer.train(x, answer);
}

function adam(_, network, rate, batch) {
  const zeros = ({ params }) => new Float64Array(params.length);
  const lists = network.getParamsAndGrads();
  const means = lists.map(zeros);
  const squares = lists.map(zeros);
  let samples = 0;
  let updates = 0;

  function update() {
    updates += 1;
    const step = (rate * Math.sqrt(1 - BETA2 ** updates)) / (1 - BETA1 ** updates);
    network.getParamsAndGrads().forEach(({ params, grads }, i) => {
      const [m, v] = [means[i], squares[i]];
      for (let j = 0; j < params.length; j++) {
        const gradient = grads[j] / batch;
        m[j] += (1 - BETA1) * (gradient - m[j]);
        v[j] += (1 - BETA2) * (gradient * gradient - v[j]);
        params[j] -= (step * m[j]) / (Math.sqrt(v[j]) + EPSILON);
        grads[j] = 0;
      }
    });
  }

  return (x, answer) => {
    network.forward(x, true);
    network.backward(answer);
    samples += 1;
    if (samples % batch === 0) update();
  };
}
