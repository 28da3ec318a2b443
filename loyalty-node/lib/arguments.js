"use strict";
// What comes in as an argument: checked, and converted to the few types that the core takes.

const { EventError, revived } = require("./errors.js");
const { ready } = require("./core.js");
const { Held } = require("./shown.js");

/** What a value is by its own account, such as `Map`, whichever page or context it comes from. */
function tag(value) {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Objects of the language that are no records of fields. */
const BUILT_IN = new Set(
  ("ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Date Float32Array Float64Array Int16Array Int32Array " +
    "Int8Array Map Number Promise RegExp Set SharedArrayBuffer String Symbol Uint16Array Uint32Array Uint8Array " +
    "Uint8ClampedArray WeakMap WeakRef WeakSet").split(" "),
);

/** Bytes, also those of another page or context. */
function isBytes(value) {
  return value instanceof Uint8Array || (ArrayBuffer.isView(value) && tag(value) === "Uint8Array");
}

/** A Date, also one of another page or context. */
function isDate(value) {
  return value instanceof Date || (typeof value === "object" && value !== null && tag(value) === "Date");
}

/** Whether a value is a record of fields, as an event is. */
function isRecord(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !BUILT_IN.has(tag(value));
}

/** What a value is, in words. */
function kind(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "undefined":
      return "nothing";
    case "object":
      if (value instanceof Held) return `a ${value.constructor.name}`;
      return BUILT_IN.has(tag(value)) ? `${/^[AEIO]/.test(tag(value)) ? "an" : "a"} ${tag(value)}` : "an object";
    case "string":
      return "a string";
    case "boolean":
      return String(value);
    case "number":
    case "bigint":
      return `the number ${value}`;
    default:
      return `a ${typeof value}`;
  }
}

/** An `EventError` in the core's words. */
function refused(code, field, expected, found) {
  try {
    ready().refuse(code, field, expected, found);
  } catch (thrown) {
    return revived(thrown);
  }
  return new EventError({ code, field, expected, found });
}

/** A string, whole characters only: the core would read others in the place of halves. */
function text(value, name) {
  if (typeof value !== "string") throw new TypeError(`\`${name}\`: expected a string, found ${kind(value)}`);
  if (!value.isWellFormed()) throw new TypeError(`\`${name}\`: expected a string of whole characters, found half of one`);
  return value;
}

/** JSON text of whole characters. */
function whole(json) {
  if (!json.isWellFormed()) throw refused("invalid_json", undefined, "one JSON object", "a text with half a character");
  return json;
}

/** The JSON text that bytes are; what is no text is refused, and not read as another one. */
function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused("invalid_json", undefined, "one JSON object", "bytes that are no UTF-8");
  }
}

/** An event that is an object. */
function object(event) {
  if (!isRecord(event)) {
    throw refused("invalid_json", undefined, "one JSON object", kind(event));
  }
  return event;
}

/** An instant as text. That it is one is for the core to say. */
function instant(value, name) {
  if (isDate(value)) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (typeof value !== "string") {
    throw new TypeError(`\`${name}\`: expected a Date or a string such as 2026-11-21T10:00:00+08:00, found ${kind(value)}`);
  }
  return text(value, name);
}

/** A number of points as its digits. That they are some is for the core to say. */
function points(value, name) {
  const exact = typeof value === "bigint" || (typeof value === "number" && (Number.isSafeInteger(value) || !Number.isInteger(value)));
  if (exact) return String(value);
  if (typeof value !== "string") throw new TypeError(`\`${name}\`: expected an exact number or its digits, found ${kind(value)}`);
  return text(value, name);
}

/** A number of things, as whole as one that fits into 32 bits. */
function count(value, name) {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new TypeError(`\`${name}\`: expected a whole number, found ${kind(value)}`);
  }
  return value;
}

/** An object of options that has no other than the known ones: a copy, so that each of the host's own is read once. */
function options(given, known) {
  const copy = {};
  if (given === undefined) return copy;
  if (!isRecord(given) || given instanceof Held) throw new TypeError(`options: expected an object, found ${kind(given)}`);
  for (const name in given) {
    // What every object inherits says nothing of this one.
    if (name in Object.prototype && !Object.hasOwn(given, name)) continue;
    if (!known.includes(name)) {
      const all = known.map((option) => `\`${option}\``).join(", ");
      throw new TypeError(`unknown option \`${name}\`; the options are ${all}`);
    }
  }
  for (const name of known) {
    if (name in given && (!(name in Object.prototype) || Object.hasOwn(given, name))) copy[name] = given[name];
  }
  return copy;
}

/** The fewest bytes of a secret: shorter ones can be found by trying. */
const SECRET_BYTES_MIN = 16;

/** A secret as bytes; a string stands for its UTF-8. */
function secret(value) {
  if (value === undefined) return undefined;
  if (typeof value !== "string" && !isBytes(value)) {
    throw new TypeError(`\`secret\`: expected a string or bytes, found ${kind(value)}`);
  }
  const bytes = typeof value === "string" ? new TextEncoder().encode(text(value, "secret")) : value;
  if (bytes.length < SECRET_BYTES_MIN) {
    const found = `at least ${SECRET_BYTES_MIN} bytes, found ${bytes.length}`;
    throw new RangeError(`\`secret\`: expected ${found}; take 32 random ones, and keep them as long as the program runs`);
  }
  return bytes;
}

module.exports = { count, decoded, instant, isBytes, isDate, isRecord, kind, object, options, points, secret, text, whole };
