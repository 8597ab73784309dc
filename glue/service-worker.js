// Keeps the whole page in the browser, so that it opens without a network.
//
// Files whose names carry the hash of their content are answered from what is kept. The page itself
// is asked for first, so that a new version is taken at the next start; a page that is open goes on
// with the files of its own version, which are deleted when no such page is open any more.

import { fileOf, nameOf } from "./asset-list.js";
import { respond } from "./fetching.js";

const { VERSION, FILES } = import.meta.env; // written by tools/bundle.mjs
const CACHE = `nn-${VERSION}`;
const HASHED = /\/(files|start)\/[^/]+$/;
const LARGEST = "moreDigits"; // kept compressed: no start waits for it
const PACKED = "X-Packed"; // a header of our own, of what is kept compressed
const PATIENCE = 4000; // milliseconds that the network may take to answer, where there is an answer

async function keep(cache, file) {
  const address = new URL(file, self.registration.scope).href;
  if (await cache.match(address)) return;
  const name = nameOf(address);
  // The page itself not from the browser's own cache, for that may be of another version.
  const response = name
    ? await respond(fileOf(name))
    : await fetch(address, { cache: HASHED.test(address) ? "default" : "no-cache" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  await cache.put(address, name === LARGEST ? packed(response) : response);
}

function packed({ body, headers }) {
  const own = new Headers(headers);
  own.set(PACKED, "gzip");
  return new Response(body.pipeThrough(new CompressionStream("gzip")), { headers: own });
}

function unpacked(answer) {
  if (!answer?.headers.has(PACKED)) return answer;
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip")), answer);
}

self.addEventListener("install", (event) => {
  const all = async () => {
    const cache = await caches.open(CACHE);
    // One after another: visitors use the page meanwhile.
    for (const file of FILES) await keep(cache, file);
  };
  event.waitUntil(all());
});

self.addEventListener("activate", (event) => {
  const others = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("nn-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
  };
  event.waitUntil(others());
});

const kept = async (request) => unpacked(await caches.match(request, { ignoreSearch: true }));

async function fromNetwork(request) {
  const patience = new AbortController();
  const answer = await kept(request);
  const timer = answer && setTimeout(() => patience.abort(), PATIENCE);
  try {
    return await fetch(request, { signal: patience.signal });
  } catch (error) {
    if (answer) return answer;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  const hashed = HASHED.test(new URL(request.url).pathname);
  event.respondWith(
    hashed ? kept(request).then((answer) => answer ?? fetch(request)) : fromNetwork(request),
  );
});
