// A link to the lab that is shown, with its settings: shared as the system does it on a phone, and
// copied elsewhere.

import { copy } from "./clipboard.js";
import { byId } from "./elements.js";
import { currentLab } from "./labs.js";
import { log } from "./messages.js";

// Python notes beside a lab's link in the header what differs from the settings that it starts with.
function address() {
  const { link } = document.querySelector(`[data-opens=${currentLab()}]`).dataset;
  return new URL(link ?? `#${currentLab()}`, location.href).href;
}

let hasOwn = () => false;

// Python says with `ask()` whether a visitor has brought anything to the lab that is shown.
export function askOwn(ask) {
  hasOwn = ask;
}

byId("share").addEventListener("click", async () => {
  const url = address();
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    // Whoever closes the sheet wants no copy either.
    return navigator.share({ title: document.title, url }).catch(() => {});
  }
  try {
    await copy(url);
    const without = hasOwn() ? "; what you brought or made is not in it: send that as a file" : "";
    log(`Copied a link to this lab with its settings${without}`, "news");
  } catch {
    log(`This browser does not let the page copy. The link is ${url}`, "news");
  }
});
