// PyScript's own Python: its core module writes these files into Python's file system at each start.

import vm from "node:vm";

const BEGINNING = /\w+\("\.",(?=\{pyscript:\{)/;

// The object literal that begins a text, without what follows it.
function literal(text) {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{}]/gs)) {
    if (token === "{") depth += 1;
    if (token === "}") depth -= 1;
    if (depth === 0) return text.slice(0, index + 1);
  }
  throw new Error("PyScript's core module has no end of its Python files");
}

function* flat(tree, folder) {
  for (const [name, content] of Object.entries(tree)) {
    const at = folder ? `${folder}/${name}` : name;
    if (typeof content === "string") yield [at, content];
    else yield* flat(content, at);
  }
}

// [path, source] of each file.
export function pyscriptFiles(core) {
  const found = BEGINNING.exec(core);
  if (!found) throw new Error("PyScript's core module has no Python files where they are expected");
  const object = literal(core.slice(found.index + found[0].length));
  return [...flat(vm.runInNewContext(`(${object})`), "")];
}
