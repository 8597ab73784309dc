// One peer that learns which character comes next, in one tab. bench/sequences.py calls it.
//
// A module in peers/ exports `open(task, options)`, which returns `{ train, loss }`: `train(windows)`
// makes an update with each mini-batch of windows, numbers of places in the text, and `loss()`
// returns the mean loss of the last mini-batch, before its update. Both may be asynchronous.

let peer, task, place;

async function train(batches) {
  for (let i = 0; i < batches; i++) {
    const windows = Array.from({ length: task.batch }, (_, j) => (place + j) % task.windows);
    place = (place + task.batch) % task.windows;
    await peer.train(windows);
  }
}

window.bench = {
  async open(module, given, options) {
    task = given;
    place = 0;
    peer = await (await import(`./peers/${module}`)).open(task, options);
  },

  /** Train with so many mini-batches; returns seconds. */
  async train(batches) {
    const start = performance.now();
    await train(batches);
    return (performance.now() - start) / 1000;
  },

  loss: () => peer.loss(),
};
