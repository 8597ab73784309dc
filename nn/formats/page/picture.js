// Pictures: drawn on a canvas, or on a photo.

const SIDE = 280; // of the canvas, in pixels

function showForm(predict) {
  const [height, width, channels] = facts.picture;
  const side = Math.min(height, width);
  const canvas = element("canvas", { id: "canvas", width: SIDE, height: SIDE, role: "img" });
  canvas.setAttribute("aria-label", "Canvas: draw with the mouse, a finger or a pen");
  const pen = element("input", { id: "pen", type: "range", min: 6, max: 40, value: 20 });
  const clear = element("button", { type: "button" }, "Clear");
  const chooser = element("input", { id: "photo", type: "file", accept: "image/*" });
  const tools = element("p", { class: "row" }, element("label", { for: "pen" }, "Pen"), pen, clear);
  const photo = element("label", { class: "file", for: "photo" }, "Or a photo of one drawing ");
  photo.append(chooser);
  byId("inputs").append(canvas, tools, photo);

  const sees = element("canvas", { id: "sees", width, height, role: "img" });
  sees.setAttribute("aria-label", `What the network sees, ${width} by ${height} pixels`);
  const caption = element("figcaption", {}, "The network sees");
  byId("answers").prepend(element("figure", {}, sees, caption));

  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.lineCap = context.lineJoin = "round";
  const strokes = new Map();
  let due = false;

  function show(prepared) {
    const image = new Uint8ClampedArray(height * width * 4);
    const inputs = new Float32Array(height * width * channels).fill(facts.paper ? 255 : 0);
    const [above, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
    (prepared ?? []).forEach((ink, i) => {
      const place = (above + Math.floor(i / side)) * width + left + (i % side);
      image[4 * place + 3] = ink;
      inputs.fill(facts.paper ? 255 - ink : ink, place * channels, (place + 1) * channels);
    });
    sees.getContext("2d").putImageData(new ImageData(image, width, height), 0, 0);
    const outputs = predict(inputs);
    if (prepared) {
      showClasses(facts.classes, outputs);
    } else {
      say("answer", "Draw something");
      showBars(facts.classes, outputs.map(() => 0), -1);
    }
    showCode(inputs, outputs);
  }

  function ink() {
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i + 3]);
  }

  function changed() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      show(prepare(ink(), SIDE, SIDE, side, facts.box));
    });
  }

  function draw(event) {
    const frame = canvas.getBoundingClientRect();
    const point = [event.clientX - frame.left, event.clientY - frame.top];
    const [x, y] = point.map((value) => (value * SIDE) / frame.width);
    const [fromX, fromY] = strokes.get(event.pointerId) ?? [x, y];
    context.lineWidth = pen.value;
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(x, y);
    context.stroke();
    strokes.set(event.pointerId, [x, y]);
    changed();
  }

  // A browser may take a quick stroke for a fling, and swallow the next tap.
  canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    draw(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!strokes.has(event.pointerId)) return;
    const points = event.getCoalescedEvents?.() ?? [];
    for (const each of points.length ? points : [event]) draw(each);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => strokes.delete(event.pointerId));
  }
  clear.addEventListener("click", () => {
    context.clearRect(0, 0, SIDE, SIDE);
    changed();
  });

  // The photo's ink is put on the canvas too, as large as fits.
  async function open(file) {
    let found = null;
    try {
      const pixels = await greyOf(file);
      const drawn = inkOf(pixels);
      found = drawn && { ...pixels, drawn };
    } catch {
      say("answer", "This file is no picture that the browser can read");
      return;
    }
    context.clearRect(0, 0, SIDE, SIDE);
    const prepared = found && prepare(found.drawn, found.height, found.width, side, facts.box);
    if (!prepared) {
      show(null);
      say("answer", "Nothing drawn was found on the photo");
      return;
    }
    const rgba = new Uint8ClampedArray(4 * found.drawn.length);
    found.drawn.forEach((value, i) => (rgba[4 * i + 3] = value));
    const small = new OffscreenCanvas(found.width, found.height);
    small.getContext("2d").putImageData(new ImageData(rgba, found.width, found.height), 0, 0);
    const scale = SIDE / Math.max(found.width, found.height);
    const size = [found.width * scale, found.height * scale];
    context.drawImage(small, (SIDE - size[0]) / 2, (SIDE - size[1]) / 2, ...size);
    show(prepared);
  }
  // The same file may be chosen again.
  chooser.addEventListener("click", () => (chooser.value = ""));
  chooser.addEventListener("change", () => chooser.files.length && open(chooser.files[0]));
  show(null);
}
