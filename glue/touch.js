// Where one draws with a finger. A browser may take the end of a quick stroke for a fling, and
// swallow the next tap as what stops it; a stroke whose touch the page has claimed is no fling.

import { byId } from "./elements.js";

// A claimed touch does not move the focus either, so that keys on the screen would stay there.
function claim(event) {
  event.preventDefault();
  if (document.activeElement !== event.currentTarget) document.activeElement?.blur();
}

const claiming = { passive: false };
byId("canvas").addEventListener("touchstart", claim, claiming);
byId("curve-plot").addEventListener("touchstart", claim, claiming);
// Elsewhere than while points are moved, a tap on the plane is a click.
byId("points-plane").addEventListener(
  "touchstart",
  (event) => {
    if (event.currentTarget.classList.contains("moving")) claim(event);
  },
  claiming,
);
