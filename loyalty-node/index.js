"use strict";
// The entry for Node: the library over the module that `npm run build` compiles.

const { core } = require("./lib/core.js");

Object.assign(core, require("./native.js"));

module.exports = require("./lib/index.js");
