import { testCorpus } from "../../loyalty-node/test/corpus.mjs";
import * as loyalty from "../pkg/node/loyalty.js";

testCorpus(loyalty);
