// This project in Pyodide, without its page: the package is handed over as text, file by file.

import { loadPyodide } from "../../vendor/pyodide/pyodide.mjs";

export const bytes = true;

let python;

async function start(files, packages) {
  const pyodide = await loadPyodide();
  await pyodide.loadPackage(["numpy", ...packages]);
  for (const [path, text] of Object.entries(files)) {
    pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    pyodide.FS.writeFile(path, text);
  }
  python = pyodide.pyimport("bench.peers.in_pyodide");
}

export async function open(data, { engine, files, packages }) {
  await start(files, packages);
  if (!engine) return undefined;
  const parts = [data.train.images, data.train.labels, data.test.images, data.test.labels];
  const peer = python.Peer(engine, ...parts);
  return (net, batch, kernels) => {
    const network = peer.network(JSON.stringify(net), batch, kernels);
    return {
      train: (order) => network.train(order),
      predict: (count) => network.predict(count).toJs(),
    };
  };
}

export function multiply(...how) {
  return python.multiply(...how).toJs();
}

export function heap(fill) {
  return python.heap(fill);
}
