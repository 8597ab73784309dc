// Files fetched in a thread of their own (fetch-worker.js), or here where there can be none.

import { fileOf } from "./asset-list.js";
import { whole } from "./fetching.js";

const { FETCHER } = import.meta.env ?? {}; // where the page is built, a name with a hash
const waiting = new Map(); // by number: what is told of a file
let last = 0;
let thread;

// Not begun by the page itself, before this file is here: on two cores that makes a start longer.
function begin() {
  try {
    const address = new URL(FETCHER ?? "./fetch-worker.js", import.meta.url);
    thread = new Worker(address, { type: "module" });
  } catch {
    thread = null;
    return;
  }
  thread.onmessage = ({ data: { id, share, bytes, error } }) => {
    const { tell, resolve, reject } = waiting.get(id);
    if (share !== undefined) return tell(share);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(bytes);
  };
  // It could not be started: what it was to do is done here, and the page need not know.
  thread.onerror = (event) => {
    event.preventDefault();
    thread.terminate();
    thread = null;
    for (const { name, tell, resolve } of waiting.values()) resolve(whole(fileOf(name), tell));
    waiting.clear();
  };
}

export function fetched(name, tell) {
  // A worker, which may want Python too, has a thread of its own already.
  if (thread === undefined && globalThis.document) begin();
  if (!thread) return whole(fileOf(name), tell);
  return new Promise((resolve, reject) => {
    waiting.set(++last, { name, tell, resolve, reject });
    thread.postMessage({ id: last, name });
  });
}
