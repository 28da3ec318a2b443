// JSON as text: digits stay as they were written, for JSON.parse would round long ones.

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
