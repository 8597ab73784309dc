// Picture files, decoded by the browser and brought to one size.

const ENOUGH = 256; // pixels a side: larger pictures are brought down in two steps, lest lines break

// What all pictures are drawn on in turn: getting one ready for each would take most of the time.
let context;

// The pixels of picture files, whose contents are given as one after the other, Python's bytes, and
// their lengths and types: [width, height, ...] of each, both 0 if it is damaged; and all RGBA bytes.
// Each is as large as fits into so many pixels, with its shape kept.
export async function decode(contents, lengths, types, height, width) {
  const view = contents.getBuffer("u8");
  const bytes = view.data.slice();
  view.release();
  let end = 0;
  const files = [...lengths].map((length) => bytes.subarray(end, (end += length)));
  const images = await Promise.all(files.map((file, i) => image(file, types[i]).catch(() => null)));
  context ??= new OffscreenCanvas(ENOUGH, ENOUGH).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  // A picture takes the place of what was there, whatever it lets through.
  context.globalCompositeOperation = "copy";
  const sizes = [];
  const parts = [];
  for (const each of images) {
    const size = each ? [each.displayWidth ?? each.width, each.displayHeight ?? each.height] : [0, 0];
    const final = scaled(...size, Math.min(width / size[0], height / size[1]));
    sizes.push(...(each ? final : size));
    if (!each) continue;
    if (Math.max(...size) > ENOUGH) {
      const half = scaled(...size, ENOUGH / Math.max(...size));
      context.drawImage(each, 0, 0, ...half);
      context.drawImage(context.canvas, 0, 0, ...half, 0, 0, ...final);
    } else {
      context.drawImage(each, 0, 0, ...final);
    }
    each.close();
    parts.push(context.getImageData(0, 0, ...final).data);
  }
  return { sizes, pixels: await new Blob(parts).arrayBuffer() };
}

const scaled = (width, height, scale) =>
  [width, height].map((side) => Math.max(1, Math.round(side * scale)));

// Small files arrive sooner through ImageDecoder, where there is one, than as blobs, which travel
// through another process. It does not turn pictures as their cameras say: those have no type here.
async function image(data, type) {
  if (!type || !(await decodable(type))) return await createImageBitmap(new Blob([data]));
  const decoder = new ImageDecoder({ data, type });
  try {
    return (await decoder.decode()).image;
  } finally {
    decoder.close();
  }
}

const known = {};

function decodable(type) {
  return (known[type] ??= globalThis.ImageDecoder?.isTypeSupported(type) ?? Promise.resolve(false));
}
