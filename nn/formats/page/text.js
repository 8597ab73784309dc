// A text so far: which character is expected next, and a text that goes on with it.

const MOST_SHOWN = 8;
const LENGTH = 200;
const TEMPERATURE = 0.7;
const SIGNS = { " ": "␣", "\n": "↵", "\t": "⇥" };

function showForm(predict) {
  const places = new Map(facts.classes.map((character, place) => [character, place]));
  const other = places.get("\uFFFD"); // what stands for all that the alphabet has not
  const field = element("textarea", { id: "text", rows: 4 });
  const label = element("label", { for: "text" }, "A text so far");
  const write = element("button", { type: "button", id: "write" }, "Write on");
  const written = element("p", { id: "written", role: "status" });
  written.style.whiteSpace = "pre-wrap";
  byId("inputs").append(label, field, write, written);

  // What the network is given, and what it expects after the last character: it does not look
  // ahead, so whatever fills the window behind that changes nothing.
  function expected(numbers) {
    const recent = numbers.slice(-facts.features);
    const window = [...recent, ...Array(facts.features - recent.length).fill(0)];
    const outputs = predict(window);
    const start = (recent.length - 1) * facts.classes.length;
    return { window, outputs, shares: outputs.slice(start, start + facts.classes.length) };
  }

  function read() {
    const characters = [...(field.value || (places.has("\n") ? "\n" : facts.classes[0]))];
    const unknown = characters.find((each) => !places.has(each) && other === undefined);
    if (unknown === undefined) return characters.map((each) => places.get(each) ?? other);
    say("answer", `The network does not know the character ${unknown}`);
    showBars([], [], -1);
    return null;
  }

  function show() {
    const numbers = read();
    write.disabled = !numbers;
    if (!numbers) return;
    const { window, outputs, shares } = expected(numbers);
    const best = [...shares.keys()].sort((a, b) => shares[b] - shares[a]).slice(0, MOST_SHOWN);
    const names = best.map((place) => SIGNS[facts.classes[place]] ?? facts.classes[place]);
    say("answer", names[0]);
    showBars(names, best.map((place) => shares[place]), 0);
    showCode(window, outputs);
  }

  function drawn(shares) {
    const powers = Array.from(shares, (share) => share ** (1 / TEMPERATURE));
    let left = Math.random() * powers.reduce((sum, power) => sum + power, 0);
    const place = powers.findIndex((power) => (left -= power) < 0);
    return place < 0 ? powers.length - 1 : place;
  }

  write.addEventListener("click", () => {
    const numbers = read();
    let text = "";
    for (let i = 0; i < LENGTH; i += 1) {
      const place = drawn(expected(numbers).shares);
      numbers.push(place);
      text += facts.classes[place];
    }
    written.textContent = field.value + text;
  });
  field.addEventListener("input", show);
  show();
}
