"use strict";
// Who stands where, over any number of members.

const { kind } = require("./arguments.js");
const { told } = require("./errors.js");
const { exactClass } = require("./exact.js");
const { memberHandle } = require("./member.js");
const { Held, shownAs } = require("./shown.js");

/** Only `Program.leaderboard` makes one. */
const MAKE = Symbol("make");

class Leaderboard extends Held {
  #handle;

  constructor(make, handle) {
    if (make !== MAKE) {
      throw new TypeError("a leaderboard is what `program.leaderboard` gives; there is no other way to make one");
    }
    super();
    this.#handle = handle;
  }

  get #open() {
    if (this.#handle === null) throw new TypeError("the leaderboard is closed");
    return this.#handle;
  }

  add(member) {
    const [board, state] = [this.#open, memberHandle(member)];
    return told(() => board.add(state));
  }

  merge(other) {
    const board = this.#open;
    if (other === null || typeof other !== "object" || !(#handle in other)) {
      throw new TypeError(`\`other\`: expected a Leaderboard, found ${kind(other)}`);
    }
    // A copy, for it may be this very one.
    const copy = other.#open.copy();
    try {
      told(() => board.merge(copy));
    } finally {
      copy.free();
    }
  }

  finish() {
    const board = this.#open;
    return JSON.parse(told(() => board.finish()));
  }

  close() {
    this.#handle?.free();
    this.#handle = null;
  }
}

exactClass(Leaderboard);
shownAs(Leaderboard, [], "`board.finish()` gives its places");

/** A leaderboard around a handle of the core's. */
function newLeaderboard(handle) {
  return new Leaderboard(MAKE, handle);
}

module.exports = { Leaderboard, newLeaderboard };
