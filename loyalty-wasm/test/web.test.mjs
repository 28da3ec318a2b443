// The build for browsers, as far as Node can tell: it loads from bytes and offers the same.

import { readFileSync } from "node:fs";

import { testProgram } from "../../loyalty-node/test/program.mjs";
import * as loyalty from "../pkg/web/loyalty.js";

loyalty.initSync({ module: readFileSync(new URL("../pkg/web/loyalty_bg.wasm", import.meta.url)) });
testProgram(loyalty);
