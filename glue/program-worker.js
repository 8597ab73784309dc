// A worker that runs one program of a visitor's, in a Python of its own: whatever the program does,
// the page lives, and can end it.

import "./stacks.js";
import { completePython, loadPyodide } from "./pyodide.js";

const NO_INPUT = { stdin: () => null };
const OWNED = { canOwn: true }; // not copied: all pictures together are 55 MB

async function start() {
  const python = await loadPyodide(NO_INPUT);
  await completePython(); // the program may import anything
  return python;
}

const started = start();

// `files` are what the program reads, by their names.
addEventListener("message", async ({ data: { text, files } }) => {
  const tell = (what, content) => postMessage([what, content]);
  try {
    const python = await started;
    for (const [name, content] of Object.entries(files)) python.FS.writeFile(name, content, OWNED);
    tell("begun", "");
    python.pyimport("nn.labs.running").run(text, tell);
  } catch (error) {
    tell("broken", error.message);
  }
});
