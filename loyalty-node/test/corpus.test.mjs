import { createRequire } from "node:module";

import { testCorpus } from "./corpus.mjs";

testCorpus(createRequire(import.meta.url)("../index.js"));
