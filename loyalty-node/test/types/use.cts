// The same types for `require`.

import loyalty = require("loyalty-rules");

const program: loyalty.Program = loyalty.Program.compile("program \"Shop\" {}");
const outcome: loyalty.Outcome = program.apply(program.enroll("m-1", new Date()), "{}");

export = outcome;
