// WebAssembly in a real browser: the border, the wrong inputs and the corpus, as in Node.

import assert from "node:assert/strict";
import { test } from "node:test";

import { count, readCorpus } from "../../loyalty-node/test/shared/files.mjs";
import { RANDOM_INPUTS } from "../../loyalty-node/test/shared/host.mjs";
import { blocks, example } from "../../loyalty-node/test/shared/page.mjs";
import { withPage } from "./browser.mjs";

const PAGE = `<!doctype html><meta charset="utf-8"><title>The library in a page</title><link rel="icon" href="data:,">
<script type="module">
  import * as loyalty from "/loyalty-wasm/pkg/web/index.js";
  await loyalty.init();
  globalThis.loyalty = loyalty;
</script>`;

test("Chromium: the border, wrong inputs, and the corpus", async () => {
  const corpus = readCorpus();
  const pages = { "/page.html": PAGE, "/corpus.json": JSON.stringify(corpus) };
  const told = await withPage(async (page, server) => {
    await page.goto(`${server}/page.html`);
    await page.waitForFunction(() => globalThis.loyalty !== undefined);
    return page.evaluate(async (inputs) => {
      const assert = await import("/loyalty-node/test/shared/assert.mjs");
      const { playCorpus } = await import("/loyalty-node/test/shared/corpus.mjs");
      const { borderTests } = await import("/loyalty-node/test/shared/border.mjs");
      const { playRandom } = await import("/loyalty-node/test/shared/random.mjs");
      const border = [];
      const tests = Object.entries(borderTests(loyalty, assert));
      for (const [title, run] of tests) {
        try {
          await run();
        } catch (error) {
          border.push(`${title}: ${error.message}`);
        }
      }
      const random = playRandom(loyalty, inputs);
      const corpus = playCorpus(loyalty, await (await fetch("/corpus.json")).json());
      return { agent: navigator.userAgent, tests: tests.length, border, random, corpus };
    }, RANDOM_INPUTS);
  }, pages);
  assert.ok(told.tests > 0);
  assert.deepEqual(told.border, []);
  assert.deepEqual(told.random.failures, []);
  assert.equal(told.corpus.length, 0, told.corpus.join("\n\n"));
  console.log(`${told.agent}: ${told.tests} tests of the border, ${told.random.inputs} wrong inputs`);
  count("WebAssembly in Chromium", corpus);
});

test("Chromium: the example of the documentation, as a script of a page", async () => {
  const library = "/loyalty-wasm/pkg/web/index.js";
  const script = `<script type="module">
    import * as loyalty from "${library}";
    import * as assert from "/loyalty-node/test/shared/assert.mjs";
    ${example()}
    document.title = "it holds";
  </script>`;
  const [page] = blocks("docs/embedding.md", "html");
  const head = '<!doctype html><meta charset="utf-8"><title></title><link rel="icon" href="data:,">';
  const pages = {
    "/example.html": head + script,
    "/page.html": head + page.replace("./loyalty-rules-wasm/web/index.js", library),
  };
  await withPage(async (page, server) => {
    for (const [path, title] of [["/example.html", "it holds"], ["/page.html", "Corner Shop"]]) {
      await page.goto(server + path);
      await page.waitForFunction((title) => document.title === title, title, { timeout: 60_000 });
    }
  }, pages);
});
