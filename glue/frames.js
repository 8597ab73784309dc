// Frames, which Python waits for so that the page stays alive while it works.

const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()();

// Resolves as soon as the browser has looked after everything else, a frame that is due included.
export function breath() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

// Resolves in the next animation frame. A hidden tab has none: there a breath has to do, and a frame
// that was due when the tab went away is made up for by a timer.
export function nextFrame() {
  if (document.hidden) return breath();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 250);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
