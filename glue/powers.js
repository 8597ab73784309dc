// Charts: a logarithmic axis of uPlot with a line at each power of ten, and no other.

export function powersOfTen(plot, axis, min, max) {
  const powers = [];
  for (let e = Math.ceil(Math.log10(min)); e <= Math.log10(max); e += 1) powers.push(10 ** e);
  return powers;
}

// uPlot leaves out, as null, what there is no room for.
export function powerLabels(plot, powers) {
  const exact = new Intl.NumberFormat("en");
  const power = new Intl.NumberFormat("en", { notation: "scientific" });
  return powers.map((value) => {
    if (value === null) return "";
    const plain = value >= 0.001 && value < 100_000;
    return plain ? exact.format(value) : power.format(value).toLowerCase();
  });
}
