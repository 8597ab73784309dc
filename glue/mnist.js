// The pictures of digits: fetched while Python starts, unless another lab is opened first.

import { fetchBytes } from "./files.js";
import { FIRST } from "./furnish.js";
import { currentLab } from "./labs.js";

const FOLDER = "./mnist/";
const NAMES = [
  "train-images-idx3-ubyte.gz",
  "train-labels-idx1-ubyte.gz",
  "t10k-images-idx3-ubyte.gz",
  "t10k-labels-idx1-ubyte.gz",
];
let pictures;

export function mnist() {
  pictures ??= Promise.all(NAMES.map(async (name) => [name, await fetchBytes(FOLDER + name)]));
  return pictures;
}

// Whoever awaits them is told; until then it is not an unhandled error.
if (currentLab() === FIRST) mnist().catch(() => {});
