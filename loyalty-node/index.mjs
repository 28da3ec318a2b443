// The entry for `import`: the very classes that `require` gives.

import loyalty from "./index.js";

export const { BroadcastEstimate, check, EventError, eventHead, format, init, Member, Program, Replay, RulesError, StateError } = loyalty;
