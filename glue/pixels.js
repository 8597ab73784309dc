// Pixels that Python has made, put on a canvas.

// Shows RGBA bytes, a NumPy array, on a canvas of any size.
export function paint(target, pixels, width, height) {
  const view = pixels.getBuffer("u8clamped");
  try {
    target.width = width;
    target.height = height;
    // A copy, because Python's memory may move while the browser still holds on to the picture.
    const image = new ImageData(new Uint8ClampedArray(view.data), width, height);
    target.getContext("2d").putImageData(image, 0, 0);
  } finally {
    view.release();
  }
}
