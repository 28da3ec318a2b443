"use strict";
// Whom a broadcast would reach.

const { kind } = require("./arguments.js");
const { revived } = require("./errors.js");
const { exactClass } = require("./exact.js");
const { memberHandle } = require("./member.js");
const { Held, shownAs } = require("./shown.js");

/** Only `Program.broadcastEstimate` makes one. */
const MAKE = Symbol("make");

class BroadcastEstimate extends Held {
  #handle;

  constructor(make, handle) {
    if (make !== MAKE) {
      throw new TypeError("an estimate is what `program.broadcastEstimate` gives; there is no other way to make one");
    }
    super();
    this.#handle = handle;
  }

  get #open() {
    if (this.#handle === null) throw new TypeError("the estimate is closed");
    return this.#handle;
  }

  add(member) {
    const [estimate, state] = [this.#open, memberHandle(member)];
    estimate.add(state);
  }

  merge(other) {
    const estimate = this.#open;
    if (other === null || typeof other !== "object" || !(#handle in other)) {
      throw new TypeError(`\`other\`: expected a BroadcastEstimate, found ${kind(other)}`);
    }
    // A copy, for it may be this very one.
    const copy = other.#open.copy();
    try {
      estimate.merge(copy);
    } catch (thrown) {
      throw revived(thrown);
    } finally {
      copy.free();
    }
  }

  get counts() {
    return JSON.parse(this.#open.counts());
  }

  close() {
    this.#handle?.free();
    this.#handle = null;
  }
}

exactClass(BroadcastEstimate);
shownAs(BroadcastEstimate, ["counts"], "its `counts` are data");

/** An estimate around a handle of the core's. */
function newEstimate(handle) {
  return new BroadcastEstimate(MAKE, handle);
}

module.exports = { BroadcastEstimate, newEstimate };
