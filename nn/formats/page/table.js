// A row of a table: a control for each column, which becomes one or several features.

const DAY = 86_400_000; // milliseconds
const MINUTE = 60_000;

// Year, month, day, day of the week from Monday, 1, and hour, of days since 1970-01-01.
function dateParts(days) {
  const whole = Math.floor(days);
  const date = new Date(whole * DAY);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    "day of week": ((((whole + 3) % 7) + 7) % 7) + 1,
    hour: (days - whole) * 24,
  };
}

// Each kind of column gives its elements, and a function that reads its features from them; that
// gives null while something has to be entered.
const CONTROLS = {
  number(column, id, { low, high, step, value }) {
    const slider = element("input", { type: "range", min: low, max: high, step, value });
    slider.setAttribute("aria-label", `${column.name}, slider`);
    const number = element("input", { id, inputmode: "decimal", value: slider.value });
    slider.addEventListener("input", () => (number.value = slider.value));
    number.addEventListener("input", () => (slider.value = number.value));
    return [
      [slider, number],
      () => {
        const text = number.value.trim().replace(",", ".");
        const found = text === "" ? column.fill : Number(text);
        return Number.isFinite(found) && found !== null ? [found] : null;
      },
    ];
  },
  category(column, id) {
    const names = [...column.values];
    if (column.other) names.push("other");
    if (column.missing) names.push("missing");
    const list = chooser(id, names);
    return [[list], () => names.map((_, i) => Number(i === list.selectedIndex))];
  },
  "true/false"(column, id) {
    const list = chooser(id, column.fill === null ? column.values : [...column.values, "missing"]);
    return [[list], () => [list.selectedIndex < 2 ? list.selectedIndex : column.fill]];
  },
  date(column, id) {
    const hours = column.values.includes("hour");
    const field = element("input", { id, type: hours ? "datetime-local" : "date" });
    const step = hours ? MINUTE : DAY;
    if (column.fill !== null) {
      field.valueAsNumber = Math.floor((column.fill * DAY) / step + 1e-6) * step;
    }
    return [
      [field],
      () => {
        const days = field.value ? field.valueAsNumber / DAY : column.fill;
        if (days === null || !Number.isFinite(days)) return null;
        const parts = dateParts(days);
        return column.values.map((part) => parts[part]);
      },
    ];
  },
};

function chooser(id, names) {
  return element("select", { id }, ...names.map((name) => element("option", {}, name)));
}

function showForm(predict) {
  const readers = facts.columns.inputs.map((column, i) => {
    const id = `input${i}`;
    const [elements, read] = CONTROLS[column.kind](column, id, facts.sliders[i] ?? {});
    const label = element("label", { for: id, title: column.name }, column.name);
    byId("inputs").append(element("div", { class: "control" }, label, ...elements));
    return read;
  });
  const swatch = facts.channels && element("div", { class: "swatch", role: "img" });
  if (swatch) {
    swatch.setAttribute("aria-label", "The colour");
    byId("inputs").prepend(swatch);
  }
  const others = element("dl");
  byId("answers").append(others);

  function show() {
    const parts = readers.map((read) => read());
    const missing = parts.findIndex((part) => part === null);
    if (missing >= 0) {
      say("answer", `Enter ${facts.columns.inputs[missing].name}`);
      showBars([], [], -1);
      others.replaceChildren();
      return;
    }
    const inputs = Float32Array.from(parts.flat());
    if (swatch) swatch.style.background = `rgb(${facts.channels.map((i) => inputs[i]).join(" ")})`;
    const outputs = predict(inputs);
    showAnswers(outputs, others);
    showCode(inputs, outputs);
  }
  byId("inputs").addEventListener("input", show);
  show();
}

// The first answer large, with bars for classes; the others below it.
function showAnswers(outputs, others) {
  let at = 0;
  const rest = [];
  facts.columns.outputs.forEach(({ name, classes, scale, offset }, i) => {
    const width = facts.columns.outputs.length === 1 ? outputs.length : (classes?.length ?? 1);
    const own = outputs.slice(at, at + width);
    at += width;
    if (i === 0 && classes) {
      say("what", name);
      showClasses(classes, own);
    } else if (i === 0) {
      say("what", name);
      say("answer", readable(own[0] * scale + offset));
    } else {
      const text = classes ? classes[largest(own)] : readable(own[0] * scale + offset);
      rest.push(element("dt", {}, name), element("dd", {}, text));
    }
  });
  others.replaceChildren(...rest);
}
