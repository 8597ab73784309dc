// Elements, the answer and its bars. Names from files only ever become text.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function readable(value) {
  if (!Number.isFinite(value)) return "not a number";
  if (value !== 0 && (Math.abs(value) < 1e-5 || Math.abs(value) >= 1e15)) return value.toPrecision(6);
  return value.toLocaleString("en", { maximumSignificantDigits: 6 });
}

const percent = (share) => `${(100 * share).toFixed(0)} %`;

function largest(values) {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

// A screen reader speaks each change: what stays is not said again.
function say(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

const MOST_BARS = 12;

function showBars(names, shares, best) {
  let places = shares.map((_, i) => i);
  if (places.length > MOST_BARS) {
    places = places.sort((a, b) => shares[b] - shares[a]).slice(0, MOST_BARS);
  }
  const items = places.map((i) => {
    const share = Math.min(Math.max(shares[i], 0), 1);
    const bar = element("span");
    bar.style.setProperty("--share", share.toFixed(3));
    const name = element("b", { title: names[i] }, names[i]);
    const item = element("li", {}, name, bar, element("small", {}, percent(share)));
    if (i === best) item.className = "best";
    return item;
  });
  byId("bars").replaceChildren(...items);
}

function showClasses(names, outputs) {
  if (!outputs.every(Number.isFinite)) {
    say("answer", "Not a number");
    showBars([], [], -1);
    return;
  }
  // Two classes may share one output.
  const shares = outputs.length === 1 ? [1 - outputs[0], outputs[0]] : outputs;
  const best = outputs.length === 1 ? Number(outputs[0] > 0.5) : largest(outputs);
  say("answer", names[best]);
  showBars(names, shares, best);
}

// How another script gets the same answer, with the numbers that are given now.
function showCode(inputs, outputs) {
  const list = (values, digits) => {
    const some = Array.from(values.slice(0, 8), (value) => Number(value.toPrecision(digits)));
    return `[${some.join(", ")}${values.length > 8 ? ", …" : ""}]`;
  };
  say("code", `const predict = await network;\npredict(${list(inputs, 7)})\n// ${list(outputs, 4)}`);
}
