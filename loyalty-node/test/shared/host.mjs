// All tests of a host of JavaScript that Node can run.

import assert from "node:assert/strict";
import { test } from "node:test";

import { borderTests } from "./border.mjs";
import { playCorpus } from "./corpus.mjs";
import { count, readCorpus } from "./files.mjs";
import { outcomeTests } from "./outcomes.mjs";
import { blocks, example } from "./page.mjs";
import { playRandom } from "./random.mjs";

const AsyncFunction = (async () => {}).constructor;

/** How many inputs of chance a host is given, beside every wrong value of every field. */
export const RANDOM_INPUTS = 1_000;

/** The border, the wrong inputs and the corpus. */
export function testHost(name, loyalty) {
  const tests = { ...borderTests(loyalty, assert), ...outcomeTests(loyalty, assert) };
  for (const [title, run] of Object.entries(tests)) test(`${name}: ${title}`, run);
  test(`${name}: the example of the documentation`, async () => {
    await new AsyncFunction("loyalty", "assert", example())(loyalty, assert);
  });
  test(`${name}: the example of the front page prints what the page shows`, async () => {
    const printed = [];
    const console = { log: (text) => printed.push(text), assert };
    await new AsyncFunction("loyalty", "assert", "console", example("README.md"))(loyalty, assert, console);
    const shown = blocks("README.md", "text").find((block) => block.startsWith("o-1, "));
    assert.deepEqual(printed.map((text) => text.trimEnd()), [shown.trimEnd()]);
  });
  test(`${name}: wrong inputs are errors and change nothing`, () => {
    const { inputs, failures } = playRandom(loyalty, RANDOM_INPUTS);
    console.log(`${name}: ${inputs} wrong inputs`);
    assert.deepEqual(failures, []);
  });
  test(`${name}: the corpus says what Rust says`, () => {
    const corpus = readCorpus();
    assert.ok(corpus.good.length > 0 && corpus.bad.length > 0);
    const failures = playCorpus(loyalty, corpus);
    assert.equal(failures.length, 0, failures.join("\n\n"));
    count(name, corpus);
  });
}
