// The figures of how-it-works.html that a reader can move. That page starts no Python, so the little
// arithmetic stands here again; tests/browser/test_story.py compares it with nn's.

const byId = (id) => document.getElementById(id);
const number = (id) => Number(byId(id).value);
const sign = (value) => (value < 0 ? `− ${shown(-value)}` : `+ ${shown(value)}`);
const shown = (value) => (Math.abs(value) < 1e4 ? value.toFixed(2) : value.toExponential(1)).replace("-", "−");
const path = (points) => `M${points.map((each) => each.map((one) => one.toFixed(1)).join(" ")).join("L")}`;
const range = (from, to, steps) =>
  Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps);

// ---- A neuron.

const ACTIVATIONS = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  relu: (z) => Math.max(z, 0),
  linear: (z) => z,
};

function showNeuron() {
  const [x, w, b] = ["x", "w", "b"].map(number);
  const activate = ACTIVATIONS[byId("activation").value];
  const z = x * w + b;
  const place = (at) => [160 + 80 * at, 75 - 55 * activate(at * w + b)];
  byId("neuronCurve").setAttribute("d", path(range(-2, 2, 80).map(place)));
  const [cx, cy] = place(x);
  byId("neuronDot").setAttribute("cx", cx);
  byId("neuronDot").setAttribute("cy", cy);
  byId("neuronNumbers").textContent =
    `z = ${shown(x)} · ${shown(w)} ${sign(b)} = ${shown(z)}, y = ${shown(activate(z))}`;
}

byId("neuronFigure").addEventListener("input", showNeuron);
showNeuron();

// ---- An update: y = w · x, L = ½ (y − t)².

const [X, T, FIRST] = [2, 3, -0.5];
const lossOf = (w) => (w * X - T) ** 2 / 2;
const gradientOf = (w) => (w * X - T) * X;
const onValley = (w) => [160 + 40 * (w - 1.5), 160 - 9 * lossOf(w)];
let weights = [FIRST];

function showUpdate() {
  const w = weights.at(-1);
  const [loss, gradient, rate] = [lossOf(w), gradientOf(w), number("rate")];
  const [x, y] = onValley(w);
  byId("trail").setAttribute("d", path(weights.map(onValley)));
  byId("updateDot").setAttribute("cx", x);
  byId("updateDot").setAttribute("cy", y);
  byId("slope").setAttribute("d", path([-0.4, 0.4].map((by) => [x + 40 * by, y - 9 * gradient * by])));
  byId("updateNumbers").textContent =
    `w = ${shown(w)}, L = ${shown(loss)}, gradient = ${shown(gradient)}; ` +
    `next: w = ${shown(w)} − ${shown(rate)} · ${shown(gradient)} = ${shown(w - rate * gradient)}`;
}

byId("valley").setAttribute("d", path(range(-2.5, 5.5, 80).map(onValley)));
byId("rate").addEventListener("input", showUpdate);
byId("updateStep").addEventListener("click", () => {
  const w = weights.at(-1);
  weights = [...weights, w - number("rate") * gradientOf(w)].slice(-12);
  showUpdate();
});
byId("updateReset").addEventListener("click", () => {
  weights = [FIRST];
  showUpdate();
});
showUpdate();

// ---- A convolution: a seven, and three kernels.

const PICTURE = ["0000000", "0111110", "0000010", "0000100", "0001000", "0001000", "0000000"].map(
  (row) => [...row].map(Number),
);
const KERNELS = [
  [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
  [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
  [[1, 1, 1], [1, 1, 1], [1, 1, 1]].map((row) => row.map((one) => one / 9)),
];
const PLACES = [0, 1, 2, 3, 4];

const patchAt = (i, j) => PICTURE.slice(i, i + 3).map((row) => row.slice(j, j + 3));
const sumOf = (patch, kernel) =>
  patch.reduce((sum, row, a) => sum + row.reduce((part, x, b) => part + x * kernel[a][b], 0), 0);

function newSquare(attributes) {
  const square = document.createElementNS(byId("picture").namespaceURI, "rect");
  for (const [name, value] of Object.entries(attributes)) square.setAttribute(name, value);
  return square;
}

// Paints numbers as squares, warm above 0 and cold below, and a frame round some of them.
function paint(id, rows, most, frame) {
  const side = 70 / rows.length;
  const squares = rows.flatMap((row, i) =>
    row.map((value, j) =>
      newSquare({
        x: j * side,
        y: i * side,
        width: side,
        height: side,
        class: value < 0 ? "below" : "above",
        "fill-opacity": Math.min(1, Math.abs(value) / most),
      }),
    ),
  );
  const [i, j, size] = frame ?? [0, 0, 0];
  const around = { x: j * side + 1, y: i * side + 1, width: size * side - 2, height: size * side - 2 };
  byId(id).replaceChildren(...squares, ...(size ? [newSquare({ ...around, class: "frame" })] : []));
}

function showConvolution() {
  const kernel = KERNELS[number("kernel")];
  const [i, j] = [Math.floor(number("place") / 5), number("place") % 5];
  const result = PLACES.map((row) => PLACES.map((column) => sumOf(patchAt(row, column), kernel)));
  const most = Math.max(...result.flat().map(Math.abs));
  paint("picture", PICTURE, 1, [i, j, 3]);
  paint("kernelPicture", kernel, Math.max(...kernel.flat().map(Math.abs)));
  paint("result", result, most, [i, j, 1]);
  const terms = patchAt(i, j).flatMap((row, a) =>
    row.flatMap((x, b) => (x && kernel[a][b] ? [`${shown(x)} · ${shown(kernel[a][b])}`] : [])),
  );
  byId("convolutionNumbers").textContent =
    `z[${i}, ${j}] = ${terms.join(" + ") || "0"}${terms.length > 1 ? ` = ${shown(result[i][j])}` : ""}`;
}

byId("convolutionFigure").addEventListener("input", showConvolution);
byId("picture").addEventListener("click", (event) => {
  const box = byId("picture").getBoundingClientRect();
  const at = (position, start, size) =>
    Math.max(0, Math.min(4, Math.floor(((position - start) / size) * 7) - 1));
  const row = at(event.clientY, box.top, box.height);
  byId("place").value = 5 * row + at(event.clientX, box.left, box.width);
  showConvolution();
});
showConvolution();
