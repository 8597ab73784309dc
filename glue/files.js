// Files: read, fetched, saved, and dropped on the page.

export async function fileBytes(file) {
  return await file.arrayBuffer();
}

export async function fetchBytes(url, onProgress = () => {}) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  const total = Number(response.headers.get("Content-Length")) || 0;
  const parts = [];
  let size = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
    onProgress(size, total);
  }
  return await new Blob(parts).arrayBuffer();
}

export function download(name, text, type = "application/json") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // The browser reads the blob after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Files dropped anywhere on the page arrive as a "files" event on the document. Those in a folder
// have their path in it as webkitRelativePath, as files have that a folder chooser gives.
document.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", async (event) => {
  const { files, items } = event.dataTransfer;
  if (!files.length) return;
  event.preventDefault();
  // Both are empty once this event is over.
  const chosen = [...files];
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const folders = entries.some((entry) => entry.isDirectory);
  const detail = folders ? (await Promise.all(entries.map(filesIn))).flat() : chosen;
  document.dispatchEvent(new CustomEvent("files", { detail }));
});

const MOST_FILES = 100_000;

async function filesIn(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    Object.defineProperty(file, "webkitRelativePath", { value: entry.fullPath.slice(1) });
    return [file];
  }
  const found = [];
  const reader = entry.createReader();
  while (found.length < MOST_FILES) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) break;
    found.push(...(await Promise.all(part.map(filesIn))).flat());
  }
  return found;
}
