// Which lab is shown. Each is a <main>, and gets its shared parts when it is first shown.

import { byId } from "./elements.js";
import { FIRST, furnish, prefixIds, prefixOf } from "./furnish.js";
import { beginLog, startAnew } from "./messages.js";

export const labs = new Map(
  [...document.querySelectorAll("main[data-lab]")].map((main) => [main.dataset.lab, main]),
);
const TITLE = document.title;
let shown; // the name of the lab that is shown

export const currentLab = () => shown;

const saidInAddress = () => location.hash.slice(1).split("?");
const labInAddress = () => {
  const [name] = saidInAddress();
  return labs.has(name) ? name : undefined;
};

// An element of the lab that is shown, by the id it has in every lab.
export const part = (id) => byId(prefixOf(shown) + id);

// At once, for labs may use the same words; a lab's shared parts follow when it is first shown.
labs.forEach(prefixIds);

function show(name) {
  shown = name;
  for (const [each, main] of labs) main.hidden = each !== name;
  const main = labs.get(name);
  if (!main.dataset.state) {
    furnish(main, labInAddress() === name ? saidInAddress()[1] : "");
    beginLog(main);
  }
  if (document.body.dataset.state !== "error") document.body.dataset.state = main.dataset.state;
  for (const link of document.querySelectorAll("[data-opens]")) {
    if (link.dataset.opens !== name) {
      link.removeAttribute("aria-current");
      continue;
    }
    link.setAttribute("aria-current", "page");
    document.title = `${link.textContent} · ${TITLE}`;
  }
}

show(labInAddress() ?? FIRST);
addEventListener("hashchange", () => {
  const name = labInAddress();
  if (!name || name === shown) return;
  show(name);
  startAnew();
  scrollTo(0, 0);
  document.dispatchEvent(new CustomEvent("lab"));
});

// Sets what a lab is doing, which the body repeats for the lab that is shown.
export function setState(lab, state) {
  labs.get(lab).dataset.state = state;
  if (lab === shown) document.body.dataset.state = state;
}
