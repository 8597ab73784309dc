// A drawing made into what the network learnt from: as nn/drawing.py does, which says why.

const FIELD = 28;
const FULL = 0.8;
const BOX = 20;
const CENTRE = 14.5;
const STROKE = 2.36;
const CELLS = 60;
const MARGIN = 8;
const FAINTEST = 16;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// Means of rows between edges; what lies outside is 0.
function average(image, height, width, edges) {
  const sums = new Float64Array((height + 1) * width);
  for (let i = 0; i < height * width; i += 1) sums[i + width] = sums[i] + image[i];
  const found = new Float64Array((edges.length - 1) * width);
  const integral = (edge, x) => {
    const inside = clamp(edge, 0, height);
    const whole = Math.min(Math.floor(inside), height - 1);
    return sums[whole * width + x] + (inside - whole) * image[whole * width + x];
  };
  for (let y = 0; y + 1 < edges.length; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const sum = integral(edges[y + 1], x) - integral(edges[y], x);
      found[y * width + x] = sum / (edges[y + 1] - edges[y]);
    }
  }
  return found;
}

function turned(image, height, width) {
  return Float64Array.from(image, (_, i) => image[(i % height) * width + Math.floor(i / height)]);
}

function resample(image, height, width, rows, columns) {
  const lower = average(image, height, width, rows);
  const side = rows.length - 1;
  const narrow = average(turned(lower, side, width), width, side, columns);
  return turned(narrow, columns.length - 1, side);
}

function bounds(ink, height, width) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let i = 0; i < ink.length; i += 1) {
    if (ink[i] < FAINTEST) continue;
    const [y, x] = [Math.floor(i / width), i % width];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
  }
  return { top, bottom, left, right };
}

const GRID = CELLS + 2 * MARGIN;

function toGrid(ink, width, { top, bottom, left, right }) {
  const [rows, columns] = [bottom - top, right - left];
  const part = new Float64Array(rows * columns);
  for (let i = 0; i < part.length; i += 1) {
    part[i] = ink[(top + Math.floor(i / columns)) * width + left + (i % columns)];
  }
  const cell = Math.max(rows, columns) / CELLS;
  const edges = (middle) =>
    Float64Array.from({ length: GRID + 1 }, (_, i) => cell * (i - GRID / 2) + middle);
  const grid = resample(part, rows, columns, edges(rows / 2), edges(columns / 2));
  const sum = grid.reduce((total, value) => total + value, 0);
  const full = grid.reduce((total, value) => total + value * value, 0) / sum;
  return grid.map((value) => clamp(2 * (value / full - 0.5) + 0.5, 0, 1));
}

function strokeWidth(grid) {
  let [area, outline] = [0, 0];
  for (let y = 0; y < GRID; y += 1) {
    for (let x = 0; x < GRID; x += 1) {
      const value = grid[y * GRID + x];
      area += value;
      if (y + 1 < GRID && x + 1 < GRID) {
        outline += Math.hypot(grid[(y + 1) * GRID + x] - value, grid[y * GRID + x + 1] - value);
      }
    }
  }
  return (2 * area) / outline;
}

function spread(grid, step) {
  const limit = step === 1 ? (i) => i % GRID : (i) => Math.floor(i / GRID);
  return grid.map((value, i) => {
    const before = limit(i) > 0 ? grid[i - step] : value;
    const after = limit(i) < GRID - 1 ? grid[i + step] : value;
    return Math.max(value, before, after);
  });
}

function grow(grid, distance) {
  if (distance < 0) {
    return grow(grid.map((value) => 1 - value), -distance).map((value) => 1 - value);
  }
  let grown = grid;
  for (let step = 0; step < Math.ceil(distance); step += 1) {
    const now = grown;
    const taller = spread(now, GRID);
    const wider = spread(step % 2 ? taller : now, 1);
    const share = Math.min(distance - step, 1);
    grown = now.map((value, i) => value + share * (Math.max(taller[i], wider[i]) - value));
  }
  return grown;
}

function centred(grid, cells, side, byMass) {
  const edges = (mass) => {
    let centre;
    if (byMass) {
      const total = mass.reduce((sum, value) => sum + value, 0);
      centre = mass.reduce((sum, value, i) => sum + value * (i + 0.5), 0) / total;
    } else {
      centre = (mass.findIndex((value) => value > 0.5) + mass.findLastIndex((value) => value > 0.5) + 1) / 2;
    }
    const middle = byMass ? (CENTRE * side) / FIELD : side / 2;
    return Float64Array.from({ length: side + 1 }, (_, i) => centre + cells * (i - middle));
  };
  const rows = new Float64Array(GRID);
  const columns = new Float64Array(GRID);
  grid.forEach((value, i) => {
    rows[Math.floor(i / GRID)] += value;
    columns[i % GRID] += value;
  });
  return resample(grid, GRID, GRID, edges(rows), edges(columns));
}

// Ink, bytes from 0 for paper to 255, as side x side bytes; null if nothing is drawn.
function prepare(ink, height, width, side, box) {
  const found = bounds(ink, height, width);
  if (found.top >= found.bottom) return null;
  const grid = toGrid(ink, width, found);
  const stroke = strokeWidth(grid);
  const wanted = (STROKE * (CELLS - stroke)) / (BOX - STROKE);
  const size = box ?? (BOX * side) / FIELD;
  const cells = (CELLS + wanted - stroke) / size;
  const image = centred(grow(grid, (wanted - stroke) / 2), cells, side, size <= FULL * side);
  return Uint8Array.from(image, (value) => Math.round(255 * value));
}
