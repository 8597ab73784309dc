// A visitor's program: edited in the page, and run in a worker. What is needed for that is fetched
// when it is asked for.

const { EDITOR, WORKER } = import.meta.env ?? {}; // where the page is built, names with a hash
const here = (address) => new URL(address, import.meta.url).href;

// Fails where the editor cannot be fetched; editor.js says what it is given, and what it gives.
export async function newEditor(...given) {
  const module = await import(here(EDITOR ?? "./editor.js"));
  return module.newEditor(...given);
}

// Runs a program in a folder with these files. Calls `tell` with what has happened and its content,
// as nn/labs/running.py says; with "begun" before that, and with "broken" when Python itself failed.
// Gives what ends it.
export function runProgram(text, files, tell) {
  const worker = new Worker(here(WORKER ?? "./program-worker.js"), { type: "module" });
  const end = new AbortController();
  const { signal } = end; // of what had been told before the end, nothing is heard after it
  worker.addEventListener("message", ({ data }) => tell(...data), { signal });
  worker.addEventListener("error", ({ message }) => tell("broken", message ?? ""), { signal });
  worker.postMessage({ text, files }, Object.values(files).map(({ buffer }) => buffer));
  return () => {
    end.abort();
    worker.terminate();
  };
}
