// The little that only JavaScript does well: showing a lab, strokes on the canvas, pixels, files,
// frames, and the page's first seconds, before Python is up. What a network is and does, nn/ knows.
// The page loads this file first, and Python later takes from it, as `glue`, what is exported here.

// Modules run in the order of these lines, but for what they import: no stack is switched before
// the first has run, and Python is started when all others have.
import "./glue/stacks.js";
export { currentLab, setState } from "./glue/labs.js";
export { log, logged, relog } from "./glue/messages.js";
export { offer } from "./glue/elsewhere.js";
export { INK_SIDE, drawing, ink, place, redraw } from "./glue/canvas.js";
export { decodePhoto, fileHead } from "./glue/photo.js";
export { closeCamera, hasCamera, openCamera, takeFrame } from "./glue/camera.js";
export { paint } from "./glue/pixels.js";
export { decode } from "./glue/decoding.js";
export { newPlot } from "./glue/plots.js";
export { powerLabels, powersOfTen } from "./glue/powers.js";
export { chooseTab } from "./glue/tabs.js";
export { download, fetchBytes, fileBytes } from "./glue/files.js";
export { copy, select } from "./glue/clipboard.js";
export { keep, kept, reloaded } from "./glue/keeping.js";
export { breath, nextFrame } from "./glue/frames.js";
export { digits, moreDigits } from "./glue/mnist.js";
export { completePython, loadPyodide, version } from "./glue/interpreter.js";
import "./glue/touch.js";
import "./glue/keys.js";
import "./glue/bar.js";
export { askOwn } from "./glue/share.js";
export { newEditor, runProgram } from "./glue/programs.js";
import "./glue/tour.js";
export { keepForOffline } from "./glue/offline.js";
export { retry } from "./glue/error_buttons.js";
export { enable, fail, loading } from "./glue/starting.js";
import "./glue/python.js";
