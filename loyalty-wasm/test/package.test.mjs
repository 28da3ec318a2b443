// The package as `npm pack` makes it of what the build has written.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT } from "../../loyalty-node/test/shared/files.mjs";
import { faultsOf, installed, prints, run } from "../../loyalty-node/test/shared/packed.mjs";

test("what is packed runs where it is installed, as its page says", () => {
  const project = installed("loyalty-wasm/pkg", "loyalty-rules-wasm");
  assert.equal(prints(project, "loyalty-wasm/README.md"), "37\n");
  assert.equal(run(project, "-p", 'require("loyalty-rules-wasm").check("program").length > 0'), "true\n");
  assert.deepEqual(faultsOf(project, "loyalty-rules-wasm"), []);
  const own = join(project, "node_modules/loyalty-rules-wasm");
  const web = ["web/index.js", "web/index.d.ts", "web/types/event.d.ts", "web/loyalty_core_bg.wasm", "README.md", "LICENSE-MIT", "LICENSE-APACHE"];
  for (const file of web) assert.ok(existsSync(join(own, file)), file);
});

test("pages that speak of browsers name the package that is for them", () => {
  for (const page of ["README.md", "docs/embedding.md", "docs/hosts.md", "docs/reference/javascript.md", "loyalty-node/README.md"]) {
    const text = readFileSync(join(ROOT, page), "utf8");
    assert.match(text, /loyalty-rules-wasm/, page);
    assert.doesNotMatch(text, /"loyalty-rules"`?, in Node and in browsers/, page);
  }
});
