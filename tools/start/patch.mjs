// Pyodide's two modules, changed where they cannot yet restore a memory with NumPy in it.
// Each place must be there exactly once: another version of Pyodide is refused, not guessed at.

// A library whose place in memory and table is known already (Module.places) goes there, and its
// memory is left as it is: what would be written, and more, is in the memory to be restored. The
// table grows by what is missing only. And memory can be made to grow from outside.
const ASM = [
  ["var growMemory=size=>{", "var growMemory=Module.growMemory=size=>{"],
  [
    "var memoryBase=metadata.memorySize?" +
      "alignMemory(getMemory(metadata.memorySize+memAlign),memAlign):0;" +
      "var tableBase=metadata.tableSize?wasmTable.length:0;if(handle){",
    "var place=Module.places?.[handle];" +
      "var memoryBase=place?place.memory:metadata.memorySize?" +
      "alignMemory(getMemory(metadata.memorySize+memAlign),memAlign):0;" +
      "var tableBase=place?place.table:metadata.tableSize?wasmTable.length:0;if(handle&&!place){",
  ],
  [
    "if(metadata.tableSize){wasmTable.grow(metadata.tableSize)}",
    "if(metadata.tableSize){var missing=tableBase+metadata.tableSize-wasmTable.length;" +
      "if(missing>0)wasmTable.grow(missing)}",
  ],
  [
    'var applyRelocs=moduleExports["__wasm_apply_data_relocs"];',
    'if(place)return moduleExports;var applyRelocs=moduleExports["__wasm_apply_data_relocs"];',
  ],
];

// The module is compiled already: the option `_wasm` is a promise of it. `stdLibURL` may be one of
// bytes. And the memory to be restored is needed only when all else is in place: `_loadSnapshot` is
// called then, writes it, and returns what describes it.
const LOADER = [
  ["function Ie(e){", "function Ie(e,own){"],
  ['=_(e+"pyodide.asm.wasm")', '=own?{}:_(e+"pyodide.asm.wasm")'],
  [
    "n?l=await WebAssembly.instantiateStreaming(n,s):",
    "own?l={module:await own,instance:await WebAssembly.instantiate(await own,s)}:" +
      "n?l=await WebAssembly.instantiateStreaming(n,s):",
  ],
  ["instantiateWasm:Ie(e.indexURL)", "instantiateWasm:Ie(e.indexURL,e._wasm)"],
  ["function he(e){let t=j(e);", 'function he(e){let t=typeof e=="string"?j(e):e;'],
  [
    "let n=await e._loadSnapshot,i=ArrayBuffer.isView(n)?n:new Uint8Array(n);" +
      "return t.noInitialRun=!0,t.INITIAL_MEMORY=i.length,i}",
    "t.noInitialRun=!0}",
  ],
  ["Fe(r,t);let a=Ae(r,s,t);", "Fe(r,t);let a=Ae(r,await t._loadSnapshot?.(r),t);"],
];

function patched(name, text, changes) {
  for (const [from, to] of changes) {
    const found = text.split(from).length - 1;
    if (found !== 1) throw new Error(`${name} has ${found} places like "${from}", not one`);
    text = text.replace(from, () => to);
  }
  return text;
}

export const patchedAsm = (text) => patched("pyodide.asm.mjs", text, ASM);
export const patchedLoader = (text) => patched("pyodide.mjs", text, LOADER);
