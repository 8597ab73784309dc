// Frames, which Python waits for so that the page stays alive while it works.

const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()();

// Resolves in the next animation frame. A hidden tab has none: there it resolves as soon as the
// browser has looked after everything else, and a frame that was due when the tab went away is
// made up for by a timer.
export function nextFrame() {
  return new Promise((resolve) => {
    if (document.hidden) {
      waiting.push(resolve);
      channel.port2.postMessage(null);
      return;
    }
    const timer = setTimeout(resolve, 250);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
