"use strict";
// An AbortSignal, by which a host says that it does not want any more what it has asked for.

const { kind } = require("./arguments.js");

/** A signal, also one of another page or context, or of a library that has its own. */
function isSignal(value) {
  return typeof value === "object" && value !== null && typeof value.aborted === "boolean" && typeof value.addEventListener === "function";
}

class Unwanted {
  #signal;
  #listeners = [];

  /** @param signal none where a host has given none */
  constructor(signal) {
    if (signal !== undefined && !isSignal(signal)) throw new TypeError(`\`signal\`: expected an AbortSignal, found ${kind(signal)}`);
    this.#signal = signal;
    this.check();
  }

  /** Throws the signal's reason where it says so. */
  check() {
    if (this.#signal?.aborted) throw this.#signal.reason;
  }

  /** Calls back when it says so. */
  heard(act) {
    this.#signal?.addEventListener("abort", act);
    this.#listeners.push(act);
  }

  /** What a promise gives, or the signal's reason if that comes first. */
  async before(promise) {
    if (this.#signal === undefined) return promise;
    const aborted = new Promise((_, reject) => this.heard(() => reject(this.#signal.reason)));
    // It may come when nobody waits for this any more.
    aborted.catch(() => {});
    return Promise.race([promise, aborted]);
  }

  /** Listens no longer. */
  forget() {
    for (const act of this.#listeners) this.#signal?.removeEventListener("abort", act);
    this.#listeners = [];
  }
}

module.exports = { Unwanted };
