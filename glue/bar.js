// The bar at the bottom of a small screen, always in sight: Train or Stop, the accuracy and the answer
// of the lab that is shown. It repeats what stands in the lab.

import { byId } from "./elements.js";
import { currentLab, labs, part } from "./labs.js";

const [train, label, accuracy, answer] = ["Train", "Label", "Accuracy", "Answer"].map((name) =>
  byId(`bar${name}`),
);

const given = () => labs.get(currentLab()).querySelector("[data-answer]");

function repeat() {
  const original = part("train");
  train.textContent = original.textContent;
  train.disabled = original.disabled;
  const figure = part("accuracy");
  accuracy.parentElement.hidden = !figure.checkVisibility(); // numbers have none
  label.textContent = part("accuracyLabel").textContent;
  accuracy.textContent = figure.textContent;
  answer.textContent = given().textContent;
  const { untrained } = labs.get(currentLab()).dataset;
  answer.previousElementSibling.textContent = untrained === undefined ? "Answer" : "Guess";
}

const observer = new MutationObserver(repeat);

function follow() {
  observer.disconnect();
  const all = { attributes: true, childList: true, characterData: true, subtree: true };
  for (const each of [...["train", "accuracyLabel", "accuracy"].map(part), given()]) {
    observer.observe(each, all);
  }
  observer.observe(labs.get(currentLab()), { attributeFilter: ["data-untrained"] });
  repeat();
}

train.addEventListener("click", () => part("train").click());

// On other screens nothing of it is seen, and nothing is done for it.
const small = matchMedia("(max-width: 800px)");
const begin = () => (small.matches ? follow() : observer.disconnect());
small.addEventListener("change", begin);
document.addEventListener("lab", begin);
begin();
