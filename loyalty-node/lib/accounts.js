"use strict";
// What several members do together: all of them change, or none.

const { kind } = require("./arguments.js");
const { memberHandle, replaceHandle } = require("./member.js");

/** Calls `act` with copies of the members' states, puts what became of them in their place, and gives the outcomes. */
function together(members, act) {
  if (!Array.isArray(members)) throw new TypeError(`\`members\`: expected a list of Members, found ${kind(members)}`);
  // A list of the host's own may answer otherwise when it is asked again, and what it does may close a member: it is read once,
  // and nothing of the host's is called from then on.
  const each = Array.from(members);
  const done = act(each.map(memberHandle).map((state) => state.copy()));
  done.members().forEach((state, number) => replaceHandle(each[number], state));
  const outcomes = JSON.parse(done.outcomes());
  done.free();
  return outcomes;
}

module.exports = { together };
