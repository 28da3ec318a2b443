"use strict";
// Functions on program texts.

const { ready } = require("./core.js");
const { options, text } = require("./arguments.js");
const { revived } = require("./errors.js");

/** The name of a program in messages. */
function fileName(given) {
  const { fileName = "program" } = options(given, ["fileName"]);
  return text(fileName, "fileName");
}

function format(program, given) {
  const name = fileName(given);
  try {
    return ready().format(text(program, "text"), name);
  } catch (thrown) {
    throw revived(thrown);
  }
}

function check(program, given) {
  const name = fileName(given);
  try {
    const { drawn, diagnostics } = JSON.parse(ready().check(text(program, "text"), name));
    return Object.defineProperty(diagnostics, "toString", { value: () => drawn });
  } catch (thrown) {
    throw revived(thrown);
  }
}

module.exports = { check, fileName, format };
