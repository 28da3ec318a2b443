"use strict";
// What the library offers, in Node as in WebAssembly. `index.d.ts` describes it.

const { BroadcastEstimate } = require("./broadcast.js");
const { init } = require("./core.js");
const { EventError, RulesError, StateError } = require("./errors.js");
const { eventHead } = require("./head.js");
const { Leaderboard } = require("./leaderboard.js");
const { Member } = require("./member.js");
const { Program } = require("./program.js");
const { Replay } = require("./replay.js");
const { Report } = require("./report.js");
const { check, format } = require("./text.js");

module.exports = { BroadcastEstimate, check, EventError, eventHead, format, init, Leaderboard, Member, Program, Replay, Report, RulesError, StateError };
