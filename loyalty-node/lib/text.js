"use strict";
// Functions on program texts.

const { ready } = require("./core.js");
const { options, text } = require("./arguments.js");
const { revived } = require("./errors.js");
const { exact } = require("./exact.js");

/** What a text is called in messages. */
function nameOf(given) {
  const { name = "program" } = options(given, ["name"]);
  return text(name, "name");
}

const format = exact(function format(program, given) {
  const name = nameOf(given);
  try {
    return ready().format(text(program, "text"), name);
  } catch (thrown) {
    throw revived(thrown);
  }
});

const check = exact(function check(program, given) {
  const name = nameOf(given);
  try {
    const { drawn, diagnostics } = JSON.parse(ready().check(text(program, "text"), name));
    return Object.defineProperty(diagnostics, "toString", { value: () => drawn });
  } catch (thrown) {
    throw revived(thrown);
  }
});

module.exports = { check, format, nameOf };
