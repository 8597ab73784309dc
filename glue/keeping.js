// What this browser keeps of a visitor's work, in IndexedDB: for each tab, and in it for each lab,
// some named parts. What is written together is there together, or not at all.

import { byId } from "./elements.js";
import { currentLab } from "./labs.js";
import { log } from "./messages.js";

const MOST_TABS = 5; // whose work is kept, the newest
const PATIENCE = 1_000; // ms for the page that a reload has replaced to let go of its work
const CHANNEL = "nn-keeping";

let forgotten = false; // nothing is written any more, until the page is loaded anew

// The store, and the name of this tab in it. Fails where the browser keeps nothing.
let opened;
const open = () => (opened ??= begin());

async function begin() {
  const { createStore, entries, keys, delMany, set } = await import("../vendor/idb-keyval/index.js");
  const store = createStore("nn", "kept");
  const tabs = createStore("nn-tabs", "times");
  const times = (await entries(tabs)).sort((a, b) => b[1] - a[1]);
  const names = times.map(([name]) => name);
  const tab = (sessionStorage.nnTab = await claim(names));
  if (!navigator.locks && names.length && !names.includes(tab)) await copy(store, names[0], tab);
  await set(tab, Date.now(), tabs);
  const old = names.filter((name) => name !== tab).slice(MOST_TABS - 1);
  if (old.length) {
    await delMany((await keys(store)).filter(([name]) => old.includes(name)), store);
    await delMany(old, tabs);
  }
  return { store, tab };
}

// Every tab has a name, which it keeps when it is loaded anew. A new tab goes on with the newest
// work that no other tab is busy with.
async function claim(names) {
  const own = sessionStorage.nnTab;
  if (own && (await hold(own, AbortSignal.timeout(PATIENCE)))) return own;
  // Without locks, as where the page is served without encryption, a tab that lives cannot be told
  // from one that is closed: then a new tab goes on with a copy.
  for (const name of navigator.locks ? names : []) {
    if (await hold(name)) return name;
  }
  if (navigator.locks && names.length) {
    log("This page is open in another tab too: each tab keeps its own work.");
  }
  const name = `${Date.now()}-${Math.random()}`;
  await hold(name);
  return name;
}

async function copy(store, from, to) {
  await store("readwrite", async (parts) => {
    const [keys, values] = [parts.getAllKeys(range(from)), parts.getAll(range(from))];
    await result(values);
    keys.result.forEach(([, lab, name], i) => parts.put(values.result[i], [to, lab, name]));
  });
}

// Takes a name for as long as this tab lives; false if another tab has it.
function hold(name, signal) {
  if (!navigator.locks) return Promise.resolve(true);
  const options = signal ? { signal } : { ifAvailable: true };
  return new Promise((resolve) => {
    navigator.locks
      .request(`nn ${name}`, options, (lock) => {
        resolve(Boolean(lock));
        return lock && new Promise(() => {});
      })
      .catch(() => resolve(false));
  });
}

const range = (...start) => IDBKeyRange.bound(start, [...start, []]);

const result = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// While Python starts. Nobody else writes what is this tab's.
const early = new Map([[currentLab(), read(currentLab())]]);
for (const parts of early.values()) parts.catch(() => {}); // whoever asks is told

// The parts that are kept of a lab: [name, bytes] each.
export function kept(lab) {
  const parts = early.get(lab) ?? read(lab);
  early.delete(lab);
  return parts;
}

async function read(lab) {
  const { store, tab } = await open();
  return store("readonly", async (parts) => {
    const [keys, values] = [parts.getAllKeys(range(tab, lab)), parts.getAll(range(tab, lab))];
    await result(values);
    return keys.result.map((key, i) => [key[2], values.result[i]]);
  });
}

// Writes parts of a lab, [name, bytes] each, or [name, undefined] for one that is no longer there.
export async function keep(lab, changed) {
  const { store, tab } = await open();
  if (forgotten) return;
  await store("readwrite", (parts) => {
    for (const [name, bytes] of changed) {
      if (bytes) parts.put(bytes, [tab, lab, name]);
      else parts.delete([tab, lab, name]);
    }
    // Not only once all has been written: the page may be gone by then.
    parts.transaction.commit?.();
    return new Promise((resolve, reject) => {
      parts.transaction.oncomplete = resolve;
      parts.transaction.onabort = () => reject(parts.transaction.error);
    });
  });
}

// Whether this visit goes on with the page that was here, and not with a link.
export const reloaded = () => performance.getEntriesByType("navigation")[0]?.type === "reload";

// ---- Forgetting everything, after a question.

const dialog = byId("forgetting");
// Other tabs would write parts of what is forgotten.
const channel = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : undefined;
channel?.addEventListener("message", () => {
  forgotten = true;
});

byId("forget").addEventListener("click", () => dialog.showModal());
dialog.addEventListener("close", async () => {
  if (dialog.returnValue !== "forget") return;
  forgotten = true;
  channel?.postMessage(null);
  try {
    const { store } = await open();
    await store("readwrite", (parts) => result(parts.clear()));
  } catch (error) {
    log(`This browser could not forget: ${error.message}`, "error");
    return;
  }
  history.replaceState(null, "", `#${currentLab()}`);
  location.reload();
});
