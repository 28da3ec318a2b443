"use strict";
// The module that `npm run build` compiles for the machine that it runs on.

/** The module, or an error that says what to do where it has not been built, or was built for another machine. */
function compiled() {
  try {
    return require("./native.js");
  } catch (cause) {
    const why = `loyalty-rules has no compiled module for ${process.platform}-${process.arch}`;
    throw new Error(`${why}: run \`npm run build\` in ${__dirname}, in a checkout, with Rust installed`, { cause });
  }
}

module.exports = { compiled };
