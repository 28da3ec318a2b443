import { testProgram } from "../../loyalty-node/test/program.mjs";
import * as loyalty from "../pkg/node/loyalty.js";

testProgram(loyalty);
