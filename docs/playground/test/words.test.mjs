// What the page says, of every sample and in both languages: nothing that only a program would print, and in Arabic no word
// of the page's own that is still an English one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { inChromium } from "./browser.mjs";

const { opened } = inChromium();

for (const language of ["en", "ar"]) {
  test(`every sample tells all of itself, in ${language}`, async () => {
    const { context, page, complaints } = await opened();
    await page.locator("#language").selectOption(language);
    const names = await page.locator("#sample option").evaluateAll((options) => options.map(({ value }) => value).filter(Boolean));
    const slips = {};
    for (const name of names) {
      await page.locator("#sample").selectOption(name);
      for (const member of await page.locator("#members option").evaluateAll((options) => options.map(({ value }) => value).concat(options.length === 0 ? [""] : []))) {
        if (member !== "") await page.locator("#members").selectOption(member, { force: true }).catch(() => {});
        for (const text of await page.evaluate(readAll, language)) slips[text] = [...new Set([...(slips[text] ?? []), name])];
      }
    }
    await context.close();
    assert.deepEqual(slips, {});
    assert.deepEqual(complaints, []);
  });
}

/** Opens every step and gives the texts that should not be there. */
async function readAll(language) {
  for (const step of document.querySelectorAll(".step")) step.open = true;
  // What is within a step is drawn when it has been opened.
  await new Promise((drawn) => setTimeout(drawn, 60));
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    if (text === "" || parent.closest("script, noscript, .cm-editor")) continue;
    if (/undefined|\bnull\b|\[object|NaN/.test(text)) found.add(text);
    // Names of the program's and of the host's stay, and so does what the engine says in its own sentences.
    if (language !== "ar" || parent.closest(".own, code, [lang=en], .json, #sample, #members, #histories, #add, #language")) continue;
    const words = text.replace(/\b(JSON|Ctrl|Space|Shift|Alt|Tab|F8|F12|[IF])\b/g, "");
    if (/[A-Za-z]/.test(words)) found.add(text);
  }
  return [...found];
}
