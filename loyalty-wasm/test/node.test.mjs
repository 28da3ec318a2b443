import { createRequire } from "node:module";

import { testHost } from "../../loyalty-node/test/shared/host.mjs";

testHost("WebAssembly in Node", createRequire(import.meta.url)("../pkg/node/index.js"));
