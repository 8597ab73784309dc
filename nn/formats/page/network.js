// The network: its code and its weights, both in this file, and predict().

const byId = (id) => document.getElementById(id);
const facts = JSON.parse(byId("facts").textContent);

function decoded(id) {
  const text = atob(byId(id).textContent.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function unzipped(id) {
  const packed = new Blob([decoded(id)]).stream();
  const stream = packed.pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// Reads safetensors: the size of a header, the header in JSON, the arrays.
function reader(file) {
  const view = new DataView(file.buffer);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, start)));
  return (name) => {
    const { dtype, data_offsets: [first, end] } = header[name];
    const { buffer } = file.slice(start + first, start + end);
    return dtype === "F64" ? Float32Array.from(new Float64Array(buffer)) : new Float32Array(buffer);
  };
}

function joined(arrays) {
  const all = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

// Gives predict(): of one row of numbers the outputs, or of an array of rows an array of them.
async function load() {
  const { batch, features, size } = facts;
  const read = reader(decoded("weights"));
  const given = {
    parameters: joined(facts.parameters.map(read)),
    state: joined(facts.state.map(read)),
    constants: new Float32Array(await unzipped("constants")),
    order: Int32Array.from({ length: batch }, (_, i) => i),
    inputs: new Float32Array(batch * features),
    outputs: new Float32Array(batch * size),
  };

  // Where things lie in the memory of the code, with room for whole vectors after each.
  const gap = 64;
  let end = gap;
  const places = {};
  const place = (name, bytes) => {
    places[name] = end;
    end += Math.ceil(bytes / gap) * gap + gap;
  };
  for (const [name, array] of Object.entries(given)) place(name, array.byteLength);
  place("scratch", facts.scratch);
  place("table", 4 * facts.arguments.length);

  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65536) });
  const module = await WebAssembly.compile(await unzipped("machine-code"));
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  for (const [name, array] of Object.entries(given)) {
    new array.constructor(memory.buffer, places[name], array.length).set(array);
  }
  const inputs = new Float32Array(memory.buffer, places.inputs, batch * features);
  const outputs = new Float32Array(memory.buffer, places.outputs, batch * size);
  const table = new Int32Array(memory.buffer, places.table, facts.arguments.length);
  table.set(facts.arguments.map((name) => places[name] ?? 0));

  function answers(rows) {
    rows.forEach((row, i) => inputs.set(row, i * features));
    table[facts.arguments.indexOf("samples")] = rows.length;
    table[facts.arguments.indexOf("batch")] = rows.length;
    exports.predict(places.table);
    return rows.map((_, i) => Array.from(outputs.subarray(i * size, (i + 1) * size)));
  }

  return function predict(x) {
    const many = typeof x[0] === "object";
    const rows = many ? Array.from(x) : [x];
    for (const { length } of rows) {
      if (length !== features) throw new RangeError(`expected ${features} numbers, not ${length}`);
    }
    const found = [];
    for (let i = 0; i < rows.length; i += batch) found.push(...answers(rows.slice(i, i + batch)));
    return many ? found : found[0];
  };
}

// For other scripts: `const predict = await network`.
globalThis.network = load();
