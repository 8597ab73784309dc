// This project in Pyodide: see in_pyodide_gru.py.

import { loadPyodide } from "../../vendor/pyodide/pyodide.mjs";

export async function open(task, { engine, files }) {
  const pyodide = await loadPyodide();
  await pyodide.loadPackage(["numpy"]);
  for (const [path, text] of Object.entries(files)) {
    pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    pyodide.FS.writeFile(path, text);
  }
  const peer = pyodide.pyimport("bench.peers.in_pyodide_gru").Peer(JSON.stringify(task), engine);
  return { train: (windows) => peer.train(windows), loss: () => peer.loss() };
}
