"use strict";
// The entry for Node: the library over the module that is loaded here and now.

const { core } = require("./lib/core.js");

Object.assign(core, require("./loyalty_core.js"));

module.exports = require("./lib/index.js");
