// The little that only JavaScript does well: showing a lab, strokes on the canvas, pixels, files,
// frames, and the page's first seconds, before Python is up. What a network is and does, nn/ knows.

// Where WebAssembly can switch stacks, Pyodide runs all that Python schedules on a stack of its own,
// and now and then Chromium's garbage collector reads past the end of it: the tab crashes, about once
// in some hundred visits (issue 6106 of Pyodide, on GitHub). The page never waits within Python,
// which is what stacks are switched for.
delete WebAssembly.Suspending;

const byId = (id) => document.getElementById(id);

// ---- Labs. Each is a <main>; the shared parts of one are made from the page's templates when it is
// first shown. Ids are unique in a lab: in all but the first they begin with its name.

const FIRST = "digits";
const REFERENCES = ["for", "aria-controls", "aria-describedby", "aria-labelledby", "form", "list"];
const labs = new Map(
  [...document.querySelectorAll("main[data-lab]")].map((main) => [main.dataset.lab, main]),
);
let shown; // the name of the lab that is shown

export const currentLab = () => shown;

const labInAddress = () => {
  const name = location.hash.slice(1).split("?")[0];
  return labs.has(name) ? name : undefined;
};

const prefixOf = (lab) => (lab === FIRST ? "" : `${lab}-`);

// An element of the lab that is shown, by the id it has in every lab.
const part = (id) => byId(prefixOf(shown) + id);

// Puts the lab's name before every id and every reference to one that does not have it yet.
function prefixIds(main) {
  const prefix = prefixOf(main.dataset.lab);
  const prefixed = (id) => (id.startsWith(prefix) ? id : prefix + id);
  for (const each of main.querySelectorAll("[id]")) each.id = prefixed(each.id);
  for (const reference of REFERENCES) {
    for (const each of main.querySelectorAll(`[${reference}]`)) {
      const ids = each.getAttribute(reference).split(" ");
      each.setAttribute(reference, ids.map(prefixed).join(" "));
    }
  }
}

// At once, for labs may use the same words; a lab's shared parts follow when it is first shown.
labs.forEach(prefixIds);

function fillSlots(card, own) {
  for (const slot of card.querySelectorAll("slot")) {
    const { name } = slot;
    const given = name ? own.find((node) => node.slot === name)?.childNodes : own;
    slot.replaceWith(...(given ?? []).values());
  }
}

function makeTabs(card, without) {
  const list = card.querySelector("[role=tablist]");
  for (const panel of card.querySelectorAll("[data-tab]")) {
    const tab = document.createElement("button");
    const isFirst = !list.hasChildNodes();
    tab.type = "button";
    tab.id = panel.id.replace(/Panel$/, "Tab");
    tab.textContent = panel.dataset.tab;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    tab.setAttribute("aria-selected", isFirst);
    tab.tabIndex = isFirst ? 0 : -1;
    tab.hidden = without.includes(panel.dataset.tab);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.hidden = !isFirst;
    list.append(tab);
  }
}

function furnish(main) {
  for (const card of main.querySelectorAll("[data-from]")) {
    const own = [...card.childNodes];
    card.replaceChildren(byId(card.dataset.from).content.cloneNode(true));
    fillSlots(card, own.filter((node) => node.nodeType === Node.ELEMENT_NODE));
    if (card.querySelector("[role=tablist]")) {
      makeTabs(card, main.dataset.withoutTabs?.split(",") ?? []);
    }
  }
  for (const name of main.dataset.without?.split(" ") ?? []) {
    main.querySelector(`form [name=${name}]`).closest("label").hidden = true;
  }
  for (const name of main.dataset.presets?.split(",") ?? []) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = button.dataset.preset = name;
    button.dataset.waits = "";
    main.querySelector(".presets").append(button);
  }
  prefixIds(main);
  for (const each of main.querySelectorAll("[data-waits]")) {
    each.disabled = true;
    each.dataset.title = each.title;
    each.title = "Python is still starting";
  }
  main.dataset.state = "loading";
}

function show(name) {
  shown = name;
  for (const [each, main] of labs) main.hidden = each !== name;
  const main = labs.get(name);
  if (!main.dataset.state) furnish(main);
  main.querySelector(".messages").append(byId("status"));
  if (document.body.dataset.state !== "error") document.body.dataset.state = main.dataset.state;
  for (const link of document.querySelectorAll("[data-opens]")) {
    if (link.dataset.opens === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

show(labInAddress() ?? FIRST);
addEventListener("hashchange", () => {
  const name = labInAddress();
  if (!name || name === shown) return;
  show(name);
  byId("announcement").textContent = ""; // it was of the lab that is left
  following = true;
  followLog();
  scrollTo(0, 0);
  document.dispatchEvent(new CustomEvent("lab"));
});

// Sets what a lab is doing, which the body repeats for the lab that is shown.
export function setState(lab, state) {
  labs.get(lab).dataset.state = state;
  if (lab === shown) document.body.dataset.state = state;
}

// ---- Messages. nn/web/dom.py adds to the same log once Python is up.

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

// ---- The canvas: ink on transparent paper.

const canvas = byId("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });
export const INK_SIDE = 280;
const reduced = new OffscreenCanvas(INK_SIDE, INK_SIDE).getContext("2d", {
  willReadFrequently: true,
});

const strokes = new Map(); // pointer id: the last two points of its stroke

function toCanvas(event) {
  const box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
}

function midpoint(a, b) {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function changed() {
  canvas.dispatchEvent(new CustomEvent("ink"));
}

// A curve from midpoint to midpoint, bent towards the points between: smooth however few they are.
function draw(id, point) {
  const [before, last] = strokes.get(id);
  const start = midpoint(before, last);
  const end = midpoint(last, point);
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.quadraticCurveTo(last.x, last.y, end.x, end.y);
  context.stroke();
  strokes.set(id, [last, point]);
}

function startStroke(event) {
  if (event.button !== 0) return;
  canvas.setPointerCapture(event.pointerId);
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = (byId("pen").value * canvas.width) / INK_SIDE;
  const point = toCanvas(event);
  strokes.set(event.pointerId, [point, point]);
  draw(event.pointerId, point);
  changed();
}

function goOn(event) {
  if (!strokes.has(event.pointerId)) return;
  const points = event.getCoalescedEvents?.() ?? [];
  for (const each of points.length ? points : [event]) draw(event.pointerId, toCanvas(each));
  changed();
}

function endStroke(event) {
  if (!strokes.has(event.pointerId)) return;
  draw(event.pointerId, strokes.get(event.pointerId)[1]);
  strokes.delete(event.pointerId);
  changed();
}

canvas.addEventListener("pointerdown", startStroke);
canvas.addEventListener("pointermove", goOn);
canvas.addEventListener("pointerup", endStroke);
canvas.addEventListener("pointercancel", endStroke);

export function clear() {
  context.clearRect(0, 0, canvas.width, canvas.height);
  changed();
}

byId("clear").addEventListener("click", clear);
canvas.addEventListener("keydown", (event) => {
  if (event.key === "Delete" || event.key === "Backspace") clear();
});

// The ink as INK_SIDE rows of INK_SIDE bytes, 0 for paper and 255 for full ink.
export function ink() {
  reduced.clearRect(0, 0, INK_SIDE, INK_SIDE);
  reduced.drawImage(canvas, 0, 0, INK_SIDE, INK_SIDE);
  const rgba = reduced.getImageData(0, 0, INK_SIDE, INK_SIDE).data;
  const alpha = new Uint8Array(INK_SIDE * INK_SIDE);
  for (let i = 0; i < alpha.length; i += 1) alpha[i] = rgba[4 * i + 3];
  return alpha;
}

// Replaces the drawing by a small picture, given as RGBA bytes whose alpha is the ink.
export function place(pixels, width, height) {
  const small = new OffscreenCanvas(width, height);
  paint(small, pixels, width, height);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  canvas.scrollIntoView({ block: "nearest" });
}

// Shows RGBA bytes, a NumPy array, on a canvas of any size.
export function paint(target, pixels, width, height) {
  const view = pixels.getBuffer("u8clamped");
  try {
    target.width = width;
    target.height = height;
    // A copy, because Python's memory may move while the browser still holds on to the picture.
    const image = new ImageData(new Uint8ClampedArray(view.data), width, height);
    target.getContext("2d").putImageData(image, 0, 0);
  } finally {
    view.release();
  }
}

// ---- Charts: a logarithmic axis of uPlot with a line at each power of ten, and no other.

export function powersOfTen(plot, axis, min, max) {
  const powers = [];
  for (let e = Math.ceil(Math.log10(min)); e <= Math.log10(max); e += 1) powers.push(10 ** e);
  return powers;
}

// uPlot leaves out, as null, what there is no room for.
export function powerLabels(plot, powers) {
  const exact = new Intl.NumberFormat("en");
  const power = new Intl.NumberFormat("en", { notation: "scientific" });
  return powers.map((value) => {
    if (value === null) return "";
    const plain = value >= 0.001 && value < 100_000;
    return plain ? exact.format(value) : power.format(value).toLowerCase();
  });
}

// ---- Tabs.

export function chooseTab(chosen) {
  for (const tab of chosen.parentElement.children) {
    tab.setAttribute("aria-selected", tab === chosen);
    tab.tabIndex = tab === chosen ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
  }
  chosen.dispatchEvent(new CustomEvent("chosen"));
}

document.addEventListener("click", ({ target }) => {
  const tab = target.closest("[role=tab]");
  if (tab) chooseTab(tab);
});
document.addEventListener("keydown", ({ key, target }) => {
  if (target.role !== "tab") return;
  const tabs = [...target.parentElement.children].filter((tab) => !tab.hidden);
  const index = tabs.indexOf(target);
  const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: -1 }[key];
  if (next === undefined) return;
  chooseTab(tabs.at(next % tabs.length));
  tabs.at(next % tabs.length).focus();
});

// ---- Files.

export async function fileBytes(file) {
  return await file.arrayBuffer();
}

export async function fetchBytes(url, onProgress = () => {}) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  const total = Number(response.headers.get("Content-Length")) || 0;
  const parts = [];
  let size = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
    onProgress(size, total);
  }
  return await new Blob(parts).arrayBuffer();
}

export function download(name, text, type = "application/json") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // The browser reads the blob after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export async function copy(text) {
  // Where the page is served without encryption, there is no clipboard.
  if (!navigator.clipboard) throw new Error("there is no clipboard");
  await navigator.clipboard.writeText(text);
}

export const select = (element) => getSelection().selectAllChildren(element);

// Files dropped anywhere on the page arrive as a "files" event on the document.
document.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  document.dispatchEvent(new CustomEvent("files", { detail: event.dataTransfer.files }));
});

// ---- Frames.

const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()();

// Resolves in the next animation frame. A hidden tab has none: there it resolves as soon as the
// browser has looked after everything else, and a frame that was due when the tab went away is
// made up for by a timer.
export function nextFrame() {
  return new Promise((resolve) => {
    if (document.hidden) {
      waiting.push(resolve);
      channel.port2.postMessage(null);
      return;
    }
    const timer = setTimeout(resolve, 250);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

// ---- The first seconds.

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

function starting() {
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

// The pictures of digits are fetched while Python starts, unless another lab is opened first.
const FOLDER = "./mnist/";
const NAMES = [
  "train-images-idx3-ubyte.gz",
  "train-labels-idx1-ubyte.gz",
  "t10k-images-idx3-ubyte.gz",
  "t10k-labels-idx1-ubyte.gz",
];
let pictures;

export function mnist() {
  pictures ??= Promise.all(NAMES.map(async (name) => [name, await fetchBytes(FOLDER + name)]));
  return pictures;
}

// Whoever awaits them is told; until then it is not an unhandled error.
if (shown === FIRST) mnist().catch(() => {});

loading("Starting Python", 0.02);

const INCOMPLETE =
  "The folder vendor/ is missing or incomplete: run `make serve` in the project's folder, then " +
  "open the address it prints.";

// PyScript would wait for ever for a file that is not there, so each is asked for first.
async function checkVendor() {
  const folder = "./vendor/pyodide/";
  const lock = await (await fetch(`${folder}pyodide-lock.json`)).json();
  const wheels = ["numpy", "micropip"].map((name) => lock.packages[name].file_name);
  const core = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];
  await Promise.all(
    [...core, ...wheels].map(async (name) => {
      const { ok } = await fetch(folder + name, { method: "HEAD" });
      if (!ok) throw new Error(`${folder}${name} is missing`);
    }),
  );
}

const SLOW = 45_000;
setTimeout(() => {
  if (starting()) log("Python is still starting: on a slow connection that can take minutes.");
}, SLOW);

checkVendor()
  .then(() => import("./vendor/pyscript/core.js"))
  .catch(() => fail(INCOMPLETE));
