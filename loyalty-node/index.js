"use strict";
// The entry for Node: the library over the module that `npm run build` compiles.

const { compiled } = require("./compiled.js");
const { core } = require("./lib/core.js");

Object.assign(core, compiled());

module.exports = require("./lib/index.js");
