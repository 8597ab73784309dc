// A file that is for another lab: a button in the log opens it there.

import { labs } from "./labs.js";
import { errorWithButton } from "./error_buttons.js";

const READY = ["ready", "training", "testing"];

function whenReady(main) {
  return new Promise((resolve) => {
    const look = () => READY.includes(main.dataset.state) && resolve();
    new MutationObserver((_, observer) => {
      if (look() !== false) observer.disconnect();
    }).observe(main, { attributeFilter: ["data-state"] });
    look();
  });
}

// Says `text`, and offers to open `files` in `lab` instead.
export function offer(text, lab, files) {
  errorWithButton(text, `Open it in ${lab[0].toUpperCase()}${lab.slice(1)}`, async () => {
    location.hash = lab;
    await whenReady(labs.get(lab));
    document.dispatchEvent(new CustomEvent("files", { detail: files }));
  });
}
