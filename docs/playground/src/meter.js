// How far somebody has come, drawn and in figures.

import { element, name } from "./dom.js";
import { figure, isAmount, sum } from "./money.js";
import { isInstant, say, when, word } from "./words.js";

/** A bar; nothing where there is no aim to come to. */
export function meter(actual, required) {
  const most = Number(required);
  if (!(most > 0)) return null;
  const value = Math.min(Math.max(Number(actual ?? 0), 0), most);
  return element("meter", { class: value >= most ? "is-full" : null, min: 0, max: most, value });
}

/** `29 / 50`. */
export function ratio(actual, required, unit) {
  const told = (value, unit) => (value === null || value === undefined ? "–" : isInstant(value) ? when(value) : isAmount(value) ? sum(value, unit) : (word("weekday", value) ?? name(value)));
  if (required === undefined || required === null) return element("b", { class: "ratio" }, told(actual, unit));
  // The unit is said once, and the two figures stand in one order in both languages.
  const bare = isAmount(actual) && unit ? figure(actual, unit) : told(actual);
  return element("bdi", { class: "ratio", dir: "ltr" }, element("b", {}, bare), " / ", told(required, unit));
}

/** How much is missing: `21 points short`. */
export function short(...amount) {
  const [before, after] = say("short", "\0").split("\0");
  return element("span", { class: "shortfall" }, before, element("bdi", {}, ...amount), after);
}
