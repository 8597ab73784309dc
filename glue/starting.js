// The first seconds of a visit: how far along they are, and what is said when they fail.

import { byId } from "./elements.js";
import { labs, part } from "./labs.js";
import { retry } from "./error_buttons.js";
import { endRecording } from "./recording.js";

// How far along the start is when all has been fetched, and when PyScript says these words.
const FETCHED = 0.8;
const STEPS = { "Loaded interpreter": 0.85, "Loaded Pyodide": 0.9 };

let started = false;

export function loading(text, share) {
  byId("engine").textContent = `${text} …`;
  part("progressLabel").textContent = text;
  part("progress").value = Math.max(part("progress").value, share);
}

const MEGABYTE = 1e6;

// Python and what goes with it is on its way: so many bytes have arrived, of so many.
export function fetching(bytes, of) {
  if (!starting()) return;
  const [here, whole] = [bytes, of].map((each) => (each / MEGABYTE).toFixed(0));
  const text = bytes < of ? `Fetching Python: ${here} of ${whole} MB` : "Starting Python";
  loading(text, FETCHED * (bytes / of));
}

export function fail(text) {
  started = true;
  endRecording();
  document.body.dataset.state = "error";
  part("progressLabel").textContent = byId("engine").textContent = "Not started";
  part("progress").value = 0;
  for (const each of document.querySelectorAll("[data-waits]")) each.title = text;
  retry(text, () => location.reload());
}

export function starting() {
  return !started;
}

const COMPLAINT =
  "Python could not be started. Reload the page; if that does not help, run `make serve` again " +
  "in the project's folder and open the address it prints.";

addEventListener("py:progress", ({ detail }) => {
  if (starting() && detail in STEPS) loading("Starting Python", STEPS[detail]);
});
addEventListener("error", () => starting() && fail(COMPLAINT));
addEventListener("unhandledrejection", () => starting() && fail(COMPLAINT));

// Python is up, and so is the lab: what waited for it can be used.
export function enable(lab) {
  started = true;
  endRecording();
  for (const each of labs.get(lab).querySelectorAll("[data-waits]")) {
    each.disabled = false;
    each.title = each.dataset.title;
  }
}

loading("Fetching Python", 0);
