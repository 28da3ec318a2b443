"use strict";
// The classes of errors. What they say is the core's: it throws one JSON text, of which `revived` makes an error.

/** A program does not compile. */
class RulesError extends Error {
  constructor({ message, diagnostics }) {
    super(message);
    this.diagnostics = diagnostics;
  }
}

/** An event is refused; the member is as before. */
class EventError extends Error {
  constructor({ message, code, field, expected, found, help, rule = null, text = null }) {
    super(message);
    this.code = code;
    this.field = field;
    this.expected = expected;
    this.found = found;
    this.help = help;
    this.rule = rule;
    this.text = text;
  }

  /** As the core writes it. */
  toJSON() {
    const { code: error, rule, text, field, expected, found, help } = this;
    const said = Object.entries({ error, rule, text, field, expected, found, help }).filter(([, value]) => value !== null);
    return Object.fromEntries(said);
  }
}

/** Saved state cannot be loaded. */
class StateError extends Error {
  constructor({ message }) {
    super(message);
  }
}

const CLASSES = { RulesError, EventError, StateError };

// As the names of the language's own errors: on the prototype, and not told among the properties.
for (const [name, { prototype }] of Object.entries(CLASSES)) {
  Object.defineProperty(prototype, "name", { value: name, writable: true, configurable: true });
}

/** The error that the core meant by what it has thrown. */
function revived(thrown) {
  const text = thrown?.message;
  if (typeof text === "string" && text.startsWith('{"name":')) {
    const told = JSON.parse(text);
    return new CLASSES[told.name](told);
  }
  // The core does not panic. If it did, WebAssembly would stop with an error that says nothing to anybody.
  if (thrown?.constructor?.name === "RuntimeError") {
    return new Error("the engine failed, which is a fault of its own: please report it", { cause: thrown });
  }
  return thrown;
}

/** Calls the core, and throws its errors as objects of this library. */
function told(call) {
  try {
    return call();
  } catch (thrown) {
    throw revived(thrown);
  }
}

/** The same for a call that is answered later. */
async function toldLater(call) {
  try {
    return await call();
  } catch (thrown) {
    throw revived(thrown);
  }
}

module.exports = { RulesError, EventError, StateError, revived, told, toldLater };
