import { createRequire } from "node:module";

import { testHost } from "./shared/host.mjs";

testHost("Node", createRequire(import.meta.url)("loyalty-rules"));
