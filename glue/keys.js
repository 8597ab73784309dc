// Keys that the whole page has: Escape stops whatever is going on, and the first button of the
// page leads past its header.

import { byId } from "./elements.js";
import { currentLab, labs } from "./labs.js";

const shown = () => labs.get(currentLab());

document.addEventListener("keydown", ({ key, defaultPrevented }) => {
  if (key !== "Escape" || defaultPrevented || document.querySelector("dialog[open]")) return;
  for (const button of shown().querySelectorAll("button")) {
    if (/^\s*Stop\b/.test(button.textContent) && button.checkVisibility()) button.click();
  }
});

byId("skip").addEventListener("click", () => {
  const main = shown();
  main.tabIndex = -1;
  main.focus();
});
