// Points: what the network answers everywhere in the unit square.

const PLANE = 100; // places a side
const STEP = 0.02;
const HINT =
  "x grows to the right and y upwards, from 0 to 1; predict() takes them as 12 · x - 6 and 12 · y - 6.";
const FEATURES = {
  x: (x) => x,
  y: (x, y) => y,
  "x²": (x) => x * x,
  "y²": (x, y) => y * y,
  xy: (x, y) => x * y,
  "sin x": (x) => Math.sin(x),
  "sin y": (x, y) => Math.sin(y),
};

function showForm(predict) {
  const { classes, scale, offset } = facts.columns.outputs[0];
  const canvas = element("canvas", { width: PLANE, height: PLANE, "aria-hidden": true });
  const cross = element("i", { class: "cross", "aria-hidden": true });
  const plane = element("div", { class: "plane", tabindex: 0, role: "application" }, canvas, cross);
  plane.setAttribute("aria-label", "The unit square: arrow keys move the cross");
  byId("inputs").append(plane);
  byId("inputs").append(element("p", { class: "hint" }, HINT));
  let place = [0.5, 0.5];

  // They count from the middle, and run from -6 to 6.
  const told = (x, y) =>
    facts.columns.inputs.map(({ name }) => FEATURES[name]((x - 0.5) * 12, (y - 0.5) * 12));

  function colour(name) {
    const [red, green, blue] = getComputedStyle(plane)
      .getPropertyValue(name)
      .trim()
      .match(/[0-9a-f]{2}/gi)
      .map((digits) => parseInt(digits, 16));
    return [red, green, blue];
  }

  function between(stops, share) {
    if (!Number.isFinite(share)) return colour("--unknown");
    const at = clampedShare(share) * (stops.length - 1);
    const first = Math.min(Math.floor(at), stops.length - 2);
    return stops[first].map((value, i) => value + (at - first) * (stops[first + 1][i] - value));
  }
  const clampedShare = (share) => Math.min(Math.max(share, 0), 1);

  function paint() {
    const middles = Array.from({ length: PLANE }, (_, i) => (i + 0.5) / PLANE);
    const rows = middles.toReversed().flatMap((y) => middles.map((x) => told(x, y)));
    const outputs = predict(rows);
    const image = new ImageData(PLANE, PLANE);
    const neutral = colour("--neutral");
    const scales = ["--cold-deep", "--cold", "--neutral", "--warm", "--warm-deep"].map(colour);
    const own = classes?.length > 2 ? classes.map((_, i) => colour(`--class${i}`)) : [];
    const numbers = outputs.map((each) => each.at(-1));
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    outputs.forEach((each, i) => {
      let found;
      if (own.length) {
        const best = largest(each);
        const total = each.reduce((sum, value) => sum + Math.max(value, 0), 0);
        const sure = (each[best] / total * own.length - 1) / (own.length - 1);
        found = between([neutral, own[best]], 0.2 + 0.8 * sure);
      } else if (classes) {
        found = between(scales, numbers[i]);
      } else {
        found = between(scales, high > low ? (numbers[i] - low) / (high - low) : 0.5);
      }
      image.data.set([...found, 255], 4 * i);
    });
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function read() {
    const [x, y] = place;
    cross.style.left = `${100 * x}%`;
    cross.style.top = `${100 - 100 * y}%`;
    const inputs = told(x, y);
    const outputs = predict(inputs);
    say("what", `x ${x.toFixed(2)}, y ${y.toFixed(2)}`);
    if (classes) showClasses(classes, outputs);
    else say("answer", readable(outputs[0] * scale + offset));
    showCode(inputs, outputs);
  }

  function move(x, y) {
    place = [clampedShare(x), clampedShare(y)];
    read();
  }
  plane.addEventListener("pointermove", (event) => {
    const frame = plane.getBoundingClientRect();
    move((event.clientX - frame.left) / frame.width, 1 - (event.clientY - frame.top) / frame.height);
  });
  plane.addEventListener("keydown", (event) => {
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const way = arrows[event.key];
    if (!way) return;
    event.preventDefault();
    move(...place.map((value, i) => Math.round(50 * (value + STEP * way[i])) / 50));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  paint();
  read();
}
