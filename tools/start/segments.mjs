// What a WebAssembly module itself writes to memory when it is instantiated: its data segments,
// https://webassembly.github.io/spec/core/binary/modules.html#data-section.

const HEADER = 8; // the bytes before the first section
const DATA = 11; // the section's number
const I32_CONST = 0x41;
const GLOBAL_GET = 0x23; // of an imported module: where its memory begins, the only one it imports

// Yields [address, bytes] of each, for a module whose memory begins at `base`.
export function* dataSegments(binary, base = 0) {
  let at = HEADER;

  function integer(signed) {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = binary[at++];
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    return signed && shift < 32 && byte & 0x40 ? value | (-1 << shift) : value >>> 0;
  }

  while (at < binary.length) {
    const section = binary[at++];
    const end = integer() + at;
    if (section !== DATA) {
      at = end;
      continue;
    }
    for (let left = integer(); left; left--) {
      if (integer() !== 0) throw new Error("a data segment is not of the kind that is known");
      const operation = binary[at++];
      const address = operation === I32_CONST ? integer(true) : (integer(), base);
      if (operation !== I32_CONST && operation !== GLOBAL_GET) throw new Error("no known address");
      at++; // the end of the expression
      const size = integer();
      yield [address, binary.subarray(at, (at += size))];
    }
  }
}
