"use strict";
// What a whole history came to.

const { kind } = require("./arguments.js");
const { EventError, revived } = require("./errors.js");
const { newMember } = require("./member.js");
const { Held, shownAs } = require("./shown.js");

/** Only `Program.replay` makes one. */
const MAKE = Symbol("make");

class Replay extends Held {
  #handle;
  #owner;

  constructor(make, handle, owner) {
    if (make !== MAKE) throw new TypeError("a Replay is what `program.replay` gives; there is no other way to make one");
    super();
    this.#handle = handle;
    this.#owner = owner;
  }

  get #open() {
    if (this.#handle === null) throw new TypeError("the replay is closed");
    return this.#handle;
  }

  get summary() {
    try {
      return JSON.parse(this.#open.summary());
    } catch (thrown) {
      throw revived(thrown);
    }
  }

  get refused() {
    const refused = JSON.parse(this.#open.refused());
    return refused.map(({ line, event, error }) => ({ line, event, error: new EventError(error) }));
  }

  get outcomes() {
    return JSON.parse(this.#open.outcomes());
  }

  members() {
    return this.#open.ids().map((id) => this.member(id));
  }

  member(id) {
    if (typeof id !== "string") throw new TypeError(`\`id\`: expected a string, found ${kind(id)}`);
    const handle = this.#open.member(id);
    return handle ? newMember(handle, this.#owner) : undefined;
  }

  close() {
    this.#handle?.free();
    this.#handle = null;
  }
}

shownAs(Replay, [], "its `summary`, `outcomes` and `refused` are data, and `members()` are saved one by one");

/** A replay around a handle of the core's. */
function newReplay(handle, owner) {
  return new Replay(MAKE, handle, owner);
}

module.exports = { newReplay, Replay };
