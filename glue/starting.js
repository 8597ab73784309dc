// The first seconds of a visit: how far along they are, and what is said when they fail.

import { byId } from "./elements.js";
import { labs, part } from "./labs.js";
import { log } from "./messages.js";

// How far along the start is when PyScript says these words, measured on a first visit.
const STEPS = {
  "Loading interpreter": 0.1,
  "Loaded interpreter": 0.6,
  "Loaded files": 0.65,
  "Loaded JS modules": 0.7,
  "Loaded Pyodide": 0.85,
};

let reached = 0;
let started = false;

export function loading(text, share) {
  byId("engine").textContent = `${text} …`;
  reached = Math.max(reached, share);
  showLoading(text);
}

function showLoading(text) {
  part("progressLabel").textContent = text;
  part("progress").value = Math.max(part("progress").value, reached);
}

// Between two steps the bar creeps on, slower and slower, and stays below the next one.
const creeping = setInterval(() => {
  if (!starting()) {
    clearInterval(creeping);
    return;
  }
  const next = Math.min(...Object.values(STEPS).filter((step) => step > reached), 1);
  part("progress").value += (next - part("progress").value) * 0.02;
}, 100);

export function fail(text) {
  started = true;
  document.body.dataset.state = "error";
  part("progressLabel").textContent = byId("engine").textContent = "Not started";
  part("progress").value = 0;
  for (const each of document.querySelectorAll("[data-waits]")) each.title = text;
  log(text, "error");
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
  for (const each of labs.get(lab).querySelectorAll("[data-waits]")) {
    each.disabled = false;
    each.title = each.dataset.title;
  }
}

loading("Starting Python", 0.02);
