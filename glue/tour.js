// A guided tour of the lab that is shown: a minute, begun by a button, left by Skip or Escape. What it
// says stands in tour_texts.js. Which labs have been toured, the browser remembers.

import { byId } from "./elements.js";
import { currentLab, part } from "./labs.js";
import { chooseTab } from "./tabs.js";
import texts from "./tour_texts.js";

const KEY = "nn-tours";
const GAP = 10; // pixels between the bubble and what it points at, and the window's edge
const begin = byId("tour");
const bubble = byId("tourBubble");
const [words, next, skip] = ["Words", "Next", "Skip"].map((name) => byId(`tour${name}`));

let steps = [];
let at = -1; // the step that is shown
let target;

// ---- What is remembered.

function seen() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return []; // the browser keeps nothing
  }
}

function remember(lab) {
  try {
    localStorage.setItem(KEY, JSON.stringify([...new Set([...seen(), lab])]));
  } catch {
    // Then it is offered again.
  }
}

const offer = () => begin.classList.toggle("fresh", !seen().includes(currentLab()));

// ---- A step.

// Nothing is lost by it: it goes on with what there is, and leaves what needs a new network alone.
// Gives whether it trains now.
function pressTrain() {
  const button = part("train");
  if (button.textContent === "Stop") return true;
  if (button.disabled || /^Train starts/.test(part("plan").textContent)) return false;
  button.click();
  return true;
}

// What can be seen of an element, whose tab is opened, or else of the card that it is in.
function visible(element) {
  const panel = element.closest("[role=tabpanel]");
  if (panel?.hidden) chooseTab(byId(panel.getAttribute("aria-labelledby")));
  return element.checkVisibility() ? element : element.closest(".card");
}

// It may grow while it is pointed at.
const sizes = new ResizeObserver(() => at >= 0 && place());

function show() {
  const { at: id, say, press, otherwise } = steps[at];
  target?.classList.remove("toured");
  target = visible(part(id));
  target.classList.add("toured");
  sizes.disconnect();
  sizes.observe(target);
  words.textContent = press && !pressTrain() ? otherwise : say;
  next.textContent = at === steps.length - 1 ? "Done" : "Next";
  byId("tourCount").textContent = `${at + 1} of ${steps.length}`;
  target.scrollIntoView({ block: innerWidth > 800 ? "nearest" : "start" });
  place();
}

// Beside what it points at, where it fits without covering it; else at the bottom of the window.
function place() {
  const { left, top, right, bottom } = target.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = bubble;
  const { clientWidth, clientHeight } = document.documentElement;
  const foot = byId("bar").offsetHeight; // 0 on a large screen
  const within = (value, most) => Math.max(GAP, Math.min(value, most - GAP));
  const places = [
    [right + GAP, within(top, clientHeight - height)],
    [left - width - GAP, within(top, clientHeight - height)],
    [within(left, clientWidth - width), bottom + GAP],
    [within(left, clientWidth - width), top - height - GAP],
  ];
  const fits = ([x, y]) =>
    x >= GAP && y >= GAP && x + width + GAP <= clientWidth && y + height + GAP + foot <= clientHeight;
  const [x, y] = places.find(fits) ?? [GAP, clientHeight - height - GAP - foot];
  bubble.style.left = `${x}px`;
  bubble.style.top = `${y}px`;
}

function end() {
  if (at < 0) return;
  at = -1;
  target.classList.remove("toured");
  bubble.hidden = true;
  document.body.classList.remove("touring");
  begin.focus({ preventScroll: true });
}

function go() {
  at += 1;
  if (at < steps.length) show();
  else end();
}

begin.addEventListener("click", () => {
  end();
  remember(currentLab());
  offer();
  steps = texts[currentLab()];
  bubble.hidden = false;
  document.body.classList.add("touring");
  go();
  next.focus({ preventScroll: true });
});
next.addEventListener("click", go);
skip.addEventListener("click", end);
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || at < 0) return;
    event.preventDefault(); // or it would stop the training too
    end();
  },
  true,
);
// It shows what happens in the lab, which must be up for that.
const wait = () => {
  begin.disabled = ["loading", "error"].includes(document.body.dataset.state);
};
new MutationObserver(wait).observe(document.body, { attributeFilter: ["data-state"] });
wait();
for (const event of ["resize", "scroll"]) addEventListener(event, () => at >= 0 && place());
document.addEventListener("lab", () => {
  end();
  offer();
});
offer();
