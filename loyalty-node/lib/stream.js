"use strict";
// Streams of bytes, as a file or the body of a response is read. They are cut anywhere, so that a chunk is no event.

const { isBytes } = require("./arguments.js");

/** The chunks of a stream that is one of bytes; a stream of objects gives events like any other iterable. */
class Chunks {
  #of;
  #chunks = [];
  #begun = false;

  constructor(events) {
    // A Readable of Node says whether it keeps things apart. One of the web does not: bytes have no ends there.
    if (typeof events.pipe === "function" && events.readableObjectMode === false) this.#of = (chunk) => isBytes(chunk) || typeof chunk === "string";
    else if (typeof events.getReader === "function") this.#of = isBytes;
  }

  /** Takes what is a chunk; of one stream all are, or none. */
  take(chunk) {
    if (this.#of === undefined || (this.#begun && this.#chunks.length === 0)) return false;
    this.#begun = true;
    if (!this.#of(chunk)) {
      if (this.#chunks.length === 0) return false;
      throw new TypeError("`events`: expected a stream of bytes to its end, found something else in it");
    }
    this.#chunks.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
    return true;
  }

  /** The lines of the stream as bytes, if it is one. */
  get lines() {
    if (this.#chunks.length === 0) return undefined;
    const lines = new Uint8Array(this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of this.#chunks) {
      lines.set(chunk, at);
      at += chunk.length;
    }
    return lines;
  }
}

/** Behind one object begins another: no event, and no line. */
const SEVERAL = /\}[ \t\r]*\n\s*\{/;

/** Browsers decode no bytes that are shared with other threads. */
function textOf(bytes) {
  const shared = Object.prototype.toString.call(bytes.buffer) === "[object SharedArrayBuffer]";
  return new TextDecoder().decode(shared ? new Uint8Array(bytes) : bytes);
}

/** Refuses a first item that is a chunk of lines: whoever hands over chunks means none of them as one event. */
function expectEvent(first) {
  const text = isBytes(first) ? textOf(first) : first;
  if (typeof text === "string" && SEVERAL.test(text)) {
    const advice = "give one text or bytes, a stream of bytes, or its lines one by one, as `readline.createInterface({ input })` makes them";
    throw new TypeError(`\`events\`: expected events one by one, found several lines in the first item; ${advice}`);
  }
}

module.exports = { Chunks, expectEvent };
