"use strict";
// The module that `npm run build` compiles for the machine that it runs on.

/** The module, or an error that says what to do where it has not been built, or was built for another machine. */
function compiled() {
  try {
    return require("./native.js");
  } catch (cause) {
    const why = `loyalty-rules has no compiled module for ${process.platform}-${process.arch}`;
    // Within a bundle the folder would be another, if there is one at all.
    const folder = typeof __dirname === "undefined" ? "loyalty-node" : __dirname;
    const how = `run \`npm run build\` in ${folder}, in a checkout, with Rust installed; a bundler has to leave the package out of what it bundles`;
    throw new Error(`${why}: ${how}`, { cause });
  }
}

module.exports = { compiled };
