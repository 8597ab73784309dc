// MNIST as the page of the project has it, and what libraries want of it.

async function read(name, header) {
  const response = await fetch(`../mnist/${name}.gz`);
  const stream = response.body.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer()).subarray(header);
}

const FEATURES = 784;
const CLASSES = 10;

class Pictures {
  constructor(images, labels) {
    this.images = images;
    this.labels = labels;
    this.scaled = new Map();
  }

  /** All pictures as a network wants them, float32, scaled once and kept. */
  inputs({ scale, offset }) {
    const key = `${scale} ${offset}`;
    if (!this.scaled.has(key)) {
      const inputs = new Float32Array(this.images.length);
      for (let i = 0; i < inputs.length; i++) inputs[i] = this.images[i] * scale + offset;
      this.scaled.set(key, inputs);
    }
    return this.scaled.get(key);
  }

  /** The input of one picture. */
  input(net, i) {
    return this.inputs(net).subarray(i * FEATURES, (i + 1) * FEATURES);
  }

  /** The inputs of the pictures with the indices in `rows`, one after the other. */
  gather(net, rows) {
    const inputs = this.inputs(net);
    const batch = new Float32Array(rows.length * FEATURES);
    rows.forEach((row, i) => {
      batch.set(inputs.subarray(row * FEATURES, (row + 1) * FEATURES), i * FEATURES);
    });
    return batch;
  }

  /** Their targets, one after the other. */
  targets({ off, on }, rows) {
    const batch = new Float32Array(rows.length * CLASSES).fill(off);
    rows.forEach((row, i) => {
      batch[i * CLASSES + this.labels[row]] = on;
    });
    return batch;
  }
}

export async function load() {
  const [images, labels, testImages, testLabels] = await Promise.all([
    read("train-images-idx3-ubyte", 16),
    read("train-labels-idx1-ubyte", 8),
    read("t10k-images-idx3-ubyte", 16),
    read("t10k-labels-idx1-ubyte", 8),
  ]);
  return { train: new Pictures(images, labels), test: new Pictures(testImages, testLabels) };
}

/** Run a script that is not a module. */
export function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${address} cannot be loaded`));
    document.head.append(element);
  });
}

/** The indices of the first so many pictures. */
export function first(count) {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** Call `train` with each mini-batch of `order`. */
export async function batches(order, size, train) {
  for (let start = 0; start < order.length; start += size) {
    await train(order.subarray(start, start + size));
  }
}

/** A kernel as rows of one unit each, as libraries keep it that go unit by unit. */
export function unitRows(kernel, inputs) {
  const units = kernel.length / inputs;
  return Array.from({ length: units }, (_, j) =>
    Array.from({ length: inputs }, (_, i) => kernel[i * units + j]),
  );
}
