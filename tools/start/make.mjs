// Makes start/: `node make.mjs ROOT WHEEL_OF_NUMPY`. tools/start/__init__.py says when.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { writeCompressed } from "./compress.mjs";
import { digitFiles } from "./digits.mjs";
import { pyscriptFiles } from "./pyscript.mjs";
import { patchedAsm, patchedLoader } from "./patch.mjs";
import { dataSegments } from "./segments.mjs";

const [root, wheel] = process.argv.slice(2);
const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const pyodideFolder = path.join(root, "vendor/pyodide");
const out = path.join(root, "start");
const read = (...parts) => fs.readFileSync(path.join(...parts));
const script = (name) => read(here, name).toString();

const { loadPyodide, version } = await import(
  pathToFileURL(path.join(pyodideFolder, "pyodide.mjs"))
);

// Equal sources make equal files, whose names the browser may have seen before.
const REPEATABLE = { PYTHONHASHSEED: "0" };

// ---- Python, compiled.

function put(FS, target, content) {
  FS.mkdirTree(path.posix.dirname(target));
  FS.writeFile(target, content);
}

function putSources(FS) {
  for (const name of fs.readdirSync(path.join(root, "nn"), { recursive: true })) {
    if (/\.(py|json|html|css|js|txt)$/.test(name)) put(FS, `/sources/nn/${name}`, read(root, "nn", name));
  }
  const folder = path.join(root, "vendor/pyscript");
  const core = fs.readdirSync(folder).find((name) => /^core-.*\.js$/.test(name));
  for (const [name, source] of pyscriptFiles(read(folder, core).toString())) {
    put(FS, `/sources/${name}`, source);
  }
}

const compiler = await loadPyodide({ env: REPEATABLE });
putSources(compiler.FS);
compiler.FS.writeFile("/numpy.whl", read(wheel));
compiler.runPython(script("compile.py"));
const nn = compiler.FS.readFile("/nn.zip");
const numpy = filesIn(compiler.FS, "/numpy");
const caches = filesIn(compiler.FS, "/caches");
const [library, sitePackages] = compiler
  .runPython("import site, sys; '\\n'.join([sys.path[1], *site.getsitepackages()])")
  .split("\n");

// What lies in a folder and in the folders in it, as [path, content].
function filesIn(FS, folder, prefix = "") {
  const names = FS.readdir(folder).filter((name) => name !== "." && name !== "..");
  return names.flatMap((name) => {
    const at = `${folder}/${name}`;
    if (FS.isDir(FS.stat(at).mode)) return filesIn(FS, at, `${prefix}${name}/`);
    return [[prefix + name, FS.readFile(at)]];
  });
}

// ---- Python's memory, with NumPy and nn imported.

const py = await loadPyodide({ env: REPEATABLE, _makeSnapshot: true });
py.FS.writeFile("/nn.zip", compiler.FS.readFile("/compiled.zip"));
// Not by loadPackage: that leaves objects of JavaScript, which cannot be kept.
for (const [name, content] of [...numpy, ...filesIn(compiler.FS, "/libraries")]) {
  put(py.FS, `${sitePackages}/${name}`, content);
}
py.FS.writeFile("/imports.txt", compiler.FS.readFile("/imports.txt"));
py.runPython(script("warm.py"));

// NumPy's compiled libraries, in the order in which they were loaded, one after another; each with
// its place in memory and in the table of functions, which its handle keeps.
const { HEAPU8, HEAPU32, LDSO } = py._module;
const [MEMORY, TABLE, FILE] = [12, 20, 28];
const binaries = [];
const libraries = Object.entries(LDSO.loadedLibsByHandle)
  .filter(([handle]) => Number(handle))
  .map(([handle, { name, global }]) => {
    const [memory, table] = [MEMORY, TABLE].map((at) => HEAPU32[(Number(handle) + at) >> 2]);
    return { name, global, handle: Number(handle), memory, table };
  })
  .sort((a, b) => a.table - b.table);
for (const library of libraries) {
  const binary = py.FS.readFile(library.name);
  binaries.push(binary);
  library.size = binary.length;
  // Its file stays in memory, where nobody asks for it again.
  const [data, length] = [FILE, FILE + 4].map((at) => (library.handle + at) >> 2);
  HEAPU8.fill(0, HEAPU32[data], HEAPU32[data] + HEAPU32[length]);
  py._module._free(HEAPU32[data]);
  HEAPU32[data] = HEAPU32[length] = 0;
}

// The memory, behind what describes it, without what a visit has there anyway: long stretches of
// zeros, and what the modules of WebAssembly write there themselves.
const snapshot = py.makeMemorySnapshot();
const start = new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[1];
const heap = snapshot.subarray(start);
const wasm = read(pyodideFolder, "pyodide.asm.wasm");
const written = Buffer.alloc(heap.length);
for (const [at, bytes] of dataSegments(wasm)) written.set(bytes, at);
libraries.forEach(({ memory }, i) => {
  for (const [at, bytes] of dataSegments(binaries[i], memory)) written.set(bytes, at);
});

const BLOCK = 2 ** 12;
const [ZEROS, WRITTEN, KEPT] = ["zeros", "written", "kept"];
function kindOf(block, before) {
  if (block.every((byte) => byte === 0)) return ZEROS;
  return before.equals(block) ? WRITTEN : KEPT;
}
const memory = { size: heap.length, header: start, zeros: [], written: [], kept: [] };
for (let at = 0, last; at < heap.length; at += BLOCK) {
  const end = Math.min(at + BLOCK, heap.length);
  const kind = kindOf(heap.subarray(at, end), written.subarray(at, end));
  if (kind === last) memory[kind].at(-1)[1] = end;
  else memory[kind].push([at, end]); // stretches, as [from, to]
  last = kind;
}
const stored = memory.kept.map((ends) => heap.subarray(...ends));
delete memory.written; // nothing is done about it

// ---- The files, each under its hash.

fs.mkdirSync(out, { recursive: true });
const assets = {};
const home = py.runPython("import os; os.getcwd()");
const own = [["/nn.zip", nn], ...caches.map(([name, content]) => [`${home}/${name}`, content])];
const later = numpy.map(([name, content]) => [`${sitePackages}/${name}`, content]);
const joined = (files) => Buffer.concat(files.map(([, content]) => content));

function add(key, name, data) {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const { name: stem, ext } = path.parse(name);
  const file = `${stem}-${hash}${ext}`;
  const packed = writeCompressed(path.join(out, file), bytes);
  assets[key] = { file, size: bytes.length, packed };
}

add("loader", "pyodide.mjs", patchedLoader(read(pyodideFolder, "pyodide.mjs").toString()));
add("asm", "pyodide.asm.mjs", patchedAsm(read(pyodideFolder, "pyodide.asm.mjs").toString()));
add("wasm", "pyodide.asm.wasm", wasm);
add("library", "library.zip", read(pyodideFolder, "python_stdlib.zip"));
add("memory", "memory.bin", Buffer.concat([snapshot.subarray(0, start), ...stored]));
add("libraries", "numpy-libraries.bin", Buffer.concat(binaries));
add("later", "numpy-modules.bin", joined(later));
add("own", "nn.bin", joined(own));
const digits = digitFiles(path.join(root, "mnist"));
add("digits", "digits.bin", digits.first);
add("moreDigits", "more-digits.bin", digits.rest);

const { info } = JSON.parse(read(pyodideFolder, "pyodide-lock.json"));
const sizes = (files) => files.map(([name, { length }]) => ({ name, size: length }));
const files = { own: sizes(own), later: sizes(later), libraries };
const description = { version, info, library, memory, files, assets };
const names = Object.values(assets).map(({ file }) => file);
for (const name of fs.readdirSync(out)) {
  if (!names.some((file) => name.startsWith(file))) fs.rmSync(path.join(out, name));
}
fs.writeFileSync(
  path.join(out, "assets.js"),
  `// Made by set-up: what brings Python up.\nexport default ${JSON.stringify(description, null, 2)};\n`,
);
