// uPlot, which draws the charts. Where it cannot run, for instance because the browser's language is
// none that `Intl` knows, only the charts are missing: Python starts without waiting for it.

let uPlot;
import("../vendor/uplot/uPlot.esm.js").then(
  (module) => {
    uPlot = module.default;
  },
  (error) => console.warn("There are no charts:", error),
);

// A new plot in the element `host`; undefined where there is none, or none yet.
export function newPlot(options, host) {
  return uPlot && new uPlot(options, null, host);
}
