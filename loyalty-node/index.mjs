// The entry for `import`: the very classes that `require` gives.

import loyalty from "./index.js";

export const { BroadcastEstimate, check, EventError, eventHead, format, init, Leaderboard, Member, Program, Replay, Report, RulesError, StateError } = loyalty;
