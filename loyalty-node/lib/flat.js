"use strict";
// Outcomes as the core tells them: in JSON, or in a form of which objects are made faster than `JSON.parse` makes them.
// `wire/flat.rs` of the core writes it.
//
// Marks come first, one for each value, and behind a NUL the texts that they ask for, with a NUL between them. An object says its
// keys in one text, by which a way to make it is found; one with the keys of the object before says nothing.

const NUL = "\u0000";
/** The characters that count items begin here. */
const NO_ITEMS = 0x20;
/** So many ways are kept. Programs have few names; a host that compiles one after the other does not keep them all. */
const MAKERS_MAX = 1000;

// What is being read. Nothing of a host's is called while it is.
let told;
let mark;
let place;
let maker;

/** Written out, what nearly every outcome consists of is made in one go. */
const makers = new Map(
  Object.entries({
    "event,member,at,revision,decisions": () => ({ event: value(), member: value(), at: value(), revision: value(), decisions: value() }),
    "member,at,revision,decisions": () => ({ member: value(), at: value(), revision: value(), decisions: value() }),
    "kind,entry,wallet,amount,pending,expires_at,because": () => ({
      kind: value(),
      entry: value(),
      wallet: value(),
      amount: value(),
      pending: value(),
      expires_at: value(),
      because: value(),
    }),
    "kind,entry,wallet,amount,pending,vests_at,expires_at,because": () => ({
      kind: value(),
      entry: value(),
      wallet: value(),
      amount: value(),
      pending: value(),
      vests_at: value(),
      expires_at: value(),
      because: value(),
    }),
    "rule,amount": () => ({ rule: value(), amount: value() }),
    "step,amount": () => ({ step: value(), amount: value() }),
    "": () => ({}),
  }),
);

/** The way to make objects with these keys: a copy of one that has them already is filled. */
function makerOf(keys) {
  const known = makers.get(keys);
  if (known !== undefined) return known;
  const names = keys.split(",");
  const blank = Object.fromEntries(names.map((name) => [name, undefined]));
  const made = () => {
    const object = { ...blank };
    for (const name of names) object[name] = value();
    return object;
  };
  if (makers.size < MAKERS_MAX) makers.set(keys, made);
  return made;
}

function text() {
  const end = told.indexOf(NUL, place);
  const found = end < 0 ? told.slice(place) : told.slice(place, end);
  place += found.length + 1;
  return found;
}

function value() {
  const code = told.charCodeAt(mark);
  mark += 1;
  switch (code) {
    case 0x74: // t
      return text();
    case 0x6e: // n
      return Number(text());
    case 0x79: // y
      return true;
    case 0x66: // f
      return false;
    case 0x7a: // z
      return null;
    case 0x5b: // [
      return list();
    case 0x6f: // o
      maker = makerOf(text());
      return maker();
    default: // s
      return maker();
  }
}

function list() {
  const items = [];
  const count = told.charCodeAt(mark) - NO_ITEMS;
  mark += 1;
  for (let number = 0; number < count; number += 1) items.push(value());
  return items;
}

/** An outcome as an object. */
function outcomeOf(from) {
  if (from.startsWith("{")) return JSON.parse(from);
  [told, mark, place] = [from, 0, from.indexOf(NUL) + 1];
  return value();
}

module.exports = { outcomeOf };
