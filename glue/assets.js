// The files that bring Python up: fetched side by side, and counted for the bar.

import { assets, fileOf } from "./asset-list.js";
import { fetched } from "./fetcher.js";
import { respond } from "./fetching.js";

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

// ---- The files.

// A module, compiled while it arrives. The response is the browser's own, if it can be, for with
// that it keeps what it has compiled.
export async function fetchModule(name) {
  count(name, 0);
  const { type } = fileOf(name);
  let response = await respond(fileOf(name));
  if (response.headers.get("Content-Type") !== type) {
    response = new Response(response.body, { headers: { "Content-Type": type } });
  }
  const module = await WebAssembly.compileStreaming(response);
  count(name, 1);
  return module;
}

export async function fetchWhole(name, tell = (share) => count(name, share)) {
  tell(0);
  const bytes = await fetched(name, tell);
  tell(1);
  return bytes;
}
