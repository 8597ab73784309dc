// Python is started, after a look at whether all that it needs is there.

import { log } from "./messages.js";
import { fail, starting } from "./starting.js";

const INCOMPLETE =
  "The folder vendor/ is missing or incomplete: run `make serve` in the project's folder, then " +
  "open the address it prints.";

// PyScript would wait for ever for a file that is not there, so each is asked for first.
async function checkVendor() {
  const folder = "./vendor/pyodide/";
  const lock = await (await fetch(`${folder}pyodide-lock.json`)).json();
  const wheels = ["numpy", "micropip"].map((name) => lock.packages[name].file_name);
  const core = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];
  await Promise.all(
    [...core, ...wheels].map(async (name) => {
      const { ok } = await fetch(folder + name, { method: "HEAD" });
      if (!ok) throw new Error(`${folder}${name} is missing`);
    }),
  );
}

const SLOW = 45_000;
setTimeout(() => {
  if (starting()) log("Python is still starting: on a slow connection that can take minutes.");
}, SLOW);

checkVendor()
  .then(() => import("../vendor/pyscript/core.js"))
  .catch(() => fail(INCOMPLETE));
