// The page's Python: what pyscript.toml names as the interpreter.

import { onArrival } from "./assets.js";
import { loadPyodide as load } from "./pyodide.js";
import { fail, fetching } from "./starting.js";

export { completePython, version } from "./pyodide.js";

const INCOMPLETE =
  "Python could not be fetched completely. Check your connection; if that is not it, run " +
  "`make serve` again in the project's folder and open the address it prints.";

onArrival(fetching);

export async function loadPyodide(options) {
  try {
    return await load(options);
  } catch (error) {
    fail(INCOMPLETE);
    throw error;
  }
}
