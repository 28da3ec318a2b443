"use strict";
// What a whole history came to.

const { kind } = require("./arguments.js");
const { EventError, told } = require("./errors.js");
const { exactClass } = require("./exact.js");
const { newMember } = require("./member.js");
const { Held, shownAs } = require("./shown.js");

/** Only `Program.replay` makes one. */
const MAKE = Symbol("make");

class Replay extends Held {
  #handle;
  #owner;
  /** What has been read of it, which stays what it is. */
  #read = {};

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
    const handle = this.#open;
    return (this.#read.summary ??= JSON.parse(told(() => handle.summary())));
  }

  get refused() {
    const handle = this.#open;
    const error = (refusal) => ({ ...refusal, error: new EventError(refusal.error) });
    return (this.#read.refused ??= JSON.parse(handle.refused()).map(error));
  }

  get outcomes() {
    const handle = this.#open;
    return (this.#read.outcomes ??= JSON.parse(handle.outcomes()));
  }

  get counters() {
    const handle = this.#open;
    return (this.#read.counters ??= JSON.parse(handle.counters()));
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
    this.#read = {};
  }
}

exactClass(Replay);
shownAs(Replay, [], "its `summary`, `outcomes` and `refused` are data, and `members()` are saved one by one");

/** A replay around a handle of the core's. */
function newReplay(handle, owner) {
  return new Replay(MAKE, handle, owner);
}

module.exports = { newReplay, Replay };
