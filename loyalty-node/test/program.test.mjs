import { createRequire } from "node:module";

import { testProgram } from "./program.mjs";

testProgram(createRequire(import.meta.url)("../index.js"));
