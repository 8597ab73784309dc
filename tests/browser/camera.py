"""A camera for tests."""

CAMERA = """async bytes => {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  const draw = () => canvas.getContext("2d").drawImage(bitmap, 0, 0);
  draw();
  setInterval(draw, 100);
  window.stream = canvas.captureStream();
  navigator.mediaDevices.getUserMedia = async () => window.stream;
}"""
"""Gives the page a camera that shows one picture, whose bytes it is called with."""
