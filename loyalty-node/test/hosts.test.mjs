// The translations: their border, and the corpus of `loyalty-hosts`.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

import * as imported from "loyalty-rules/hosts";

import { blocks } from "./shared/page.mjs";
import { hostsTests, playTranslations, readTranslations } from "./shared/hosts.mjs";

const required = createRequire(import.meta.url)("loyalty-rules/hosts");

for (const [title, run] of Object.entries(hostsTests(required, assert))) test(`Node, translations: ${title}`, run);

test("Node, translations: `import` and `require` give the same", () => {
  for (const name of Object.keys(required)) assert.equal(imported[name], required[name], name);
});

test("Node, translations: bytes may come of another context, as of Jest's", () => {
  const far = (text) => runInNewContext("(bytes) => Uint8Array.from(bytes)")([...Buffer.from(text)]);
  assert.throws(() => required.shopify.events("orders/paid", far("{")), { code: "invalid_json" });
  assert.throws(() => required.whatsapp.payload(far("{")), { code: "invalid_json" });
});

test("Node, translations: the corpus says what Rust says", () => {
  const cases = readTranslations();
  assert.ok(cases.length > 60);
  const failures = playTranslations(required, cases);
  assert.equal(failures.length, 0, failures.join("\n\n"));
  console.log(`Node: ${cases.length} translations`);
});

test("Node, translations: the example of the documentation", async () => {
  const [script] = blocks("docs/hosts.md", "js");
  const names = /^import \{ (.*) \} from "loyalty-rules\/hosts";$/m;
  assert.match(script, names);
  const AsyncFunction = (async () => {}).constructor;
  const run = new AsyncFunction("hosts", "assert", `const { equal } = assert;\n${script.replace(names, "const { $1 } = hosts;")}`);
  await run(required, assert);
});
