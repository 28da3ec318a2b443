"use strict";
// Measures of success, from outcomes as they come.

const { isRecord, kind, written } = require("./arguments.js");
const { told } = require("./errors.js");
const { exactClass } = require("./exact.js");
const { memberHandle } = require("./member.js");
const { Held, shownAs } = require("./shown.js");

/** Only `Program.report` makes one. */
const MAKE = Symbol("make");

class Report extends Held {
  #handle;

  constructor(make, handle) {
    if (make !== MAKE) throw new TypeError("a report is what `program.report` gives; there is no other way to make one");
    super();
    this.#handle = handle;
  }

  get #open() {
    if (this.#handle === null) throw new TypeError("the report is closed");
    return this.#handle;
  }

  add(outcome, member) {
    // What is written of it may still be none, where it has a `toJSON`.
    const json = isRecord(outcome) ? written(outcome, "outcome") : undefined;
    if (json === undefined) {
      throw new TypeError(`\`outcome\`: expected an outcome, found ${isRecord(outcome) ? "what is nothing as JSON" : kind(outcome)}`);
    }
    const [report, state] = [this.#open, memberHandle(member)];
    return told(() => report.add(json, state));
  }

  know(member) {
    const [report, state] = [this.#open, memberHandle(member)];
    return told(() => report.know(state));
  }

  merge(other) {
    const report = this.#open;
    if (other === null || typeof other !== "object" || !(#handle in other)) {
      throw new TypeError(`\`other\`: expected a Report, found ${kind(other)}`);
    }
    // A copy, for it may be this very one.
    const copy = other.#open.copy();
    try {
      told(() => report.merge(copy));
    } finally {
      copy.free();
    }
  }

  finish() {
    const report = this.#open;
    return JSON.parse(told(() => report.finish()));
  }

  close() {
    this.#handle?.free();
    this.#handle = null;
  }
}

exactClass(Report);
shownAs(Report, [], "`report.finish()` gives what it comes to");

/** A report around a handle of the core's. */
function newReport(handle) {
  return new Report(MAKE, handle);
}

module.exports = { newReport, Report };
