"use strict";
// Events that come as objects: the fields that a program reads are written, value by value, into one string that the core
// reads faster than JSON. Of everything else of the object it is only seen how large it is.
//
// A value is a letter and, where it needs one, a text up to a NUL. An object is `{`, the mark of a limit if it is beyond one, its fields
// and an end mark; a field is a character that is its number, and its value. A list is `[`, its items and an end mark. What a value is, is said here; what
// is wrong with it, by the core. `wire/packed.rs` of the core reads it.

const { decoded, isBytes, isDate, isRecord, kind, millisecondsOf } = require("./arguments.js");
const { Extent } = require("./extent.js");

/** The characters of field numbers begin here. */
const FIRST_FIELD = 0x20;
const END = "\u0001";
const NUL = "\u0000";
/** The instants that the core takes, in milliseconds. A Date that lies outside of them is written out. */
const LATEST = 7_258_118_400_000;

/** A wanted field: its name, the mark of its number, and the fields of the items if it is a list. */
function wanted(name, number, items) {
  return { name, mark: String.fromCharCode(FIRST_FIELD + number), items };
}

/** The wanted fields of an event, and their names. */
function known(fields) {
  return { fields, names: new Set(fields.map(({ name }) => name)) };
}

class Packer {
  #events = new Map();
  #envelope;
  #limits;

  /** `reads` is what the core says that the program reads, in the order of its numbers. */
  constructor({ envelope, events, limits }) {
    this.#limits = limits;
    this.#envelope = known(envelope.map((name, number) => wanted(name, number)));
    for (const [event, { fields, lists }] of Object.entries(events)) {
      const items = (name) => (Object.hasOwn(lists, name) ? lists[name].map((field, number) => wanted(field, number)) : undefined);
      this.#events.set(event, known(fields.map((name, number) => wanted(name, number, items(name)))));
    }
  }

  /** The event as the core reads it. */
  pack(event) {
    const type = said(event.type);
    return this.packAs(type, event, type);
  }

  /**
   * The same for what says no type of its own. The one that the fields were chosen by is the `told` one: an object that says another at
   * each asking would else be read by the fields of one event and judged as another.
   */
  packAs(type, event, told) {
    const { fields, names } = this.#events.get(type) ?? this.#envelope;
    const itemsMax = this.#limits.list_items_max;
    const keys = Object.keys(event);
    const extent = new Extent(event, keys, this.#limits);
    const read = fieldsOf(event, fields, plain, itemsMax, extent, told);
    for (const key of keys) {
      if (!names.has(key)) extent.see(event[key], 1);
    }
    // Halves of characters are seldom: only if there is one, every text is looked at for it.
    return `{${extent.mark}${read.isWellFormed() ? read : fieldsOf(event, fields, careful, itemsMax, undefined, told)}`;
  }

  /** One event of a history, of any form. */
  item(event) {
    if (typeof event === "string") return json(event);
    if (isBytes(event)) return jsonOf(event);
    return isRecord(event) ? this.pack(event) : `o${kind(event)}${NUL}`;
  }
}

/** JSON inside of a packed history. A NUL is nowhere allowed in it, and neither is what it becomes. */
function json(text) {
  return text.isWellFormed() ? `j${text.replaceAll(NUL, END)}${NUL}` : `oa text with half a character${NUL}`;
}

/** The same of bytes; what is no text is refused, and not read as another one. */
function jsonOf(bytes) {
  const text = decoded(bytes, "events");
  return text === undefined ? `obytes that are no UTF-8${NUL}` : json(text);
}

/** Lines of JSON as bytes. A half of a character becomes what JSON allows nowhere, so that its line is refused. */
function lines(text) {
  return new TextEncoder().encode(text.isWellFormed() ? text : text.replace(/\p{Surrogate}/gu, END));
}

/** The fields of an object and what ends them. With `extent`, it is seen how large they are; with `type`, that is its type. */
function fieldsOf(object, fields, textOf, itemsMax, extent, type) {
  let packed = "";
  for (const field of fields) {
    const value = type !== undefined && field.name === "type" ? type : object[field.name];
    if (value === undefined || value === null) continue;
    // What every object inherits, also since a moment ago, says nothing of this one.
    if (field.name in Object.prototype && !Object.hasOwn(object, field.name)) continue;
    if (field.items !== undefined && Array.isArray(value)) packed += field.mark + listOf(value, field, textOf, itemsMax, extent);
    else {
      packed += field.mark + scalar(value, textOf);
      extent?.see(value, 1);
    }
  }
  return packed + END;
}

/** A list with one item more than is taken is refused like one of any length, and nothing behind that one is looked at. */
function listOf(list, { items }, textOf, itemsMax, extent) {
  let packed = "[";
  extent?.enter(Math.min(list.length, itemsMax + 1), 1);
  for (let at = 0; at < list.length && at <= itemsMax; at += 1) {
    const item = list[at];
    extent?.see(item, 2);
    packed += isRecord(item) ? recordOf(item, items, textOf, itemsMax) : scalar(item, textOf);
  }
  return packed + END;
}

/**
 * An item that is an object. Of one of which the program reads no field it is told that it is there: only the core knows whether the list
 * is of records, or of plain values, which decimals of other libraries are.
 */
function recordOf(item, items, textOf, itemsMax) {
  if (items.length > 0) return `{${fieldsOf(item, items, textOf, itemsMax)}`;
  const packed = fromObject(item, textOf);
  return packed.startsWith("o") ? `{${END}` : packed;
}

function scalar(value, textOf) {
  switch (typeof value) {
    case "string":
      return textOf(value);
    case "number":
      if (Number.isSafeInteger(value)) return `w${value}${NUL}`;
      // The digits are those that JSON would have: the shortest that name the number.
      return Number.isFinite(value) ? `f${value}${NUL}` : `o${value}${NUL}`;
    case "bigint":
      return `w${value}${NUL}`;
    case "boolean":
      return value ? "y" : "n";
    case "undefined":
      return "z";
    case "object":
      return value === null ? "z" : fromObject(value, textOf);
    default:
      return `o${kind(value)}${NUL}`;
  }
}

/** A type as JSON would have it: an object may say of itself how it would be written. */
function said(type) {
  if (typeof type !== "object" || type === null || isDate(type) || typeof type.toJSON !== "function") return type;
  const written = type.toJSON();
  return typeof written === "string" ? written : type;
}

/** A Date, or what says of itself how it would be written, as decimals of other libraries do. */
function fromObject(value, textOf) {
  if (isDate(value)) {
    const milliseconds = millisecondsOf(value);
    if (Number.isNaN(milliseconds)) return `oan invalid Date${NUL}`;
    return milliseconds >= 0 && milliseconds < LATEST ? `i${milliseconds}${NUL}` : textOf(new Date(milliseconds).toISOString());
  }
  if (typeof value.toJSON === "function") {
    const written = value.toJSON();
    if (typeof written === "string" || typeof written === "number") return scalar(written, textOf);
  }
  return `o${kind(value)}${NUL}`;
}

function plain(text) {
  return text.includes(NUL) ? `q${JSON.stringify(text)}${NUL}` : `t${text}${NUL}`;
}

function careful(text) {
  return text.isWellFormed() ? plain(text) : "h";
}

module.exports = { lines, Packer };
