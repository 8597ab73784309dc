// Messages: each lab has a log of its own. nn/web/dom.py adds to them once Python is up.

import { byId } from "./elements.js";

const MOST_LINES = 300;

const shownMain = () => document.querySelector("main[data-lab]:not([hidden])");
const mainOf = (name) => document.querySelector(`main[data-lab=${name}]`);
const logOf = (main) => main.querySelector("[role=log]");

// Whoever has scrolled up to read is left there; otherwise the newest line stays in sight, also
// when the log changes its size or is shown again.
const following = new WeakMap(); // by log
const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => follow(target)));

function follow(log) {
  if (following.get(log)) log.scrollTop = log.scrollHeight;
}

// Has the log of a lab that is shown for the first time follow its newest line.
export function beginLog(main) {
  const log = logOf(main);
  let lastTop = 0;
  following.set(log, true);
  log.addEventListener("scroll", () => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 30;
    // Lines that wrap anew move the end away, but only a visitor moves up.
    if (atEnd || log.scrollTop < lastTop) following.set(log, atEnd);
    lastTop = log.scrollTop;
  });
  sizes.observe(log);
}

function newLine(text, kind) {
  const line = document.createElement("p");
  line.textContent = text;
  line.className = kind;
  return line;
}

function removeFirst(parent, selector) {
  const lines = parent.querySelectorAll(`:scope > ${selector}`);
  if (lines.length > MOST_LINES) lines[0].remove();
}

// What a chart shows too takes one line, its newest, which unfolds to those before.
function fold(log, line) {
  let folded = log.lastElementChild;
  const begun = folded?.className !== "folded";
  if (begun) {
    folded = document.createElement("details");
    folded.className = "folded";
    folded.append(document.createElement("summary"));
    log.append(folded);
  }
  folded.firstElementChild.textContent = line.textContent;
  folded.append(line);
  removeFirst(folded, "p");
  return begun || folded.open;
}

// An error stays until it is dismissed.
function addError(log, line) {
  line.setAttribute("role", "alert");
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "dismiss";
  dismiss.setAttribute("aria-label", "Dismiss this error");
  dismiss.addEventListener("click", () => {
    line.remove();
    if (byId("announcement").textContent === line.dataset.text) byId("announcement").textContent = "";
    log.focus();
  });
  line.dataset.text = line.textContent;
  line.append(dismiss);
  log.append(line);
}

// Gives whether the log has become longer.
function add(lines, line, kind, repeated) {
  if (repeated) return fold(lines, line);
  if (kind === "error") addError(lines, line);
  else lines.append(line);
  removeFirst(lines, ":not(.error)");
  return true;
}

// Adds a line to the log of the lab `name`, or of the one that is shown. Its kind is "news",
// "error", or "" for what nobody needs to hear of; what is `repeated` by a chart is folded.
export function log(text, kind = "", name = "", repeated = false) {
  const main = (name && mainOf(name)) || shownMain();
  const lines = logOf(main) ?? logOf(shownMain());
  const line = newLine(text, kind);
  if (add(lines, line, kind, repeated)) {
    if (kind && !repeated) following.set(lines, true);
    follow(lines);
  }
  if (kind && main === shownMain()) announce(text, kind, repeated);
  return line;
}

const textOf = (line) => line.dataset.text ?? line.textContent;

// The lines of a lab as text, to be kept.
export function logged(name) {
  const lines = [...logOf(mainOf(name)).querySelectorAll("p")];
  return JSON.stringify(
    lines.map((line) => [textOf(line), line.className, line.parentElement.className === "folded"]),
  );
}

// Puts lines that were kept before those of this visit; nothing is announced again.
export function relog(name, text) {
  const lines = logOf(mainOf(name));
  const ofThisVisit = [...lines.childNodes];
  lines.replaceChildren();
  for (const [words, kind, repeated] of JSON.parse(text)) {
    add(lines, newLine(words, kind), kind, repeated);
  }
  lines.append(...ofThisVisit);
  follow(lines);
}

// For a lab that is shown instead of another: what was announced was of the one that is left.
export function startAnew() {
  byId("announcement").textContent = "";
  const lines = logOf(shownMain());
  following.set(lines, true);
  follow(lines);
}

const SHOWN_FOR = 8_000;
let hiding;

function inSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}

// What a screen reader speaks, and a small screen shows at its edge while the log is out of sight.
function announce(text, kind, repeated) {
  const announcement = byId("announcement");
  const isError = kind === "error";
  // The line of an error is an alert, which is spoken already.
  announcement.setAttribute("aria-live", isError ? "off" : "polite");
  announcement.textContent = text;
  const known = repeated || inSight(logOf(shownMain()));
  announcement.className = known ? `${kind} known` : kind;
  clearTimeout(hiding);
  if (isError) return;
  hiding = setTimeout(() => {
    announcement.textContent = "";
  }, SHOWN_FOR);
}

byId("announcement").addEventListener("click", () => {
  byId("announcement").textContent = "";
});
