// The package as `npm pack` makes it, and what a checkout says that has not been built.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT } from "./shared/files.mjs";
import { faultsOf, installed, prints, run } from "./shared/packed.mjs";

test("what is packed runs where it is installed, as its page says", () => {
  const project = installed("loyalty-node", "loyalty-rules");
  assert.equal(prints(project, "loyalty-node/README.md"), "37\n");
  assert.equal(run(project, "-p", 'require("loyalty-rules").check("program").length > 0'), "true\n");
  assert.equal(run(project, "-p", 'typeof require("loyalty-rules/hosts").shopify.events'), "function\n");
  assert.deepEqual(faultsOf(project, "loyalty-rules"), []);
  // The types are complete, too: nothing of the checkout is at hand.
  writeFileSync(join(project, "use.mts"), 'import { Program, type Decision } from "loyalty-rules";\nexport const kind = (one: Decision): string => one.kind;\nexport const made: Program = Program.compile("");\n// @ts-expect-error: it is a number\nexport const wrong: string = made.version;\n');
  const options = ["--module", "node16", "--target", "es2024", "--strict", "--noEmit", "--types", ""];
  const { status, stdout } = spawnSync(join(ROOT, "loyalty-node/node_modules/.bin/tsc"), [...options, "use.mts"], { cwd: project, encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

test("without the compiled module it says how to build it", () => {
  const bare = join(ROOT, "target/packed/bare");
  rmSync(bare, { recursive: true, force: true });
  mkdirSync(bare, { recursive: true });
  for (const name of ["index.js", "hosts.js", "compiled.js", "lib"]) cpSync(join(ROOT, "loyalty-node", name), join(bare, name), { recursive: true });
  for (const entry of ["./index.js", "./hosts.js"]) {
    const { status, stderr } = spawnSync(process.execPath, ["-e", `require("${entry}")`], { cwd: bare, encoding: "utf8" });
    assert.notEqual(status, 0);
    assert.match(stderr, /Error: loyalty-rules has no compiled module for \S+: run `npm run build` in \S+, in a checkout, with Rust installed/);
  }
});
