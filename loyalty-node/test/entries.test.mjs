// The ways in, and that the types say what is there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as imported from "loyalty-rules";

const required = createRequire(import.meta.url)("loyalty-rules");
const types = readFileSync(new URL("../index.d.ts", import.meta.url), "utf8");

test("`import` and `require` give the same", () => {
  assert.deepEqual(Object.keys(imported).filter((name) => name !== "default").sort(), Object.keys(required).sort());
  for (const name of Object.keys(required)) assert.equal(imported[name], required[name], name);
});

test("the types name all that there is, and nothing else", () => {
  const told = [...types.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(told.sort(), Object.keys(required).sort());
});

test("the types of each class name all its members, and nothing else", () => {
  for (const [, name, body] of types.matchAll(/^export class (\w+)[^{]*\{\n(.*?)^\}/gms)) {
    const told = [...body.matchAll(/^ {2}(?:private |static )?(?:get )?(\w+)[(:<]/gm)].map(([, member]) => member);
    const own = Object.getOwnPropertyNames(required[name]).filter((member) => !["length", "name", "prototype"].includes(member));
    const there = [...Object.getOwnPropertyNames(required[name].prototype), ...own, ...(PROPERTIES[name] ?? [])];
    assert.deepEqual([...new Set(told)].sort(), [...new Set(there)].sort(), name);
  }
});

/** What errors have as properties of their own; `program.mjs` sees them. */
const PROPERTIES = { RulesError: ["diagnostics"], EventError: ["code", "rule", "text", "field", "expected", "found", "help"] };
