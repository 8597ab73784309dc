// PyScript is started, which starts Python.

import { log } from "./messages.js";
import { fail, starting } from "./starting.js";

const INCOMPLETE =
  "The folder vendor/ is missing or incomplete: run `make serve` in the project's folder, then " +
  "open the address it prints.";

const SLOW = 45_000;
setTimeout(() => {
  if (starting()) log("Python is still on its way: on a slow connection that can take minutes.");
}, SLOW);

import("../vendor/pyscript/core.js").catch(() => fail(INCOMPLETE));
