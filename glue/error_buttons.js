// Errors that a button helps with.

import { log } from "./messages.js";

// Says `text`, and offers `action`, once.
export function errorWithButton(text, label, action) {
  const line = log(text, "error");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = label;
  button.addEventListener("click", () => {
    button.disabled = true;
    action();
  });
  line.append(" ", button);
}

// For what may pass, as being without a network does.
export const retry = (text, action) => errorWithButton(text, "Retry", action);
