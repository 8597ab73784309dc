// What is drawn on a photo, dark on light or light on dark: one thing, as ink.

const LONGEST = 400; // pixels that are enough
const LEAST_CONTRAST = 0.12;
const SPECK = 0.04; // of the largest blob: what is smaller is dirt

async function greyOf(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const grey = new Float64Array(width * height);
  for (let i = 0; i < grey.length; i += 1) {
    grey[i] = (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255;
  }
  return { grey, width, height };
}

// Sums over squares around each pixel, as far as they lie in the picture.
function around(values, height, width, radius) {
  const row = width + 1;
  const sums = new Float64Array((height + 1) * row);
  for (let y = 0; y < height; y += 1) {
    let sum = 0;
    for (let x = 0; x < width; x += 1) {
      sum += values[y * width + x];
      sums[(y + 1) * row + x + 1] = sums[y * row + x + 1] + sum;
    }
  }
  return values.map((_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    const [top, bottom] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
    const upper = sums[top * row + right] - sums[top * row + left];
    return sums[bottom * row + right] - sums[bottom * row + left] - upper;
  });
}

// How far each pixel is from the paper around it, which may be lit unevenly.
function difference(grey, height, width) {
  const radius = Math.ceil(Math.max(height, width) / 4);
  const mean = (weights) => {
    const weight = around(weights, height, width, radius);
    const light = around(grey.map((value, i) => value * weights[i]), height, width, radius);
    return light.map((value, i) => value / weight[i]);
  };
  const first = mean(grey.map(() => 1));
  const far = grey.map((value, i) => Math.abs(value - first[i]));
  const usual = far.reduce((sum, value) => sum + value, 0) / far.length;
  // Once more without the ink.
  const paper = mean(far.map((value) => (value <= usual ? 1 : 1e-6)));
  return grey.map((value, i) => paper[i] - value);
}

// Otsu's threshold: what parts the values into two groups that differ most.
function threshold(values, top) {
  const counts = new Float64Array(256);
  for (const value of values) counts[Math.round((255 * clamp(value, 0, top)) / top)] += 1;
  const total = values.length;
  const whole = counts.reduce((sum, count, i) => sum + count * i, 0);
  let [below, sum, best, found] = [0, 0, 0, 128];
  for (let i = 0; i < 255; i += 1) {
    below += counts[i];
    sum += counts[i] * i;
    if (!below || below === total) continue;
    const apart = (sum / below - (whole - sum) / (total - below)) ** 2 * below * (total - below);
    if (apart > best) [best, found] = [apart, i + 0.5];
  }
  return (found / 255) * top;
}

// Leaves only blobs that are large enough.
function withoutSpecks(mask, height, width) {
  const labels = new Int32Array(mask.length);
  const areas = [0];
  for (let start = 0; start < mask.length; start += 1) {
    if (!mask[start] || labels[start]) continue;
    const label = areas.length;
    const stack = [start];
    labels[start] = label;
    areas.push(0);
    while (stack.length) {
      const i = stack.pop();
      areas[label] += 1;
      const x = i % width;
      for (const [j, there] of [
        [i - 1, x > 0],
        [i + 1, x + 1 < width],
        [i - width, i >= width],
        [i + width, i + width < height * width],
      ]) {
        if (there && mask[j] && !labels[j]) {
          labels[j] = label;
          stack.push(j);
        }
      }
    }
  }
  const least = SPECK * Math.max(...areas);
  return labels.map((label) => Number(label > 0 && areas[label] >= least));
}

// Bytes from 0 for paper to 255, as a drawing has; null if nothing stands out.
function inkOf({ grey, width, height }) {
  let far = difference(grey, height, width);
  // Ink is what is rarer and further away.
  if (far.reduce((sum, value) => sum + value ** 3, 0) < 0) far = far.map((value) => -value);
  const sorted = Float64Array.from(far).sort();
  const top = sorted[Math.floor(0.998 * (sorted.length - 1))];
  if (top < LEAST_CONTRAST) return null;
  const limit = threshold(far, top);
  const own = withoutSpecks(far.map((value) => Number(value > limit)), height, width);
  return Uint8Array.from(far, (value, i) => (own[i] ? Math.round(255 * clamp(value / top, 0, 1)) : 0));
}
