// What the page answers while one types: the cursor stays in sight, and what is refused is told where it stands.

import assert from "node:assert/strict";

import { FIVE_LINES, history, inChromium, write } from "./browser.mjs";

const { onPage } = inChromium();

onPage("the cursor stays in sight while problems grow beneath it", {}, async (page) => {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("rule x on ");
  await page.waitForSelector('#problems[data-state="wrong"] .problem');
  await page.waitForTimeout(200);
  const [cursor, edge] = await page.evaluate(() => [".cm-cursor-primary", "#editor"].map((place) => document.querySelector(place).getBoundingClientRect().bottom));
  assert.ok(cursor <= edge, `${cursor} is beneath ${edge}`);
});

const REFUSED = ['{"type":"order","id":"1","at":"2026-01-31T10:00:00Z","subtotal":-1}', "", '{"type":"ordr","id":"2","at":"2026-01-31T10:00:00Z"}', "not json"].join("\n");

onPage("lines that are refused are told beneath them, each with its line", {}, async (page) => {
  await write(page, FIVE_LINES);
  await page.locator("#as-text").click();
  await page.locator("#lines").fill(REFUSED);
  await page.waitForFunction(() => document.querySelectorAll("#refused li").length === 3);
  const told = await page.locator("#refused li").allInnerTexts();
  assert.deepEqual(told, ["line 1 an amount below zero subtotal: -1", "line 3 not an event of this program type: ordr", "line 4 no readable JSON object: not json"]);
  await page.locator("#refused button").nth(1).click();
  assert.equal(await page.evaluate(() => document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)), REFUSED.split("\n")[2]);
  await page.locator("#lines").fill("");
  await page.locator("#refused").waitFor({ state: "hidden" });
});

onPage("in Arabic a refusal is told in Arabic, and what stays English runs from the left", {}, async (page) => {
  await page.locator("#language").selectOption("ar");
  await write(page, FIVE_LINES);
  await history(page, REFUSED);
  await page.waitForFunction(() => document.querySelectorAll(".step.refused").length === 3);
  assert.match(await page.locator(".step .what").last().innerText(), /not json/);
  await page.locator(".step.refused summary").nth(1).click();
  const refusal = page.locator(".refusal");
  assert.match(await refusal.locator(".refusal-title").innerText(), /^ليس من أحداث هذا البرنامج\s*unknown_event\s*type$/);
  await refusal.locator(".english").first().waitFor();
  const english = await refusal.locator(".english").evaluateAll((nodes) => nodes.map((node) => [getComputedStyle(node).direction, node.textContent.includes("`")]));
  assert.ok(english.length > 0 && english.every(([direction, ticks]) => direction === "ltr" && !ticks));
});
