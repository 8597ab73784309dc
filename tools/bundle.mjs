// The page's own files, each kind in one, under names that carry the hash of their content:
// `node bundle.mjs ROOT SITE` writes SITE/index.html, SITE/how-it-works.html and SITE/files/.

import fs from "node:fs";
import path from "node:path";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { writeCompressed } from "./start/compress.mjs";

const [root, site] = process.argv.slice(2).map((each) => path.resolve(each));
const require = createRequire(path.join(root, "package.json"));
const esbuild = require("esbuild");

const FOLDER = "files";
const read = (name) => fs.readFileSync(path.join(root, name), "utf8");
const page = read("index.html");
const options = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  charset: "utf8",
  outdir: path.join(site, FOLDER),
  entryNames: "[name]-[hash]",
  write: false,
  metafile: true,
  absWorkingDir: root,
  logLevel: "error",
};

const env = (values, more) => ({ define: { "import.meta.env": JSON.stringify(values), ...more } });

// Writes what esbuild makes of the entry points; gives the addresses of what came of which file.
async function bundled(entryPoints, more = {}) {
  const { outputFiles, metafile } = await esbuild.build({ ...options, entryPoints, ...more });
  for (const { path: target, contents } of outputFiles) {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    writeCompressed(target, contents);
  }
  const address = new Map(
    Object.entries(metafile.outputs).map(([name, { entryPoint }]) => [
      entryPoint,
      `./${path.relative(site, path.join(root, name))}`,
    ]),
  );
  return { named: (entry) => address.get(entry), only: [...address.values()][0] };
}

// ---- Styles, in the order in which the page names them.

const SHEET = /^ *<link rel="stylesheet" href="\.\/(.*)" \/>\n/gm;
const allSheets = (html) => ({
  name: "all styles of a page in one sheet",
  setup(build) {
    const namespace = "all";
    const sheets = [...html.matchAll(SHEET)].map(([, name]) => name);
    const contents = sheets.map((name) => `@import "./${name}";\n`).join("");
    build.onResolve({ filter: /^styles$/ }, () => ({ path: "styles", namespace }));
    build.onLoad({ filter: /./, namespace }, () => ({ contents, loader: "css", resolveDir: root }));
  },
});

// A page with its styles in one sheet, and `first` before that.
async function withOneSheet(html, first = "") {
  const styles = await bundled(["styles"], { plugins: [allSheets(html)] });
  let linked = false;
  return html.replace(SHEET, () => {
    if (linked) return "";
    linked = true;
    return `${first}    <link rel="stylesheet" href="${styles.only}" />\n`;
  });
}

// ---- Scripts. What PyScript's configuration names is the same file that the page loads.

const GLUE = "glue.js";
const UNUSED = /\/(codemirror|deprecations|donkey|mpy|py-editor|py-game|py-terminal|pyodide_graph|toml|xterm|zip)/;
const withoutUnused = {
  name: "parts of PyScript that the page does not use",
  setup(build) {
    const namespace = "unused";
    build.onResolve({ filter: UNUSED }, ({ path: name, kind }) =>
      kind === "dynamic-import" ? { path: name, namespace } : undefined,
    );
    build.onLoad({ filter: /./, namespace }, () => ({ contents: "export default undefined" }));
  },
};
const fromGlue = (address) => `./${path.basename(address)}`; // in the same folder
const editor = await bundled(["glue/editor.js"]);
const worker = await bundled(["glue/program-worker.js"]);
const fetcher = await bundled(["glue/fetch-worker.js"]);
const built = {
  BUILT: true,
  EDITOR: fromGlue(editor.only),
  FETCHER: fromGlue(fetcher.only),
  WORKER: fromGlue(worker.only),
};
const scripts = await bundled([GLUE], { plugins: [withoutUnused], ...env(built) });

const configuration = JSON.stringify({
  interpreter: scripts.named(GLUE),
  js_modules: { main: { [scripts.named(GLUE)]: "glue" } },
});

// ---- The page: what is needed first is asked for first.

const description = fs.readFileSync(path.join(root, "start/assets.js"), "utf8");
const { assets } = JSON.parse(description.slice(description.indexOf("{"), description.lastIndexOf("}") + 1));
const preload = (name) =>
  `    <link rel="preload" as="fetch" href="./start/${assets[name].file}" crossorigin />\n`;
const modulePreload = (address) => `    <link rel="modulepreload" href="${address}" />\n`;
const first =
  preload("wasm") +
  ["loader", "asm"].map((name) => modulePreload(`./start/${assets[name].file}`)).join("");

const html = (await withOneSheet(page, first))
  .replace('src="./glue.js"', `src="${scripts.named(GLUE)}"`)
  .replace('config="./pyscript.toml"', `config='${configuration}'`);
writeCompressed(path.join(site, "index.html"), Buffer.from(html));

// ---- The page to read, which starts nothing.

const STORY = "how-it-works";
const figures = await bundled([`${STORY}.js`]);
const story = (await withOneSheet(read(`${STORY}.html`))).replace(
  `src="./${STORY}.js"`,
  `src="${figures.only}"`,
);
writeCompressed(path.join(site, `${STORY}.html`), Buffer.from(story));

// ---- What keeps all that in the browser. Its version is its list, in which hashes stand.

const published = (folder) =>
  fs.readdirSync(path.join(site, folder)).map((name) => `${folder}/${name}`);
const kept = ["./", `${STORY}.html`, "manifest.webmanifest", ...["files", "start", "dist", "icons", "vendor/python"].flatMap(published)].filter(
  (name) => !/\.(br|gz)$/.test(name),
);
const hash = createHash("sha256");
for (const name of kept) {
  hash.update(name).update(fs.readFileSync(path.join(site, name === "./" ? "index.html" : name)));
}
const serviceWorker = await esbuild.build({
  ...options,
  entryPoints: ["glue/service-worker.js"],
  format: "iife",
  ...env(
    { VERSION: hash.digest("hex").slice(0, 12), FILES: kept, START: "./start/" },
    { "import.meta.url": "self.location.href" },
  ),
});
writeCompressed(path.join(site, "service-worker.js"), serviceWorker.outputFiles[0].contents);
