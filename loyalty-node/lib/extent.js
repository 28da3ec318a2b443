"use strict";
// How large an event is that comes as an object. It is held to the limits of JSON text, also where the program reads nothing of it, so that
// what is taken once is taken as its JSON as well. Nothing more is seen of what nobody reads, and what holds itself ends at a limit.

/** The marks of the limits: what stands in front of the fields of an event that is beyond one. */
const [FIELDS, LEVELS, VALUES] = ["\u0002f", "\u0002l", "\u0002v"];

/** What has been seen of one event. */
class Extent {
  /** The mark of the first limit that it is beyond, or nothing. */
  mark = "";
  #limits;
  #values;

  /** Of an event with these keys. */
  constructor(event, keys, limits) {
    this.#limits = limits;
    this.#values = keys.length;
    const { fields_max: most } = limits;
    if (keys.length > most && keys.filter((key) => isWritten(event[key])).length > most) this.mark = FIELDS;
  }

  /** A value on a level below the event, on which its own fields are the first. */
  see(value, level) {
    if (typeof value !== "object" || value === null || this.mark !== "") return;
    if (Array.isArray(value)) this.#seeList(value, level);
    else if (isPlain(value)) this.#seeRecord(value, level);
  }

  /** A list or an object of so many values on a level. */
  enter(count, level) {
    this.#values += count;
    if (this.mark !== "") return;
    if (level > this.#limits.levels_max) this.mark = LEVELS;
    else if (this.#values > this.#limits.values_max) this.mark = VALUES;
  }

  #seeList(list, level) {
    this.enter(list.length, level);
    for (let at = 0; at < list.length && this.mark === ""; at += 1) this.see(list[at], level + 1);
  }

  /** Its own fields, one by one: a list of their values would have to be made first, and takes longer than to look at them. */
  #seeRecord(record, level) {
    this.enter(Object.keys(record).length, level);
    for (const key in record) {
      if (this.mark !== "") return;
      const value = record[key];
      if (typeof value === "object" && Object.hasOwn(record, key)) this.see(value, level + 1);
    }
  }
}

/** Whether JSON has a field of this value. */
const isWritten = (value) => !["undefined", "function", "symbol"].includes(typeof value);

/** Objects of a class of their own are one value each, as is what says itself how it is written: they may hold whatever they belong to. */
function isPlain(object) {
  const prototype = Object.getPrototypeOf(object);
  return (prototype === null || Object.getPrototypeOf(prototype) === null) && typeof object.toJSON !== "function";
}

/** The limits of JSON text where no program says them, and what is said of an object beyond each, in the core's words. */
const LIMITS = { fields_max: 1000, levels_max: 127, values_max: 2_097_152 };
const BEYOND = {
  [FIELDS]: ["too_many_fields", `${LIMITS.fields_max} fields`],
  [LEVELS]: ["too_deep", `${LIMITS.levels_max} levels of nested values`],
  [VALUES]: ["event_too_large", `${LIMITS.values_max} values`],
};

/** What is to be said of an object that is beyond a limit of JSON text, or nothing. */
function beyond(object) {
  const keys = Object.keys(object);
  const extent = new Extent(object, keys, LIMITS);
  for (const key of keys) extent.see(object[key], 1);
  if (extent.mark === "") return undefined;
  const [code, most] = BEYOND[extent.mark];
  const [expected, found] = [`at most ${most}`, `more than ${most.split(" of ")[0]}`];
  return { message: `${code}: expected ${expected}, found ${found}`, code, field: null, expected, found, help: null };
}

module.exports = { beyond, Extent };
