// The ways in, beside that of `node.test.mjs`: as a module in Node, and the build for browsers as far as Node can tell.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { borderTests } from "../../loyalty-node/test/shared/border.mjs";
import * as node from "../pkg/node/index.mjs";
import * as web from "../pkg/web/index.js";

const file = (path) => readFileSync(new URL(path, import.meta.url));

test("`import` and `require` give the same", () => {
  const required = createRequire(import.meta.url)("../pkg/node/index.js");
  for (const name of Object.keys(required)) assert.equal(node[name], required[name], name);
});

test("both builds offer what the host for Node does, with the same types", () => {
  const names = Object.keys(createRequire(import.meta.url)("../../loyalty-node/lib/index.js")).sort();
  for (const build of [node, web]) assert.deepEqual(Object.keys(build).filter((name) => name !== "default").sort(), names);
  for (const build of ["node", "web"]) {
    const types = readdirSync(new URL("../../loyalty-node/types", import.meta.url)).map((name) => `types/${name}`);
    assert.ok(types.length > 0);
    for (const name of ["index.d.ts", ...types]) assert.deepEqual(file(`../pkg/${build}/${name}`), file(`../../loyalty-node/${name}`), name);
  }
});

test("the build for browsers says that it is to be loaded", () => {
  assert.throws(() => web.Program.compile("program \"Shop\" {}"), /await `init\(\)` first/);
  assert.throws(() => web.check(""), /await `init\(\)` first/);
});

test("a module that cannot be loaded is an error, and another one may be tried", async () => {
  await assert.rejects(web.init(new Uint8Array([0, 1, 2])), WebAssembly.CompileError);
  await web.init(file("../pkg/web/loyalty_core_bg.wasm"));
  for (const [title, run] of Object.entries(borderTests(web, assert))) {
    await test(title, run);
  }
});
