"use strict";
// How the objects of this library are shown in a console, and that none of them is written as JSON: what they hold lies with
// the core, and `{}` in the place of a member would be a state that is lost.

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

module.exports = { shownAs };
