"use strict";
// How the objects of this library are shown in a console, and that none of them is written as JSON or copied to where it cannot
// be followed: what they hold lies with the core, and `{}` in the place of a member would be a state that is lost.

/** Gives a class both. `fields` names what a console shows of it, and `instead` says how it is kept or read. */
function shownAs(Class, fields, instead) {
  const { name, prototype } = Class;
  const value = function (_depth, settings, inspect) {
    let shown;
    try {
      shown = Object.fromEntries(fields.map((field) => [field, this[field]]));
    } catch {
      // What is closed has nothing to show.
      return `${name} (closed)`;
    }
    return `${name} ${inspect ? inspect(shown, settings) : JSON.stringify(shown)}`;
  };
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), { value, configurable: true, writable: true });
  const toJSON = function () {
    throw new TypeError(`a ${name} is not written as JSON: ${instead}`);
  };
  Object.defineProperty(prototype, "toJSON", { value: toJSON, configurable: true, writable: true });
}

/** What those weak references point to that nobody asks. */
const NOTHING = {};

/**
 * What `structuredClone`, `postMessage` and IndexedDB refuse with a DataCloneError. They would make `{}` of an object that has
 * private fields only, but refuse whatever has an inside of the language's own: a weak reference is the smallest such thing.
 * Nothing of its prototype is inherited. (Of a class that extends none the language would make an object first, in vain, and
 * forget each time what it knows of the next one: it takes twenty times as long.)
 */
class Held extends Object {
  constructor() {
    return Reflect.construct(WeakRef, [NOTHING], new.target);
  }
}

/** Whether a value is an object of this library, and not only one that inherits from its classes. */
function isHeld(value) {
  if (!(value instanceof Held)) return false;
  try {
    return Reflect.apply(WeakRef.prototype.deref, value, []) === NOTHING;
  } catch {
    return false;
  }
}

module.exports = { Held, isHeld, shownAs };
