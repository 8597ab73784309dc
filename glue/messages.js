// Messages in the page's log. nn/web/dom.py adds to the same log once Python is up.

import { byId } from "./elements.js";

const LOG_LINES = 300;
const status = byId("status");

// Whoever has scrolled up to read is left there; otherwise the newest line stays in sight, also
// when the log changes its size or moves to another lab.
let following = true;

function followLog() {
  if (following) status.scrollTop = status.scrollHeight;
}

let lastTop = 0;
status.addEventListener("scroll", () => {
  const atEnd = status.scrollHeight - status.scrollTop - status.clientHeight < 30;
  // Lines that wrap anew move the end away, but only a visitor moves up.
  if (atEnd || status.scrollTop < lastTop) following = atEnd;
  lastTop = status.scrollTop;
});
new ResizeObserver(followLog).observe(status);

export function log(text, kind = "") {
  const line = document.createElement("p");
  line.textContent = text;
  line.className = kind;
  status.append(line);
  while (status.childElementCount > LOG_LINES) status.firstElementChild.remove();
  following ||= kind !== "";
  followLog();
  if (kind) announce(text, kind);
  return line;
}

// For a lab that is shown instead of another: what was announced was of the one that is left.
export function startAnew() {
  byId("announcement").textContent = "";
  following = true;
  followLog();
}

const SHOWN_FOR = 8_000;
let hiding;

// What a screen reader speaks, and a small screen shows over whatever it is scrolled to.
function announce(text, kind) {
  const announcement = byId("announcement");
  announcement.textContent = text;
  announcement.className = kind;
  clearTimeout(hiding);
  if (document.body.dataset.state === "error") return; // nothing else will happen
  hiding = setTimeout(() => {
    announcement.textContent = "";
  }, SHOWN_FOR);
}
