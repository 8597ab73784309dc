// The files that bring Python up, by their names: where each is, and how large.

import description from "../start/assets.js";

export const { assets } = description;
// The service worker lies elsewhere, and says where the folder is.
const FOLDER = new URL(import.meta.env?.START ?? "../start/", import.meta.url);
const TYPES = { mjs: "text/javascript", wasm: "application/wasm" };

export const addressOf = (name) => new URL(assets[name].file, FOLDER).href;

// The name of the asset at an address, if there is one.
export const nameOf = (address) => Object.keys(assets).find((name) => addressOf(name) === address);

export function fileOf(name) {
  const { file, size, packed } = assets[name];
  const type = TYPES[file.split(".").at(-1)] ?? "application/octet-stream";
  return { address: addressOf(name), size, packed, type };
}
