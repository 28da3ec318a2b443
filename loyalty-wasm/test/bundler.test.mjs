// What a bundler makes of the package: a page of hashed files, in which the example of the documentation holds.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { build } from "vite";

import { ROOT } from "../../loyalty-node/test/shared/files.mjs";
import { example } from "../../loyalty-node/test/shared/page.mjs";
import { withPage } from "./browser.mjs";

const APP = "target/bundled";

/** A small application that has the package as a dependency, as `npm install` leaves it. */
function application() {
  const root = join(ROOT, APP);
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, "node_modules"), { recursive: true });
  symlinkSync(join(ROOT, "loyalty-wasm/pkg"), join(root, "node_modules/loyalty-rules-wasm"));
  symlinkSync(join(ROOT, "loyalty-node/test/shared/assert.mjs"), join(root, "assert.mjs"));
  writeFileSync(join(root, "index.html"), '<!doctype html><meta charset="utf-8"><title></title><link rel="icon" href="data:,"><script type="module" src="./main.mjs"></script>');
  writeFileSync(
    join(root, "main.mjs"),
    `import * as loyalty from "loyalty-rules-wasm";\nimport * as assert from "./assert.mjs";\n${example()}\ndocument.title = "it holds";\n`,
  );
  return root;
}

test("Vite bundles the package, and the page finds its module", async () => {
  const root = application();
  await build({ root, base: "./", configFile: false, logLevel: "error", build: { target: "esnext" } });
  const assets = readdirSync(join(root, "dist/assets"));
  assert.equal(assets.filter((name) => /^loyalty_core_bg-.*\.wasm$/.test(name)).length, 1, assets.join(" "));
  // Servers need the translations; a page that evaluates rules does not load them.
  assert.deepEqual(assets.filter((name) => name.startsWith("loyalty_hosts")), []);
  await withPage(async (page, server) => {
    await page.goto(`${server}/${APP}/dist/index.html`);
    await page.waitForFunction(() => document.title === "it holds", undefined, { timeout: 60_000 });
  });
});
