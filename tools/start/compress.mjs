// Compressed copies beside a file, for servers that send what a browser accepts.

import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

const WORTH_IT = 0.95; // of its size: what hardly shrinks is sent as it is

function brotli(data) {
  const params = {
    // 6: smaller than gzip's best, in a tenth of the time that brotli's best takes.
    [zlib.constants.BROTLI_PARAM_QUALITY]: 6,
    [zlib.constants.BROTLI_PARAM_LGWIN]: 24,
    [zlib.constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  };
  return zlib.brotliCompressSync(data, { params });
}

const WAYS = { ".br": brotli, ".gz": (data) => zlib.gzipSync(data) };

// Writes `target` and its copies, unless it is there: then it is taken to hold the same, as a file
// does whose name carries its hash. Gives how many bytes travel at best.
export function writeCompressed(target, data) {
  if (fs.existsSync(target)) {
    const copies = Object.keys(WAYS).map((suffix) => target + suffix);
    return Math.min(...[target, ...copies].filter(fs.existsSync).map((each) => fs.statSync(each).size));
  }
  let least = data.length;
  for (const [suffix, pack] of Object.entries(WAYS)) {
    const packed = pack(data);
    if (packed.length > WORTH_IT * data.length) continue;
    fs.writeFileSync(target + suffix, packed);
    least = Math.min(least, packed.length);
  }
  // Last, and at once whole: what is there has its copies.
  const unfinished = path.join(path.dirname(target), `.${path.basename(target)}`);
  fs.writeFileSync(unfinished, data);
  fs.renameSync(unfinished, target);
  return least;
}
