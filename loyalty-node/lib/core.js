"use strict";
// The compiled core: `src/` of loyalty-node or of loyalty-wasm, which offer the same. The entry of each build fills it before
// anything of this library is called, or says how it is loaded.

const core = {};
const loader = { load: async () => {} };

/** Loads the core where it is not there from the beginning. */
function init(module) {
  return loader.load(module);
}

/** The core, or an error that says what was forgotten. */
function ready() {
  if (core.Program === undefined) throw new Error("the module is not loaded yet: await `init()` first");
  return core;
}

module.exports = { core, init, loader, ready };
