// The pictures of digits: those that a visit begins with are fetched while Python starts, unless
// another lab is opened first, and the others when the page asks for them.

import { assets } from "./asset-list.js";
import { expected, fetchWhole } from "./assets.js";
import { FIRST } from "./furnish.js";
import { currentLab } from "./labs.js";
import { fetchedPython } from "./pyodide.js";

let first;

export function digits() {
  first ??= fetchWhole("digits");
  first.catch(() => (first = undefined)); // the next time, it is asked for again
  return first;
}

// `tell` is called with how many bytes have arrived, and of how many.
export function moreDigits(tell) {
  const { packed } = assets.moreDigits;
  return fetchWhole("moreDigits", (share) => tell(share * packed, packed));
}

// Python is needed first. Whoever awaits them is told; until then it is not an unhandled error.
if (currentLab() === FIRST) {
  expected("digits");
  fetchedPython.then(() => digits().catch(() => {}));
}
