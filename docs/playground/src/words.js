// How the page speaks: its texts by their names, what the engine's own words are called, and how amounts and instants are written.

import { ar } from "./words/ar.js";
import { en } from "./words/en.js";

const TEXTS = { en, ar };

let language = "en";

export const languages = Object.keys(TEXTS);

export function speak(chosen) {
  language = chosen in TEXTS ? chosen : "en";
  const root = globalThis.document?.documentElement;
  if (root) Object.assign(root, { lang: language, dir: TEXTS[language].dir });
}

export const spoken = () => language;
export const isRtl = () => TEXTS[language].dir === "rtl";
export const nameOf = (code) => TEXTS[code].name;

/** A text of the page; with arguments, one that depends on them. */
export function say(key, ...values) {
  const text = TEXTS[language][key];
  return typeof text === "function" ? text(...values) : text;
}

/** Keys of which the values are objects by names that the program chose. */
const BY_NAME = ["arms", "attributes", "badges", "benefits", "challenges", "consents", "cost", "experiments", "measures", "quizzes", "referrals", "rewards", "surveys", "wallets"];

/** Whether the keys of a value are names of the program's, and not words of the engine's: those are nobody's to translate. */
export const areNames = (key) => BY_NAME.includes(key);

/** What a value is called that the engine takes from a closed list, as the `reason` of a refusal; null for any other. */
export function word(key, value) {
  const own = (texts) => (Object.hasOwn(texts.value, key) && Object.hasOwn(texts.value[key], value) ? texts.value[key][value] : null);
  return own(TEXTS[language]) ?? (own(ar) === null ? null : value.replaceAll("_", " "));
}

/** What a kind of decision, a key of a view or a step is called; unknown ones by their own name. */
export function call(list, key) {
  return (Object.hasOwn(TEXTS[language][list], key) ? TEXTS[language][list][key] : null) ?? String(key).replaceAll("_", " ");
}

// Latin digits in both languages: the same ones stand in the rules and in the events beside.
const locale = () => (language === "ar" ? "ar-u-nu-latn-ca-gregory" : "en-GB");

/** Ways to write numbers and dates: to make one takes far longer than to use it. */
const formats = new Map();

function format(Format, options) {
  const key = `${Format.name} ${locale()} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Format(locale(), options));
  return formats.get(key);
}

/** A decimal string with its digits in groups, and at `least` so many decimals; the digits themselves stay what they are. */
export function amount(text, { signed = false, least = 0 } = {}) {
  const options = { minimumFractionDigits: least, maximumFractionDigits: 20, signDisplay: signed ? "exceptZero" : "auto" };
  if (!/^-?\d+(\.\d+)?$/.test(text)) return String(text);
  // The sign stands before the digits in both languages; marks of direction would turn it round.
  return format(Intl.NumberFormat, options).format(text).replace(/[\u061c\u200e\u200f]/g, "").replace("-", "−");
}

/** A figure of a scale, in few letters. */
export function rough(value) {
  const notation = Math.abs(value) < 10_000 ? "standard" : "compact";
  return format(Intl.NumberFormat, { notation, maximumFractionDigits: 2 }).format(value).replace(/[\u061c\u200e\u200f]/g, "").replace("-", "−");
}

/** Whether a value of a document is an instant. */
export const isInstant = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value);

/** The day, and if asked the time of day, that an instant names in its own offset: the program's local time. */
export function when(text, { time = true } = {}) {
  const local = new Date(`${String(text).slice(0, 19)}Z`);
  if (Number.isNaN(local.getTime())) return String(text);
  const date = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  const clock = time && !/T00:00:00/.test(text) ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : {};
  return format(Intl.DateTimeFormat, { ...date, ...clock }).format(local);
}

/** A moment of the reader's own clock, in few letters. */
export function shortly(at) {
  return format(Intl.DateTimeFormat, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** A mark on an axis of time. */
export function tick(at, long) {
  const options = long ? { year: "numeric", month: "short" } : { day: "numeric", month: "short" };
  return format(Intl.DateTimeFormat, { ...options, timeZone: "UTC" }).format(new Date(at));
}
