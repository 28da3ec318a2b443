"use strict";
// What several members do together: all of them change, or none.

const { kind } = require("./arguments.js");
const { memberHandle, replaceHandle } = require("./member.js");

/** Calls `act` with copies of the members' states, puts what became of them in their place, and gives the outcomes. */
function together(members, act) {
  if (!Array.isArray(members)) throw new TypeError(`\`members\`: expected a list of Members, found ${kind(members)}`);
  const states = members.map(memberHandle).map((state) => state.copy());
  const done = act(states);
  done.members().forEach((state, number) => replaceHandle(members[number], state));
  const outcomes = JSON.parse(done.outcomes());
  done.free();
  return outcomes;
}

module.exports = { together };
