// A series: the values so far are given, and what is expected next, and after that.

const MOST_SHOWN = 20;

function showForm(predict) {
  const [{ name, scale, offset }] = facts.columns.outputs;
  const steps = facts.features;
  const field = element("textarea", { id: "numbers", rows: 8 });
  // Something to begin with, about as large as what it has learnt.
  const wave = (_, i) => Number((offset + scale * Math.sin(i / 3)).toPrecision(4));
  field.value = Array.from({ length: steps }, wave).join(", ");
  const asked = `${name}: ${steps} values or more, the latest last`;
  const list = element("ol", {});
  byId("inputs").append(element("label", { for: "numbers" }, asked), field);
  byId("answers").append(element("p", {}, "And so on, if each comes true:"), list);

  function show() {
    const values = field.value.split(/[\s,;]+/).filter(Boolean).map(Number);
    if (values.length < steps || !values.every(Number.isFinite)) {
      say("answer", `Expected ${steps} numbers or more`);
      list.replaceChildren();
      return;
    }
    const window = values.slice(-steps);
    const inputs = [...window];
    const expected = Array.from({ length: MOST_SHOWN }, () => {
      const value = predict(window).at(-1) * scale + offset;
      window.shift();
      window.push(value);
      return value;
    });
    say("answer", readable(expected[0]));
    list.replaceChildren(...expected.map((value) => element("li", {}, readable(value))));
    showCode(inputs, predict(inputs));
  }
  field.addEventListener("input", show);
  show();
}
