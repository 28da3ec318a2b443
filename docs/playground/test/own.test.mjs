// One's own work: nothing of it goes without a way back, a link says what is not in it, and a field says why it is not taken.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FIVE_LINES, ORDER, balance, has, history, inChromium, write } from "./browser.mjs";

const { onPage, opened } = inChromium();

const rules = (page) => page.locator(".cm-content").innerText();
const own = async (page) => {
  await write(page, FIVE_LINES);
  await history(page, ORDER);
  await has(page, "points", "42");
};
/** Waits until the draft is kept. */
const settle = (page, text = "o-1") => page.waitForFunction((text) => (localStorage.getItem("loyalty.drafts") ?? "").includes(text), text);

onPage("what a sample takes the place of comes back, by the button and by its name", {}, async (page) => {
  await own(page);
  await page.locator("#sample").selectOption({ label: "Roastery Circle" });
  assert.match(await rules(page), /Roastery Circle/);
  assert.match(await page.locator("#notice").innerText(), /Your own work/);
  // What was undone in the one is not undone in the other.
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+z");
  assert.match(await rules(page), /Roastery Circle/);
  await page.locator("#notice-act").click();
  assert.equal((await rules(page)).trim(), FIVE_LINES.trim());
  assert.equal(await balance(page, "points").innerText(), "42");
  assert.ok(!(await page.locator("#notice").isVisible()));
  // After a sample has been changed, too, both are there.
  await page.locator("#sample").selectOption({ label: "Roastery Circle" });
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.insertText("// Mine\n");
  await page.waitForFunction(() => document.querySelector("#sample optgroup").children.length === 2);
  const drafts = await page.locator("#sample optgroup").first().locator("option").allInnerTexts();
  // Each piece turns by itself, whatever it is written in.
  assert.deepEqual(drafts.map((title) => title.split(" · ")[0]), ["\u2068Roastery Circle\u2069", "\u2068Corner Shop\u2069"]);
  await page.locator("#sample").selectOption({ label: drafts[1] });
  assert.equal((await rules(page)).trim(), FIVE_LINES.trim());
  await has(page, "points", "42");
});

onPage("events that a test or a file takes the place of come back", {}, async (page) => {
  await own(page);
  await page.locator("#histories").selectOption({ label: "a big order" });
  await has(page, "points", "82");
  await page.locator("#notice-act").click();
  await has(page, "points", "42");
  await page.locator("#file").setInputFiles({ name: "day.jsonl", mimeType: "text/plain", buffer: Buffer.from(ORDER.replace("42.86", "7")) });
  await has(page, "points", "7");
  await page.locator("#notice-act").click();
  await has(page, "points", "42");
  // A file without an event changes nothing.
  await page.locator("#file").setInputFiles({ name: "day.json", mimeType: "text/plain", buffer: Buffer.from("{") });
  await page.waitForFunction(() => /day\.json holds no events/.test(document.querySelector("#notice").textContent));
  assert.equal(await balance(page, "points").innerText(), "42");
});

onPage("a program from a file takes the place of one's own, and leaves a way back", {}, async (page) => {
  await own(page);
  await settle(page);
  const other = FIVE_LINES.replace("Corner Shop", "Other Shop");
  const file = { name: "OTHER.LOYALTY", mimeType: "text/plain", buffer: Buffer.from(other) };
  await page.locator("#file").setInputFiles(file);
  await page.waitForFunction(() => /Other Shop/.test(document.querySelector(".cm-content").textContent));
  assert.match(await page.locator("#notice").innerText(), /Your own work/);
  await settle(page, "Other Shop");
  const titles = () => page.evaluate(() => JSON.parse(localStorage.getItem("loyalty.drafts")).map(({ title }) => title));
  assert.deepEqual(await titles(), ["Other Shop", "Corner Shop"]);
  await page.locator("#notice-act").click();
  assert.equal((await rules(page)).trim(), FIVE_LINES.trim());
  await has(page, "points", "42");
  assert.deepEqual((await titles()).toSorted(), ["Corner Shop", "Other Shop"]);
  // The same once more takes the place of nothing.
  await page.locator("#file").setInputFiles({ ...file, name: "same.loyalty", buffer: Buffer.from(await page.evaluate(() => JSON.parse(localStorage.getItem("loyalty.drafts")).find(({ title }) => title === "Corner Shop").state.rules)) });
  await page.waitForTimeout(300);
  assert.ok(!(await page.locator("#notice").isVisible()));
});

onPage("two pages on which the same draft is open lose nothing of each other", {}, async (page, context) => {
  await own(page);
  await settle(page);
  const second = await context.newPage();
  await second.goto(new URL(".", page.url()).href);
  await second.waitForSelector("body[data-ready]");
  const titles = () => page.evaluate(() => JSON.parse(localStorage.getItem("loyalty.drafts")).map(({ title }) => title));
  // To look at it is not to change it.
  await second.waitForTimeout(400);
  assert.deepEqual(await titles(), ["Corner Shop"]);
  await write(second, FIVE_LINES.replace("Corner Shop", "Second Shop"));
  await settle(second, "Second Shop");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("// More\n");
  await settle(page, "// More");
  assert.deepEqual(await titles(), ["Corner Shop", "Second Shop"]);
  // Each goes on with its own.
  await second.locator(".cm-content").click();
  await second.keyboard.press("Control+End");
  await second.keyboard.insertText("// Less\n");
  await settle(second, "// Less");
  assert.deepEqual(await titles(), ["Second Shop", "Corner Shop"]);
  await second.close();
});

onPage("who comes back without a link finds what was written last", {}, async (page, context) => {
  await own(page);
  await settle(page);
  const again = await context.newPage();
  await again.goto(new URL(".", page.url()).href);
  await again.waitForSelector("body[data-ready]");
  assert.equal((await rules(again)).trim(), FIVE_LINES.trim());
  assert.equal(await balance(again, "points").innerText(), "42");
  await again.close();
});

/** Events that no packing makes small. */
const noise = (count) => {
  let seed = 7;
  const letter = () => ((seed = (seed * 48271) % 2147483647) % 36).toString(36);
  const note = () => Array.from({ length: 3000 }, letter).join("");
  return Array.from({ length: count }, (_, index) => JSON.stringify({ ...JSON.parse(ORDER), id: `o-${index}`, note: note() })).join("\n");
};

test("a history too big for a link leaves the rules in it, and the page says so", async () => {
  const { context, page, complaints } = await opened("", { permissions: ["clipboard-read", "clipboard-write"] });
  await write(page, FIVE_LINES);
  await history(page, noise(40));
  await has(page, "points", "1,680");
  await page.locator("#unlinked").waitFor();
  assert.match(await page.locator("#unlinked").innerText(), /holds the rules, and not the 40 events.*This browser keeps them/);
  await page.locator("#share").click();
  await page.locator("#toast.is-shown").waitFor();
  assert.match(await page.locator("#toast").innerText(), /holds the rules, and not the 40 events/);
  const address = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(address, page.url());
  assert.match(address, /#1\./);
  await page.reload();
  await page.waitForSelector("body[data-ready]");
  await has(page, "points", "1,680");
  await context.close();
  // Somebody else has the rules, and reads what is not there.
  const other = await opened(address);
  assert.equal((await rules(other.page)).trim(), FIVE_LINES.trim());
  assert.match(await other.page.locator("#notice").innerText(), /The 40 events .* did not fit/);
  await other.context.close();
  assert.deepEqual([...complaints, ...other.complaints], []);
});

onPage("a history that is too much for the browser crowds out no other work", {}, async (page) => {
  await own(page);
  await settle(page);
  const lines = Array.from({ length: 40 }, (_, index) => JSON.stringify({ ...JSON.parse(ORDER), id: `o-${index}`, note: "x".repeat(60_000) })).join("\n");
  await page.locator("#file").setInputFiles({ name: "year.jsonl", mimeType: "text/plain", buffer: Buffer.from(lines) });
  await page.waitForFunction(() => JSON.parse(localStorage.getItem("loyalty.drafts")).some(({ left }) => left === 40));
  const kept = await page.evaluate(() => JSON.parse(localStorage.getItem("loyalty.drafts")).map(({ state }) => state.events.length));
  assert.deepEqual(kept, [0, 1]);
});

onPage("a link that the browser does not copy is there to be copied by hand", {}, async (page) => {
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await page.locator("#share").click();
  await page.locator("#notice-link").waitFor({ state: "visible" });
  assert.match(await page.locator("#notice").innerText(), /does not let the page copy/);
  assert.equal(await page.locator("#notice-link").inputValue(), page.url());
  assert.equal(await page.evaluate(() => document.getSelection().toString() || document.activeElement.id), page.url());
  assert.equal(await page.locator("#toast.is-shown").count(), 0);
});

onPage("a member that no event names, and days out of time, are told beside their fields", {}, async (page) => {
  const member = page.locator("#member");
  await member.fill("nobody");
  await member.press("Enter");
  assert.match(await page.locator("#member-fault").innerText(), /name the member m-7, and none of them names nobody/);
  assert.equal(await member.inputValue(), "nobody");
  assert.equal(await member.getAttribute("aria-describedby"), "member-fault");
  assert.ok((await page.locator(".wallet").count()) > 0);
  for (const [field, day, said] of [
    ["until", "2300-01-01", /from 1970-01-02 to 2199-12-30/],
    ["until", "1960-01-01", /from 1970-01-02 to 2199-12-30/],
    ["until", "2026-01-10", /go on until 6 Jun 2026/],
    ["joined", "2199-12-31", /from 1970-01-02 to 2199-12-30/],
    ["joined", "9999-12-31", /from 1970-01-02 to 2199-12-30/],
  ]) {
    await page.locator(`#${field}`).fill(day);
    assert.match(await page.locator(`#${field === "until" ? "until" : "member"}-fault`).innerText(), said, day);
    assert.ok((await page.locator(".wallet").count()) > 0, day);
    assert.equal(await page.locator(".step.refused").count(), 0);
  }
  await page.locator("#joined").fill("2026-02-01");
  assert.match(await page.locator("#member-fault").innerText(), /events lie before that day/);
  await page.locator("#until").fill("2199-12-30");
  assert.ok(!(await page.locator("#until-fault").isVisible()));
  await page.locator("#month").click();
  assert.match(await page.locator("#until-fault").innerText(), /from 1970-01-02 to 2199-12-30/);
  // A member of one's own choice has an id that the engine takes.
  await history(page, ORDER);
  await member.fill("x".repeat(200));
  await member.press("Enter");
  assert.match(await page.locator("#member-fault").innerText(), /at most 128 bytes/);
  await member.fill("m-2");
  await member.press("Enter");
  assert.ok(!(await page.locator("#member-fault").isVisible()));
});

onPage("on a narrow page, what is said and kept of one's own work does not hang over", { viewport: { width: 320, height: 700 } }, async (page) => {
  await write(page, FIVE_LINES.replace("Corner Shop", "The Corner Shop at the Far End of a Long Street"));
  await settle(page, "Far End");
  const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(await over(), 0);
  await page.locator("#sample").selectOption({ label: "Roastery Circle" });
  await page.locator("#notice-act").waitFor();
  assert.equal(await over(), 0);
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await page.locator("#share").click();
  await page.locator("#notice-link").waitFor();
  assert.equal(await over(), 0);
});

onPage("an event at an instant that is none is refused by itself", {}, async (page) => {
  await write(page, FIVE_LINES);
  await history(page, `${ORDER.replace("2026-01-05", "1960-01-05").replace("o-1", "o-0")}\n${ORDER}`);
  await has(page, "points", "42");
  assert.equal(await page.locator(".step.refused").count(), 1);
});

onPage("what has been typed right before a reload is there after it", {}, async (page, context) => {
  await own(page);
  await settle(page);
  await page.waitForFunction(() => sessionStorage.getItem("loyalty.behind") === "" && location.hash.length > 10);
  const first = () => page.locator(".cm-line").first().innerText();
  const ready = () => page.waitForSelector("body[data-ready]");
  const old = page.url();
  let number = 0;
  // Before it is compiled, before it is kept, while the link is packed.
  for (const wait of [0, 60, 150, 260]) {
    const line = `// Mine ${(number += 1)}`;
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.insertText(`${line}\n`);
    await page.waitForTimeout(wait);
    if (wait === 60) {
      // Away from the page, and back to the address that was written before.
      const address = page.url();
      await page.goto("about:blank");
      await page.goto(address);
    } else await page.reload();
    await ready();
    assert.equal(await first(), line, `after ${wait} ms`);
    await has(page, "points", "42");
    await page.waitForFunction(() => sessionStorage.getItem("loyalty.behind") === "");
  }
  // One draft, and not one for each of them.
  assert.equal(await page.evaluate(() => JSON.parse(localStorage.getItem("loyalty.drafts")).length), 1);
  // Elsewhere, a link shows what was linked.
  const other = await context.newPage();
  await other.goto(old);
  await other.waitForSelector("body[data-ready]");
  assert.match(await other.locator(".cm-line").first().innerText(), /^program "Corner Shop"/);
});
