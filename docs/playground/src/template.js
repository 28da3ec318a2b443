// A first form of an event: its envelope and the fields that the program reads, with values that it may ask for.

const SAMPLES = { number: 1, int: 1, percent: "10", money: "20.00", bool: true, date: "2026-01-01", instant: "2026-01-01T10:00:00Z", time: "10:00" };

/**
 * The text of an event of that type.
 * @param symbol the event as the engine describes it, with its fields
 * @param records what lists are made of, by name
 * @param rules the program's text, in which texts are looked up that it compares with
 * @param lines the lines so far, for an id of its own and an instant after theirs
 */
export function template(symbol, { records, rules, lines }) {
  const read = (name) => new RegExp(`(^|[^\\p{L}\\p{N}_])${escaped(name)}([^\\p{L}\\p{N}_]|$)`, "u").test(rules);
  const value = ({ name, detail }) => {
    const list = /^\[(.+)\]/.exec(detail);
    const type = list ? list[1] : /^[\p{L}\p{N}_]+/u.exec(detail)?.[0];
    if (list && records.has(type)) {
      const fields = records.get(type).filter((field) => wanted(field) || read(field.name));
      return [Object.fromEntries(fields.filter(({ detail }) => !detail.startsWith("[")).map((field) => [field.name, value(field)]))];
    }
    const single = type === "text" ? (compared(name, rules) ?? sampleText(name, lines)) : SAMPLES[type];
    return list ? [single] : single;
  };
  const wanted = ({ detail }) => !detail.includes("?") && !detail.includes("with a default");
  const fields = symbol.fields.filter((field) => wanted(field) || read(field.name));
  // Where lines are told, what is worked out of them need not be.
  const told = fields.some(({ name }) => name === "lines") ? fields.filter(({ detail }) => !detail.includes("with a default")) : fields;
  const event = { type: symbol.name, id: nextId(symbol.name, lines), at: nextInstant(lines) };
  for (const field of told) event[field.name] = value(field);
  return JSON.stringify(event);
}

const escaped = (name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A text that the program compares this field with. */
function compared(name, rules) {
  const found = new RegExp(`${escaped(name)}\\s*(?:==|in)\\s*\\[?\\s*"((?:[^"\\\\]|\\\\.)*)"`, "u").exec(rules);
  return found?.[1];
}

function sampleText(name, lines) {
  if (name === "id") return "1";
  if (name !== "order") return "…";
  const last = lines.findLast(({ event }) => event?.type === "order");
  return String(last?.event.id ?? "…");
}

function nextId(type, lines) {
  const ids = new Set(lines.map(({ event }) => String(event?.id)));
  for (let number = lines.length + 1; ; number += 1) {
    const id = `${type}-${number}`;
    if (!ids.has(id)) return id;
  }
}

/** A day after the last one, with the offset of the last one. */
function nextInstant(lines) {
  const last = lines.findLast(({ event }) => typeof event?.at === "string")?.event.at;
  const parts = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)$/.exec(last ?? "");
  if (!parts) return "2026-01-05T10:00:00Z";
  const day = new Date(`${parts[1]}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return `${day.toISOString().slice(0, 10)}${parts[2]}${parts[3]}`;
}
