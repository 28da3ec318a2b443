"use strict";
// Outcomes as the core tells them: in JSON, or in a form of which objects are made faster than `JSON.parse` makes them.
// `wire/flat.rs` of the core writes it.
//
// Marks come first, one for each value in the order in which they end, and behind a NUL the texts that they ask for, each with a
// NUL behind it. Values wait until the list or the object ends that they belong to. An object says its keys in one text, by which a
// way to make it is found; one with the keys of the object before says nothing.

const NUL = "\u0000";
/** So many ways are kept. Programs have few names; a host that compiles one after the other does not keep them all. */
const MAKERS_MAX = 1000;

/** A way to make an object of so many values that wait from a place on. */
function maker(count, make) {
  return { count, make };
}

/** Written out, what nearly every outcome consists of is made in one go. */
const makers = new Map(
  Object.entries({
    "event,member,at,revision,decisions": maker(5, (v, at) => ({
      event: v[at],
      member: v[at + 1],
      at: v[at + 2],
      revision: v[at + 3],
      decisions: v[at + 4],
    })),
    "member,at,revision,decisions": maker(4, (v, at) => ({ member: v[at], at: v[at + 1], revision: v[at + 2], decisions: v[at + 3] })),
    "kind,entry,wallet,amount,pending,expires_at,because": maker(7, (v, at) => ({
      kind: v[at],
      entry: v[at + 1],
      wallet: v[at + 2],
      amount: v[at + 3],
      pending: v[at + 4],
      expires_at: v[at + 5],
      because: v[at + 6],
    })),
    "kind,entry,wallet,amount,pending,vests_at,expires_at,because": maker(8, (v, at) => ({
      kind: v[at],
      entry: v[at + 1],
      wallet: v[at + 2],
      amount: v[at + 3],
      pending: v[at + 4],
      vests_at: v[at + 5],
      expires_at: v[at + 6],
      because: v[at + 7],
    })),
    "rule,amount": maker(2, (v, at) => ({ rule: v[at], amount: v[at + 1] })),
    "step,amount": maker(2, (v, at) => ({ step: v[at], amount: v[at + 1] })),
    "": maker(0, () => ({})),
  }),
);

/** The way to make objects with these keys: a copy of one that has them already is filled. */
function makerOf(keys) {
  const known = makers.get(keys);
  if (known !== undefined) return known;
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

// Values that wait for the end of what they belong to, and where those of the open lists begin. They are the same at every call,
// for their room; nothing of a host's is called while they are in use.
const values = [];
const lists = [];
let told;
let place;

function text() {
  const end = told.indexOf(NUL, place);
  const found = told.slice(place, end);
  place = end + 1;
  return found;
}

/** An outcome as an object. */
function outcomeOf(from) {
  if (from.startsWith("{")) return JSON.parse(from);
  told = from;
  place = from.indexOf(NUL) + 1;
  let waiting = 0;
  let open = 0;
  let way;
  for (let mark = 0; ; mark += 1) {
    switch (from.charCodeAt(mark)) {
      case 0x74: // t
        values[waiting] = text();
        waiting += 1;
        break;
      case 0x6e: // n
        values[waiting] = Number(text());
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
      default:
        return values[0];
    }
  }
}

module.exports = { outcomeOf };
