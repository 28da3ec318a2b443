// The marks of an axis of amounts: round figures, as many as there is room for.

/** Round figures from the least to the most, four or five of them, nought always among them; of what comes in wholes, whole ones. */
export function marks(least, most, { whole = false } = {}) {
  const span = most - least;
  if (!(span > 0)) return [0];
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const sizes = [1, 2, 2.5, 5, 10].map((factor) => factor * power).filter((size) => !whole || Number.isInteger(size));
  const step = sizes.find((size) => size >= rough * 0.999) ?? 1;
  const found = [];
  for (let number = Math.ceil(least / step - 1e-9); number * step <= most + step * 1e-9; number += 1) found.push(number === 0 ? 0 : Number((number * step).toPrecision(12)));
  return found;
}
