// Picture files, decoded by the browser.

const ENOUGH = 256; // pixels a side: Python brings pictures down to 64

// The pixels of a picture file, given as Python's bytes: width, height and RGBA bytes.
export async function decode(content) {
  const view = content.getBuffer("u8");
  const blob = new Blob([view.data.slice()]);
  view.release();
  const bitmap = await createImageBitmap(blob);
  const scale = Math.min(1, ENOUGH / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}
