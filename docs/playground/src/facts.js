// Whatever the engine tells, by its shape: nothing of it needs to be known here to be shown, and nothing is wider than its place.

import { element, name } from "./dom.js";
import { figure, sum, unitOf } from "./money.js";
import { amount, areNames, call, isInstant, say, when, word } from "./words.js";

export function isEmpty(value) {
  if (value === null || value === undefined) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

const isPlain = (value) => value === null || typeof value !== "object";

/** The name of a value within another one: the program's own, or a word of the engine's. */
const label = (within, key) => (areNames(within) ? name(key) : call("key", key));

/** One value: an instant, an amount or a word, in the reader's way. */
export function plain(value, key) {
  if (value === null || value === undefined) return element("span", { class: "dim" }, "–");
  if (isInstant(value)) return element("time", { datetime: value, title: value }, when(value));
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (typeof value !== "string") return element("bdi", {}, String(value));
  return word(key, value) ?? name(amount(value));
}

/** An object on one line that breaks between its parts: `since 9 Feb · how order`. */
export function inline(value, key) {
  if (isPlain(value)) return plain(value, key);
  if (Array.isArray(value)) return list(value, key);
  const parts = Object.entries(value).filter(([, item]) => !isEmpty(item));
  return element("span", { class: "inline" }, parts.map(([inner, item]) => element("span", {}, element("span", { class: "dim" }, label(key, inner), " "), inline(item, inner))));
}

/** A list: plain values as chips, others as lines. */
function list(value, key) {
  const look = value.every(isPlain) ? "chips" : "entries";
  return element("ul", { class: look }, value.map((item) => element("li", {}, inline(item, key))));
}

/** A part of what a member has. */
export function fact(key, value) {
  if (isPlain(value) || Array.isArray(value)) return inline(value, key);
  const row = ([inner, item]) => element("div", {}, element("dt", {}, label(key, inner)), element("dd", {}, key === "measures" && unitOf(inner) ? sum(item, unitOf(inner)) : inline(item, inner)));
  return element("dl", { class: Object.values(value).every(isPlain) ? "terms" : "terms wide" }, Object.entries(value).filter(([, item]) => !isEmpty(item)).map(row));
}

/** Small figures with their names, those that are nothing left out. */
export function figures(entries, unit) {
  const told = entries.filter(([, value]) => value !== "0" && value !== false && !isEmpty(value));
  if (told.length === 0) return null;
  const digits = (key, value) => (typeof value === "string" && unit ? figure(value, unit) : inline(value, key));
  return element("dl", { class: "figures" }, told.map(([key, value]) => element("div", {}, element("dt", {}, call("key", key)), element("dd", {}, digits(key, value)))));
}
