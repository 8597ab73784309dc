// The canvas on which digits are drawn: ink on transparent paper.

import { byId } from "./elements.js";
import { paint } from "./pixels.js";

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

// A photo with several digits is shown in the place of the canvas, until that is used again.
const photo = byId("photo");

function clear() {
  photo.hidden = true;
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

// All pixels of the canvas, RGBA bytes, to be kept.
export const drawing = () => context.getImageData(0, 0, canvas.width, canvas.height).data;

// Puts all pixels of the canvas back.
export function redraw(pixels) {
  paint(canvas, pixels, canvas.width, canvas.height);
  changed();
}

// Replaces the drawing by a small picture, given as RGBA bytes whose alpha is the ink.
export function place(pixels, width, height) {
  photo.hidden = true;
  const small = new OffscreenCanvas(width, height);
  paint(small, pixels, width, height);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  canvas.scrollIntoView({ block: "nearest" });
}
