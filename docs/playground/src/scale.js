// The marks of an axis of amounts: round figures, as many as there is room for.

/** Round figures from the least to the most, four or five of them, nought always among them; of what comes in wholes, whole ones. */
export function marks(least, most, { whole = false } = {}) {
  const span = most - least;
  if (!(span > 0)) return [0];
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const step = whole ? Math.max(round, 1) : round;
  const found = [];
  for (let number = Math.ceil(least / step - 1e-9); number * step <= most + step * 1e-9; number += 1) found.push(number === 0 ? 0 : Number((number * step).toPrecision(12)));
  return found;
}
