// The thread that fetches files for the page: a large one comes in hundreds of pieces, each of which
// would keep the page from what else it does.

import { fileOf } from "./asset-list.js";
import { whole } from "./fetching.js";

const INTERVAL = 100; // milliseconds: nobody sees a bar move more often

onmessage = async ({ data: { id, name } }) => {
  let due = 0;
  const tell = (share) => {
    if (performance.now() < due) return;
    due = performance.now() + INTERVAL;
    postMessage({ id, share });
  };
  try {
    const bytes = await whole(fileOf(name), tell);
    postMessage({ id, bytes }, [bytes.buffer]);
  } catch (error) {
    postMessage({ id, error: error.message });
  }
};
