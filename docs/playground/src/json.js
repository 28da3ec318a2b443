// JSON as text: digits stay as they were written, for JSON.parse would round long ones.

/** A number that JavaScript would write in other digits: beyond 2^53, or with noughts at its end. It stays as it came. */
export class Digits {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const STRING_OR_NUMBER = /"(?:\\.|[^"\\])*"|-?\d[\d.eE+-]*/g;

/** What a JSON text says, with the digits of its numbers. Throws what JSON.parse throws. */
export function read(text) {
  const value = JSON.parse(text);
  // Numbers are marked by what begins no text, however that is escaped.
  const texts = text.includes("\\") ? text + JSON.stringify(value) : text;
  let mark = "#";
  while (texts.includes(mark)) mark += "#";
  const marked = text.replace(STRING_OR_NUMBER, (part) => (part[0] === '"' || String(Number(part)) === part ? part : `"${mark}${part}"`));
  if (marked === text) return value;
  return JSON.parse(marked, (_, part) => (typeof part === "string" && part.startsWith(mark) ? new Digits(part.slice(mark.length)) : part));
}

/** Whether a value has parts, as lists and objects have. */
export const isWhole = (value) => value !== null && typeof value === "object" && !(value instanceof Digits);

/** A value as JSON on one line, `{ "a": [1, 2] }`, with the digits that it came with. */
export function written(value) {
  if (value instanceof Digits) return value.text;
  if (!isWhole(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  const entries = Object.entries(value);
  return entries.length === 0 ? "{}" : `{ ${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${written(inner)}`).join(", ")} }`;
}

/** JSON without the space between its parts. */
export function compact(text) {
  return text.replace(/("(?:\\.|[^"\\])*")|\s+/g, (_, string) => string ?? "");
}

/** One line of a list of events; what is no JSON stays as it was typed, for the engine to say what is wrong with it. */
export function oneLine(text) {
  return isJson(text) ? compact(text) : text.replace(/\s*\n\s*/g, " ").trim();
}

/** The lines of a text that are not empty. */
export function linesIn(text) {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/** The events of a text, each as a line: lines as they are, or else the items of one list, or one object over several lines. */
export function eventsIn(text) {
  const whole = text.replace(/^\uFEFF/, "").trim();
  const isList = whole.startsWith("[");
  // Lines of objects end the first one before the text does, and are found to be no JSON at once.
  if (!isList && !(whole.startsWith("{") && whole.includes("\n"))) return linesIn(whole);
  if (!isJson(whole)) return linesIn(whole);
  return isList ? itemsOf(compact(whole)) : [compact(whole)];
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The items of a list without space between its parts. */
function itemsOf(list) {
  const items = [];
  let depth = 0;
  let start = 1;
  for (const { 0: part, index } of list.matchAll(/"(?:\\.|[^"\\])*"|[[\]{},]/g)) {
    if (part === "[" || part === "{") depth += 1;
    const ends = part === "]" && depth === 1;
    if ((ends || (part === "," && depth === 1)) && index > start) items.push(list.slice(start, index));
    if (part === "," && depth === 1) start = index + 1;
    if (part === "]" || part === "}") depth -= 1;
  }
  return items;
}
