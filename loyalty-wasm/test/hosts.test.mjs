// The translations in WebAssembly: a module of its own, in Node and in Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { hostsTests, playTranslations, readTranslations } from "../../loyalty-node/test/shared/hosts.mjs";
import { withPage } from "./browser.mjs";
import * as web from "../pkg/web/hosts.js";

const node = createRequire(import.meta.url)("../pkg/node/hosts.js");
const names = Object.keys(node).sort();

for (const [title, run] of Object.entries(hostsTests(node, assert))) test(`WebAssembly in Node, translations: ${title}`, run);

test("WebAssembly in Node, translations: the corpus says what Rust says", () => {
  const cases = readTranslations();
  assert.ok(cases.length > 60);
  const failures = playTranslations(node, cases);
  assert.equal(failures.length, 0, failures.join("\n\n"));
  console.log(`WebAssembly in Node: ${cases.length} translations`);
});

test("both builds offer what the host for Node does, with the same types", () => {
  const types = readFileSync(new URL("../../loyalty-node/hosts.d.ts", import.meta.url));
  const told = [...types.toString().matchAll(/^export (?:function|const|\{) ?(\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(told.sort(), names);
  assert.deepEqual(Object.keys(web).sort(), names);
  for (const build of ["node", "web"]) {
    assert.deepEqual(readFileSync(new URL(`../pkg/${build}/hosts.d.ts`, import.meta.url)), types);
  }
});

test("the build for browsers says that it is to be loaded", () => {
  assert.throws(() => web.shopify.events("orders/paid", "{}"), /await `init\(\)` first/);
});

test("Chromium: the corpus of translations", async () => {
  const cases = readTranslations();
  const page = `<!doctype html><meta charset="utf-8"><title></title><link rel="icon" href="data:,">
  <script type="module">
    import * as hosts from "/loyalty-wasm/pkg/web/hosts.js";
    await hosts.init();
    globalThis.hosts = hosts;
  </script>`;
  const failures = await withPage(async (page, server) => {
    await page.goto(`${server}/page.html`);
    await page.waitForFunction(() => globalThis.hosts !== undefined);
    return page.evaluate(async () => {
      const { playTranslations } = await import("/loyalty-node/test/shared/translations.mjs");
      return playTranslations(hosts, await (await fetch("/cases.json")).json());
    });
  }, { "/page.html": page, "/cases.json": JSON.stringify(cases) });
  assert.equal(failures.length, 0, failures.join("\n\n"));
  console.log(`WebAssembly in Chromium: ${cases.length} translations`);
});
