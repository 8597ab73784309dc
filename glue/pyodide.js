// Python with NumPy: its memory is restored from start/, where set-up has kept it; where anything
// about that fails, it starts in the usual way. The page's Python comes from here, and that of a
// worker, where there is no page.

import description from "../start/assets.js";
import { addressOf } from "./asset-list.js";
import { fetchModule, fetchWhole } from "./assets.js";

export const { version } = description;
// `library` is where the standard library's archive belongs; `files` says what lies in the others.
const { info, library, memory, files } = description;

// Asked for at once, not one after another.
const fetched = {
  wasm: fetchModule("wasm"),
  memory: fetchWhole("memory"),
  libraries: fetchWhole("libraries"),
  own: fetchWhole("own"),
};
// What Python begins with is here, or has failed.
export const fetchedPython = Promise.allSettled([fetched.wasm, fetched.memory]);
const pyodide = Promise.all([import(addressOf("loader")), import(addressOf("asm"))]);
const compiled = compiledLibraries();
for (const each of [...Object.values(fetched), pyodide, compiled]) each.catch(() => {}); // told when awaited

async function load(options) {
  const [{ loadPyodide: start }, { default: createPyodideModule }] = await pyodide;
  const none = { info, packages: {} }; // of those that are installed by name
  await options._wasm; // Pyodide would wait for ever for one that does not come
  return start({ ...options, createPyodideModule, lockFileContents: none });
}

export async function loadPyodide(options) {
  try {
    return await restored(options);
  } catch (error) {
    console.warn("Python's memory could not be restored; it starts in the usual way.", error);
  }
  return started(options);
}

// One file after another, as they lie in what was fetched.
function* parted(files, bytes) {
  let at = 0;
  for (const file of files) yield [file, bytes.subarray(at, (at += file.size))];
}

function write({ FS, PATH }, name, content) {
  FS.mkdirTree(PATH.dirname(name));
  FS.writeFile(name, content);
}

async function writeAll(python, name, bytes) {
  for (const [file, content] of parted(files[name], await bytes)) write(python, file.name, content);
}

// ---- From its kept memory.

const AN_EMPTY_ARCHIVE = Uint8Array.from([0x50, 0x4b, 5, 6, ...Array(18).fill(0)]);

// Whenever an archive changes, nothing must be looked for where it lay before.
const FORGET_ARCHIVES = `
import zipimport
for archive in ("${library}", "/nn.zip"):
    zipimport.zipimporter(archive).invalidate_caches()
`;

async function compiledLibraries() {
  const parts = [...parted(files.libraries, await fetched.libraries)];
  return Promise.all(parts.map(async ([file, binary]) => [file, await WebAssembly.compile(binary)]));
}

// Puts NumPy's libraries and the kept memory into a Python that has not begun to run; returns what
// Pyodide reads of the memory.
async function restore(module) {
  module.growMemory(memory.size);
  // The memory comes last: loading a library writes to what it finds.
  module.places = Object.fromEntries(files.libraries.map((each) => [each.handle, each]));
  for (const [{ name, handle, global }, library] of await compiled) {
    const flags = { loadAsync: true, global, nodelete: true, allowUndefined: true };
    const scope = global ? null : {};
    const exports = await module.loadWebAssemblyModule(library, flags, name, scope, handle);
    Object.assign(module.newDSO(name, handle, exports), { refcount: Infinity, global });
  }
  delete module.places;
  const bytes = await fetched.memory;
  for (const stretch of memory.zeros) module.HEAPU8.fill(0, ...stretch);
  let at = memory.header;
  for (const [from, to] of memory.kept) {
    module.HEAPU8.set(bytes.subarray(at, (at += to - from)), from);
  }
  return bytes.subarray(0, memory.header);
}

async function restored(options) {
  const python = await load({
    ...options,
    stdLibURL: Promise.resolve(AN_EMPTY_ARCHIVE), // what the start needs of it is in memory
    _wasm: fetched.wasm,
    _loadSnapshot: restore,
  });
  await writeAll(python, "own", fetched.own);
  python.runPython(FORGET_ARCHIVES);
  // The random numbers of every visit would otherwise be the same.
  python.runPython("import random, numpy.random; random.seed(); numpy.random.seed()");
  later = async () => {
    write(python, library, await fetchWhole("library", silent));
    await writeAll(python, "later", fetchWhole("later", silent));
    python.runPython(FORGET_ARCHIVES);
    python.runPython("import importlib; importlib.invalidate_caches()");
  };
  return python;
}

const silent = () => {};
let later = async () => {};
let completed;

// Fetches what Python may want later: the rest of its library, and of NumPy's.
export function completePython() {
  completed ??= later();
  completed.catch(() => (completed = undefined)); // the next time, it is asked for again
  return completed;
}

// ---- In the usual way.

async function started(options) {
  const [stdLibURL, _wasm] = [fetchWhole("library"), fetchModule("wasm")];
  const python = await load({ ...options, stdLibURL, _wasm });
  await writeAll(python, "later", fetchWhole("later"));
  await writeAll(python, "libraries", fetched.libraries);
  await writeAll(python, "own", fetched.own);
  python.runPython("import sys; sys.path.insert(0, '/nn.zip'); import numpy");
  return python;
}
