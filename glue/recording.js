// While Python starts, a recorded run of the lab that is shown already learns: over its charts and
// its picture, labelled as what it is. All of it goes once Python is up, and nothing under it moves.

import recorded from "./recorded.js";
import { currentLab, part } from "./labs.js";

const DELAY = 400; // ms: a start that is over so soon has nothing to bridge
const FRAME = 180; // ms
const CURVE = document.createElement("template");
CURVE.innerHTML =
  '<svg viewBox="0 0 100 100" preserveAspectRatio="none"><path vector-effect="non-scaling-stroke" /></svg>';

let playing; // what ends it

// Lays something over an element, which takes no room.
function over(host, node) {
  node.classList.add("recording");
  node.setAttribute("aria-hidden", "true");
  host.append(node);
  return node;
}

// A curve over the host of a chart; gives what draws its first points, of all.
function curve(host, values, name) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const path = over(host, CURVE.content.firstChild.cloneNode(true)).firstChild;
  const label = over(host, document.createElement("span"));
  label.textContent = `A recording, while Python starts: ${name}`;
  const x = (i) => (100 * i) / (values.length - 1);
  // Above the label, which lies over the chart's lowest part.
  const y = (value) => 82 - (76 * (value - low)) / (high - low || 1);
  return (count) => {
    const points = values.slice(0, count).map((value, i) => `${x(i)} ${y(value)}`);
    path.setAttribute("d", `M${points.join("L")}`);
  };
}

// A picture over a canvas of Python's; gives what shows one of its frames.
function picture(original, { frames, colours, width }) {
  const canvas = over(original.parentElement, document.createElement("canvas"));
  canvas.className += ` ${original.className}`;
  [canvas.width, canvas.height] = [width, frames[0].length / width];
  const style = getComputedStyle(original);
  const shades = colours.map((colour) =>
    colour.startsWith("--") ? style.getPropertyValue(colour) : colour,
  );
  const context = canvas.getContext("2d");
  return (count) => {
    [...frames[count - 1]].forEach((place, i) => {
      context.fillStyle = shades[place];
      context.fillRect(i % width, Math.floor(i / width), 1, 1);
    });
  };
}

function line(original, frames) {
  const copy = over(original.parentElement, original.cloneNode());
  copy.removeAttribute("id");
  copy.style.visibility = "visible";
  return (count) => {
    const [weight, bias] = frames[count - 1];
    for (const end of ["1", "2"]) {
      copy.setAttribute(`y${end}`, -(weight * copy.getAttribute(`x${end}`) + bias));
    }
  };
}

const PICTURES = {
  points: (run) => picture(part("surface"), run),
  colours: (run) => picture(part("strip"), run),
  temperature: ({ frames }) => line(part("line"), frames),
};

function play(lab) {
  const run = recorded[lab];
  const draw = [curve(part("lossChart"), run.loss, "the loss falls")];
  if (run.accuracy) draw.push(curve(part("accuracyChart"), run.accuracy, "accuracy rises"));
  if (PICTURES[lab]) draw.push(PICTURES[lab](run));
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    for (const each of draw) each(count);
    if (count === run.loss.length) clearInterval(timer);
  }, FRAME);
  return timer;
}

// Ends what is played, if anything is.
export function endRecording() {
  clearTimeout(playing);
  clearInterval(playing);
  for (const each of document.querySelectorAll(".recording")) each.remove();
}

if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
  playing = setTimeout(() => {
    playing = play(currentLab());
  }, DELAY);
}
