// Any other network: numbers in, numbers out.

const MOST_SHOWN = 20;

// A network that looks things up, such as letters, takes which they are.
const expected = facts.things
  ? `${facts.features} whole numbers from 0 to ${facts.things - 1}`
  : `${facts.features} numbers`;

const fits = (value) =>
  facts.things
    ? Number.isInteger(value) && value >= 0 && value < facts.things
    : Number.isFinite(value);

function showForm(predict) {
  const field = element("textarea", { id: "numbers", rows: 6 });
  field.value = Array(facts.features).fill(0).join(", ");
  const label = element("label", { for: "numbers" }, expected);
  const list = element("ol", { start: 0 });
  byId("inputs").append(label, field);
  byId("answers").append(list);

  function show() {
    const inputs = field.value.split(/[\s,;]+/).filter(Boolean).map(Number);
    if (inputs.length !== facts.features || !inputs.every(fits)) {
      say("answer", `Expected ${expected}`);
      list.replaceChildren();
      return;
    }
    const outputs = predict(inputs);
    if (facts.classes) {
      showClasses(facts.classes, outputs);
    } else {
      say("answer", outputs.length === 1 ? readable(outputs[0]) : `${outputs.length} numbers`);
      const some = outputs.slice(0, MOST_SHOWN);
      list.replaceChildren(...some.map((value) => element("li", {}, readable(value))));
    }
    showCode(inputs, outputs);
  }
  field.addEventListener("input", show);
  show();
}
