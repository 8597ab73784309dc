// Without a network: once a visit has all it needs, a service worker keeps it for the next ones.

const BUILT = import.meta.env?.BUILT; // in a checkout that is served as it is, files have no versions

// Where there are no service workers, the page works as before; where this one fails, too.
export async function keepForOffline() {
  if (!BUILT || !("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("./service-worker.js");
  } catch (error) {
    console.warn("The page cannot be kept for use without a network.", error);
  }
}
