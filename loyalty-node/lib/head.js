"use strict";
// The envelope of an event, without a program.

const { isBytes, object, plain, whole } = require("./arguments.js");
const { ready } = require("./core.js");
const { revived } = require("./errors.js");
const { Packer } = require("./event.js");
const { exact } = require("./exact.js");

const eventHead = exact(function eventHead(event) {
  const core = ready();
  try {
    if (typeof event === "string") return JSON.parse(core.eventHead(new TextEncoder().encode(whole(event))));
    if (isBytes(event)) return JSON.parse(core.eventHead(plain(event, "event")));
    return JSON.parse(core.eventHeadPacked(new Packer(JSON.parse(core.envelope())).pack(object(event))));
  } catch (thrown) {
    throw revived(thrown);
  }
});

module.exports = { eventHead };
