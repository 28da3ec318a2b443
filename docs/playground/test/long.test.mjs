// A history of thousands of events: the page answers while it is played, says that it is at work, and shows it in pages.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { ORDER, balance, dist, history, inChromium, write } from "./browser.mjs";

const { onPage, opened } = inChromium();

const RULES = `program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
wallet points {}
rule base on order { earn 1 points per 1 EUR of order.subtotal }
`;
const COUNT = 5000;
/** An order an hour, of 42.86 EUR each: 42 points. */
const ORDERS = Array.from({ length: COUNT }, (_, number) =>
  JSON.stringify({ ...JSON.parse(ORDER), id: `o-${number}`, at: new Date(Date.UTC(2026, 0, 1, number)).toISOString() }),
);

const load = (page, lines) => page.locator("#file").setInputFiles({ name: "year.jsonl", mimeType: "text/plain", buffer: Buffer.from(lines.join("\n")) });
const working = (page) => page.waitForSelector('#steps[aria-busy="true"]');
const done = (page, points) =>
  page.waitForFunction((points) => document.querySelector('.balance[data-wallet="points"]')?.textContent === points && document.querySelector('#steps[aria-busy="true"]') === null, points, { timeout: 120_000 });

/** Types and gives how long each key waited, in milliseconds, until the page was drawn with its letter. */
async function typed(page, text) {
  await page.evaluate(() => {
    globalThis.waits = [];
    addEventListener("keydown", ({ timeStamp }) => requestAnimationFrame(() => setTimeout(() => globalThis.waits.push(performance.now() - timeStamp))), true);
  });
  await page.keyboard.type(text, { delay: 60 });
  await page.waitForFunction((count) => globalThis.waits.length >= count, text.length);
  return page.evaluate(() => globalThis.waits.toSorted((one, other) => one - other));
}

async function playsLong(page) {
  await write(page, RULES);
  await page.waitForFunction(() => document.querySelector('.balance[data-wallet="points"]') !== null);
  await load(page, ORDERS);
  await working(page);
  assert.equal(await page.locator("#working").innerText(), "Playing the history…");
  assert.ok(await page.locator("#progress").isVisible());
  // Typing is answered, and what is played by rules that are no more is dropped.
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  const waits = await typed(page, "// Rules of the corner shop");
  const middle = waits[Math.floor(waits.length / 2)];
  // Some frames: the engine of the tests is not optimised, and the machine has other work.
  assert.ok(middle < 60, `a key waits ${middle} ms for its letter: ${waits}`);
  await page.keyboard.press("Enter");
  await working(page);
  await done(page, "210,000");
  assert.equal(await page.locator("#working").innerText(), "");
  assert.ok(!(await page.locator("#progress").isVisible()));
  assert.match(await page.locator(".cm-line").first().innerText(), /corner shop$/);
}

onPage("five thousand events are played while one types", {}, async (page) => {
  await playsLong(page);
  // A page of them is drawn, and the others are a button away.
  assert.equal(await page.locator(".step").count(), 100);
  const pages = page.locator("#pages");
  assert.match(await pages.innerText(), /1 to 100 of 5,000/);
  assert.equal(await pages.locator("button", { hasText: "Previous" }).getAttribute("aria-disabled"), "true");
  await pages.locator("button", { hasText: "Next" }).click();
  assert.match(await pages.innerText(), /101 to 200 of 5,000/);
  assert.equal(await page.locator(".step .id").first().innerText(), "o-100");
  await page.keyboard.press("Enter");
  assert.match(await pages.innerText(), /201 to 300 of 5,000/);
  await page.locator("#pages-below button", { hasText: "Last" }).click();
  assert.equal(await page.locator(".step .id").last().innerText(), "o-4999");
  // Its explanation is made when it is asked for.
  await page.locator(".step summary").last().click();
  assert.match(await page.locator(".step .why").innerText(), /\+42\.86\s+base line 4.*−0\.86\s+rounding/s);
  // A point of the picture opens the step on its page.
  await page.locator(".figure").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  assert.match(await pages.innerText(), /1 to 100 of 5,000/);
  assert.equal(await page.locator(".step[open] .id").innerText(), await page.evaluate(() => document.activeElement.querySelector(".id").textContent));
  // What is added stands on the last page, and is open.
  await page.locator("#add").selectOption("order");
  await page.waitForSelector("[data-key=e5000] textarea");
  await done(page, "210,020");
  assert.ok(await page.locator("[data-key=e5000] summary").evaluate((node) => node === document.activeElement));
});

onPage("a history that is too long says at the balances that they are those of its beginning", {}, async (page) => {
  await write(page, RULES);
  await history(page, ORDER);
  await page.waitForFunction(() => document.querySelector('.balance[data-wallet="points"]')?.textContent === "42");
  assert.ok(!(await page.locator("#cut").isVisible()));
  const orders = Array.from({ length: 20_002 }, (_, number) => JSON.stringify({ ...JSON.parse(ORDER), id: `o-${number}`, subtotal: "1" }));
  await load(page, orders);
  await done(page, "20,000");
  assert.equal(await page.locator("#cut").innerText(), "This is what the first 20000 events came to: the 2 after them are not played.");
  await load(page, orders.slice(0, 2));
  await done(page, "2");
  assert.ok(!(await page.locator("#cut").isVisible()));
});

onPage("while it is played, no step of the history before can be taken for one of it", {}, async (page) => {
  await write(page, RULES);
  await history(page, ORDER);
  await page.waitForFunction(() => document.querySelector('.balance[data-wallet="points"]')?.textContent === "42");
  await load(page, ORDERS);
  await working(page);
  assert.equal(await page.locator(".step").count(), 1);
  assert.ok(await page.locator("#steps").evaluate((node) => node.inert));
  // Another history takes its place, and nothing more is heard of it.
  await load(page, [ORDER, ORDER.replace("o-1", "o-2")]);
  await done(page, "84");
  assert.ok(!(await page.locator("#steps").evaluate((node) => node.inert)));
  await page.waitForTimeout(400);
  assert.equal(await balance(page, "points").innerText(), "84");
  assert.equal(await page.locator(".step").count(), 2);
  assert.ok(!(await page.locator("#pages").isVisible()));
});

test("so it is on a page from a folder", async () => {
  const { context, page, complaints } = await opened(pathToFileURL(join(dist, "index.html")).href);
  await playsLong(page);
  assert.deepEqual(complaints, []);
  await context.close();
});
