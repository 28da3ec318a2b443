"use strict";
// What comes in as an argument: checked, and converted to the few types that the core takes.

const { EventError, revived } = require("./errors.js");
const { ready } = require("./core.js");
const { isHeld } = require("./shown.js");

/** What a value is by its own account, such as `Map`, whichever page or context it comes from. */
function tag(value) {
  const said = Object.prototype.toString.call(value);
  // What nearly every object is, without a text that is made for it.
  return said === "[object Object]" ? "Object" : said.slice(8, -1);
}

/** Objects of the language that are no records of fields. */
const BUILT_IN = new Set(
  ("ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Date Float32Array Float64Array Int16Array Int32Array " +
    "Int8Array Map Number Promise RegExp Set SharedArrayBuffer String Symbol Uint16Array Uint32Array Uint8Array " +
    "Uint8ClampedArray WeakMap WeakRef WeakSet").split(" "),
);

/** What the language itself knows of a value, whatever the value's own class would say of it. */
function native(prototype, name) {
  const { get, value = get } = Object.getOwnPropertyDescriptor(prototype, name);
  return (asked) => Reflect.apply(value, asked, []);
}

const Bytes = Object.getPrototypeOf(Uint8Array.prototype);
const [viewOf, bufferOf, startOf, lengthOf] = [Symbol.toStringTag, "buffer", "byteOffset", "length"].map((name) => native(Bytes, name));
const millisecondsOf = native(Date.prototype, "getTime");

/** Bytes, also those of another page or context. */
function isBytes(value) {
  return viewOf(value) === "Uint8Array";
}

/**
 * The same bytes as an object of no other class: WebAssembly makes room for as many as `length` says, and a class of the host's own
 * could say fewer than are written there.
 */
function plain(bytes, name) {
  try {
    return new Uint8Array(bufferOf(bytes), startOf(bytes), lengthOf(bytes));
  } catch {
    throw new TypeError(`\`${name}\`: expected bytes, found those of a buffer that was transferred to somewhere else`);
  }
}

/** The text that bytes are, or nothing where they are none. */
function decoded(bytes, name) {
  const view = plain(bytes, name);
  try {
    // Browsers decode none that are shared with other threads.
    const own = tag(view.buffer) === "SharedArrayBuffer" ? new Uint8Array(view) : view;
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(own);
  } catch {
    return undefined;
  }
}

/** A Date, also one of another page or context. */
function isDate(value) {
  if (!(value instanceof Date) && (typeof value !== "object" || value === null || tag(value) !== "Date")) return false;
  try {
    millisecondsOf(value);
    return true;
  } catch {
    return false;
  }
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
      if (isHeld(value)) return `a ${value.constructor.name}`;
      if (tag(value) === "Date" && !isDate(value)) return "an object that calls itself a Date";
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

/** A list of strings: one of the language's own, whatever the host's does when it is read. */
function texts(values, name) {
  if (!Array.isArray(values)) throw new TypeError(`\`${name}\`: expected a list of strings, found ${kind(values)}`);
  return Array.from(values, (value) => text(value, name));
}

/** JSON text of whole characters. */
function whole(json) {
  if (!json.isWellFormed()) throw refused("invalid_json", undefined, "one JSON object", "a text with half a character");
  return json;
}

/** The JSON text that bytes are; what is no text is refused, and not read as another one. */
function json(bytes, name) {
  const read = decoded(bytes, name);
  if (read === undefined) throw refused("invalid_json", undefined, "one JSON object", "bytes that are no UTF-8");
  return read;
}

/** What a host's own object is as JSON. */
function written(value, name) {
  try {
    return JSON.stringify(value);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    const [why] = thrown.message.split("\n");
    throw new TypeError(`\`${name}\`: expected what can be written as JSON: ${why}`, { cause: thrown });
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
  if (isDate(value)) return Number.isNaN(millisecondsOf(value)) ? "Invalid Date" : text(value.toISOString(), name);
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

/** The highest number of 32 bits. */
const COUNT_MAX = 0xffff_ffff;

/** A number of places, as whole as one that fits into 32 bits. Beyond them it is of the right type, as in Python. */
function count(value, name) {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new TypeError(`\`${name}\`: expected a whole number, found ${kind(value)}`);
  }
  if (value < 0 || value > COUNT_MAX) {
    throw new RangeError(`\`${name}\`: a number of places is a whole one from 0 to ${COUNT_MAX}, not ${value}`);
  }
  return value;
}

/** An object of options that has no other than the known ones: a copy, so that each of the host's own is read once. */
function options(given, known) {
  const copy = {};
  if (given === undefined) return copy;
  if (!isRecord(given) || isHeld(given)) throw new TypeError(`options: expected an object, found ${kind(given)}`);
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
  const bytes = typeof value === "string" ? new TextEncoder().encode(text(value, "secret")) : plain(value, "secret");
  if (bytes.length < SECRET_BYTES_MIN) {
    const found = `at least ${SECRET_BYTES_MIN} bytes, found ${bytes.length}`;
    throw new RangeError(`\`secret\`: expected ${found}; take 32 random ones, and keep them as long as the program runs`);
  }
  return bytes;
}

module.exports = { count, decoded, instant, isBytes, isDate, isRecord, json, kind, millisecondsOf, object, options, plain, points, secret, text, texts, whole, written };
