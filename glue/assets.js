// The files that bring Python up: fetched side by side, and counted for the bar.

import description from "../start/assets.js";

export const { assets } = description;
// The service worker lies elsewhere, and says where the folder is.
const FOLDER = new URL(import.meta.env?.START ?? "../start/", import.meta.url);

export const addressOf = (name) => new URL(assets[name].file, FOLDER).href;

// The name of the asset at an address, if there is one.
export const nameOf = (address) => Object.keys(assets).find((name) => addressOf(name) === address);

// ---- How much has arrived.

const INTERVAL = 100; // milliseconds: the bar need not follow each of some thousand chunks
const arrived = new Map(); // bytes on the wire, by the name of an asset
let tellOf = () => {};
let due = 0;

// Calls `tell(bytes that have arrived, bytes in all)` now and then.
export function onArrival(tell) {
  tellOf = tell;
}

function count(name, share) {
  arrived.set(name, assets[name].packed * share);
  if (share < 1 && performance.now() < due) return;
  due = performance.now() + INTERVAL;
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  tellOf(sum([...arrived.values()]), sum([...arrived.keys()].map((each) => assets[each].packed)));
}

// Counts a file that will be asked for, so that the bar knows of it from the beginning.
export const expected = (name) => count(name, 0);

// Calls `each` with every chunk, and `tell` with the share that has arrived, or the bar.
async function read(name, body, each, tell = (share) => count(name, share)) {
  const reader = body.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    each(value, bytes);
    bytes += value.length;
    tell(bytes / assets[name].size);
  }
  if (bytes !== assets[name].size) throw new Error(`${assets[name].file} came in part`);
}

// ---- The files.

async function get(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} is missing`);
  return response;
}

const TYPES = { mjs: "text/javascript", wasm: "application/wasm" };
const typeOf = (name) => TYPES[assets[name].file.split(".").at(-1)] ?? "application/octet-stream";

// Some servers compress, some do not: for those there is a compressed copy beside the file.
export async function fetchResponse(name) {
  const response = await get(addressOf(name));
  const { size, packed } = assets[name];
  if (packed === size || response.headers.has("Content-Encoding")) return response;
  const copy = await fetch(`${addressOf(name)}.gz`);
  if (!copy.ok) return response;
  response.body.cancel();
  const body = copy.body.pipeThrough(new DecompressionStream("gzip"));
  // As a browser leaves it: whoever gets this again, from what is kept, needs no copy.
  const headers = { "Content-Type": typeOf(name), "Content-Encoding": "gzip" };
  return new Response(body, { headers });
}

// A module, compiled while it arrives. The response is the browser's own, if it can be, for with
// that it keeps what it has compiled.
export async function fetchModule(name) {
  count(name, 0);
  let response = await fetchResponse(name);
  read(name, response.clone().body, () => {}).catch(() => {}); // whoever compiles it is told
  const headers = { "Content-Type": typeOf(name) };
  if (response.headers.get("Content-Type") !== typeOf(name)) {
    response = new Response(response.body, { headers });
  }
  return WebAssembly.compileStreaming(response);
}

// Into one array of the size that is known, for the largest is 45 MB.
export async function fetchWhole(name, tell) {
  (tell ?? ((share) => count(name, share)))(0);
  const bytes = new Uint8Array(assets[name].size);
  const { body } = await fetchResponse(name);
  await read(name, body, (chunk, at) => bytes.set(chunk, at), tell);
  return bytes;
}
