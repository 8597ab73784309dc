// One peer in one tab. What bench/tab.py calls is `window.bench`.
//
// A module in peers/ exports `open(data, options)`, which loads the library and returns a function
// `(net, batch, kernels) => ({ train, predict })` that makes a network with these kernels:
// `train(order)` trains on the training pictures with the indices in `order`, a mini-batch after
// the other, and `predict(count)` returns the outputs for the first so many test pictures. Both may
// be asynchronous, and have nothing left to do when they are done. For a module that exports
// `bytes`, pictures are not scaled beforehand.

import { load } from "./data.js";

let data, peer, make;
let order, place;
const networks = {};

/** How long one call of `train` should take, as in a page that keeps its frames, in ms. */
const CALL = 12;

async function train(network, samples) {
  let left = samples;
  while (left > 0) {
    const end = Math.min(place + left, order.length);
    await network.train(order.subarray(place, end));
    left -= end - place;
    place = end % order.length;
  }
}

window.bench = {
  /** Load the library of a module, and the data; `permutation` is the order of the samples. */
  async open(module, options, permutation) {
    data = await load();
    order = Int32Array.from(permutation);
    place = 0;
    peer = await import(`./peers/${module}`);
    make = await peer.open(data, options);
  },

  /** Make a network called `name`; `kernels` are base64 of float32, channels and units last. */
  async setup(name, net, batch, kernels) {
    const arrays = kernels.map(
      (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer),
    );
    if (!peer.bytes) data.train.inputs(net);
    const network = await make(net, batch, arrays);
    networks[name] = { ...network, batch, samples: batch };
    place = 0;
  },

  /** Train on the next so many samples; returns seconds. */
  async train(name, samples) {
    const start = performance.now();
    await train(networks[name], samples);
    return (performance.now() - start) / 1000;
  },

  /** Train for about so many seconds; returns samples and seconds. */
  async measure(name, seconds) {
    const network = networks[name];
    let samples = 0;
    let now = performance.now();
    const start = now;
    while (now - start < 1000 * seconds) {
      const before = now;
      await train(network, network.samples);
      samples += network.samples;
      now = performance.now();
      const fitting = (CALL * network.samples) / (now - before + 0.01);
      const batches = Math.floor(Math.min(fitting, 2 * network.samples) / network.batch);
      network.samples = network.batch * Math.max(1, batches);
    }
    return { samples, seconds: (now - start) / 1000 };
  },

  /** The outputs for the first so many test pictures, one after the other. */
  async predict(name, count) {
    return Array.from(await networks[name].predict(count));
  },

  /** Where Python's heap ends, in bytes, and with `fill`, has no holes from then on. */
  heap: (fill) => peer.heap(fill),

  /** Multiply matrices in some way for about so many seconds; returns products and seconds. */
  multiply: (...how) => peer.multiply(...how),
};
