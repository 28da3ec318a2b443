"use strict";
// Outcomes as the core tells them: in JSON, or in a form of which objects are made faster than `JSON.parse` makes them.
// `wire/flat.rs` of the core writes it.
//
// Marks come first, one for each value in the order in which they end, and behind a NUL the texts that they ask for, end to end. Behind
// a mark with a text stands how long that is. Values wait until the list or the object ends that they belong to. An object says its
// keys in one text, by which a way to make it is found; what nearly every outcome consists of has a mark of its own.

const NUL = "\u0000";
/** So many ways are kept. Programs have few names; a host that compiles one after the other does not keep them all. */
const MAKERS_MAX = 1000;

/** A way to make an object of so many values that wait from a place on. */
function maker(count, make) {
  return { count, make };
}

/** Written out, what nearly every outcome consists of is made in one go. In the order of `KNOWN` in `wire/flat.rs`. */
const known = [
  maker(5, (v, at) => ({ event: v[at], member: v[at + 1], at: v[at + 2], revision: v[at + 3], decisions: v[at + 4] })),
  maker(4, (v, at) => ({ member: v[at], at: v[at + 1], revision: v[at + 2], decisions: v[at + 3] })),
  maker(7, (v, at) => ({
    kind: v[at],
    entry: v[at + 1],
    wallet: v[at + 2],
    amount: v[at + 3],
    pending: v[at + 4],
    expires_at: v[at + 5],
    because: v[at + 6],
  })),
  maker(8, (v, at) => ({
    kind: v[at],
    entry: v[at + 1],
    wallet: v[at + 2],
    amount: v[at + 3],
    pending: v[at + 4],
    vests_at: v[at + 5],
    expires_at: v[at + 6],
    because: v[at + 7],
  })),
  maker(6, (v, at) => ({
    kind: v[at],
    entry: v[at + 1],
    wallet: v[at + 2],
    amount: v[at + 3],
    lot: v[at + 4],
    expires_at: v[at + 5],
  })),
  maker(7, (v, at) => ({
    kind: v[at],
    at: v[at + 1],
    entry: v[at + 2],
    wallet: v[at + 3],
    amount: v[at + 4],
    lot: v[at + 5],
    expires_at: v[at + 6],
  })),
  maker(2, (v, at) => ({ rule: v[at], amount: v[at + 1] })),
  maker(2, (v, at) => ({ step: v[at], amount: v[at + 1] })),
];

/** The ways to make all others, by their keys. */
const makers = new Map([["", maker(0, () => ({}))]]);

/** The way to make objects with these keys: a copy of one that has them already is filled. */
function makerOf(keys) {
  const kept = makers.get(keys);
  if (kept !== undefined) return kept;
  const names = keys.split(",");
  const blank = Object.fromEntries(names.map((name) => [name, undefined]));
  const found = maker(names.length, (v, at) => {
    const object = { ...blank };
    for (let number = 0; number < names.length; number += 1) object[names[number]] = v[at + number];
    return object;
  });
  if (makers.size < MAKERS_MAX) makers.set(keys, found);
  return found;
}

// Where the values of the open lists begin: the same room at every call. Nothing of a host's is called while it is in use.
const lists = [];
let told;
/** The mark at hand, and where the next text begins. */
let mark;
let place;

/** How long a text is: one character says it, or where it is 127 the five behind it, six bits each. */
function length() {
  mark += 1;
  const short = told.charCodeAt(mark);
  return short < 127 ? short - 1 : long();
}

function long() {
  let found = 0;
  for (const last = mark + 5; mark < last; ) {
    mark += 1;
    found = (found << 6) | (told.charCodeAt(mark) - 1);
  }
  return found;
}

function text() {
  const begin = place;
  place += length();
  return told.slice(begin, place);
}

/** A whole number. Of so few digits it is worked out here, where asking for the number of a text leaves the engine. */
function number() {
  const begin = place;
  const digits = length();
  place += digits;
  if (digits > 15 || told.charCodeAt(begin) === 0x2d) return Number(told.slice(begin, place));
  let found = 0;
  for (let at = begin; at < place; at += 1) found = found * 10 + told.charCodeAt(at) - 0x30;
  return found;
}

/** An outcome as an object. */
function outcomeOf(from) {
  if (from.startsWith("{")) return JSON.parse(from);
  told = from;
  place = from.indexOf(NUL) + 1;
  // Values that wait for the end of what they belong to. In old memory the engine would note each of them for its collector.
  const values = [];
  let waiting = 0;
  let open = 0;
  let way;
  for (mark = 0; ; mark += 1) {
    const code = from.charCodeAt(mark);
    switch (code) {
      case 0x74: // t
        values[waiting] = text();
        waiting += 1;
        break;
      case 0x6e: // n
        values[waiting] = number();
        waiting += 1;
        break;
      case 0x79: // y
        values[waiting] = true;
        waiting += 1;
        break;
      case 0x66: // f
        values[waiting] = false;
        waiting += 1;
        break;
      case 0x7a: // z
        values[waiting] = null;
        waiting += 1;
        break;
      case 0x5b: // [
        lists[open] = waiting;
        open += 1;
        break;
      case 0x5d: // ]
        open -= 1;
        values[lists[open]] = values.slice(lists[open], waiting);
        waiting = lists[open] + 1;
        break;
      case 0x6f: // o
        way = makerOf(text());
      // falls through
      case 0x73: // s
        waiting -= way.count;
        values[waiting] = way.make(values, waiting);
        waiting += 1;
        break;
      case 0: // NUL
        return values[0];
      default: {
        const { count, make } = known[code - 0x30];
        waiting -= count;
        values[waiting] = make(values, waiting);
        waiting += 1;
      }
    }
  }
}

module.exports = { outcomeOf };
