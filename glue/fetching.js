// Files by their addresses, as the page and the thread that fetches for it get them.

async function get(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} is missing`);
  return response;
}

// The response for a file of `size` bytes, of which `packed` are on the wire, and its `type`. Some
// servers compress, some do not: for those there is a compressed copy beside the file.
export async function respond({ address, size, packed, type }) {
  const response = await get(address);
  if (packed === size || response.headers.has("Content-Encoding")) return response;
  const copy = await fetch(`${address}.gz`);
  if (!copy.ok) return response;
  response.body.cancel();
  const body = copy.body.pipeThrough(new DecompressionStream("gzip"));
  // As a browser leaves it: whoever gets this again, from what is kept, needs no copy.
  const headers = { "Content-Type": type, "Content-Encoding": "gzip" };
  return new Response(body, { headers });
}

// A whole file in one array of the size that is known, for the largest is 45 MB; `tell` is called
// with the share that has arrived.
export async function whole(file, tell) {
  const bytes = new Uint8Array(file.size);
  const reader = (await respond(file)).body.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.set(value, at);
    at += value.length;
    tell(at / file.size);
  }
  if (at !== file.size) throw new Error(`${file.address} came in part`);
  return bytes;
}
