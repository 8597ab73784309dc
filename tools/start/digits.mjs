// The data set as the page fetches it: what it begins with, then the rest of the training pictures.
// nn/data/mnist.py reads both.

import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

const FIRST = 10_000; // training pictures, with which a visit begins
const PICTURE = 28 * 28;
const [PICTURES_AT, LABELS_AT] = [16, 8]; // in an IDX file, after what describes it

export function digitFiles(folder) {
  const read = (name, start) =>
    zlib.gunzipSync(fs.readFileSync(path.join(folder, `${name}-ubyte.gz`))).subarray(start);
  const train = read("train-images-idx3", PICTURES_AT);
  const test = read("t10k-images-idx3", PICTURES_AT);
  const labels = [read("train-labels-idx1", LABELS_AT), read("t10k-labels-idx1", LABELS_AT)];
  const split = FIRST * PICTURE;
  return {
    first: Buffer.concat([...labels, test, train.subarray(0, split)]),
    rest: train.subarray(split),
  };
}
