// Photos: decoded by the browser, or pasted.

import { currentLab } from "./labs.js";

const LONGEST = 1200; // pixels a side that are enough to find digits in

// The pixels of a picture file or of a video, scaled down where it is large.
export function pixels(source, width, height) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const size = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = new OffscreenCanvas(...size).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, ...size);
  return context.getImageData(0, 0, ...size);
}

// Gives ImageData; fails if the browser cannot decode the file.
export async function decodePhoto(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    return pixels(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

// A file's first bytes.
export async function fileHead(file, count) {
  return await file.slice(0, count).arrayBuffer();
}

// A pasted picture is opened as if it had been dropped.
document.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
  if (!files.length || currentLab() !== "digits") return;
  event.preventDefault();
  document.dispatchEvent(new CustomEvent("files", { detail: files }));
});
