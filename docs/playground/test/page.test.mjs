// The page in a real Chromium: what an author does on it, with the mouse and without, in every form that it takes.

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { test } from "node:test";

import { FIVE_LINES, ORDER, balance, dist, has, history, inChromium, write } from "./browser.mjs";

const { onPage, opened } = inChromium();

const summary = (page) => page.locator("#problems .summary");

onPage("an error is seen as one types, with its mend", {}, async (page) => {
  await write(page, FIVE_LINES);
  await page.waitForFunction(() => /right, its one test holds/.test(document.querySelector("#problems .summary").textContent));
  await page.locator(".cm-line", { hasText: "rule big" }).click();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("earn 5 pints ");
  await page.waitForSelector(".cm-lintRange-error");
  assert.equal(await page.locator(".cm-lintRange-error").first().innerText(), "pints");
  assert.match(await summary(page).innerText(), /1 error/);
  assert.match(await page.locator(".problem .message").first().innerText(), /pints/);
  assert.ok(await page.locator("#stale").isVisible());
  await page.locator(".mend", { hasText: "points" }).click();
  await page.waitForSelector('#problems[data-state="warning"], #problems[data-state="right"]');
  assert.ok(!(await page.locator("#stale").isVisible()));
  // The test of the program says by how much it is wrong after that.
  assert.match(await page.locator("#problems").innerText(), /1 of 1 tests fail.*is 87/s);
});

onPage("an order is run, its balance read, and each point explained", {}, async (page) => {
  await write(page, FIVE_LINES);
  await history(page, ORDER);
  await page.waitForFunction(() => document.querySelector('.balance[data-wallet="points"]')?.textContent === "42");
  await page.locator("[data-key=e0] summary").click();
  const why = await page.locator("[data-key=e0] .why").innerText();
  assert.match(why, /\+42\.86\s+base line 3\s+earn 1 points per 1 EUR of order\.subtotal line 3 — order\.subtotal = 42\.86\sEUR/);
  assert.match(why, /−0\.86\s+rounding\s+42\.86 → 42 · mode down · scope per order/);
  assert.match(why, /order\.subtotal >= 50 EUR line 4 — is 42\.86\sEUR · 7\.14\sEUR short/);
  await page.locator("[data-key=e0] .why .link", { hasText: "line 4" }).first().click();
  assert.match(await page.locator(".cm-activeLine").innerText(), /^rule big/);
  // Time passes, and the points run out.
  await page.locator("#year").click();
  await page.locator("#month").click();
  await page.waitForFunction(() => document.querySelector('.balance[data-wallet="points"]')?.textContent === "0");
  assert.match(await page.locator(".step.time").innerText(), /6 Jan 2027\s+time passes\s+−42 points expired/);
});

onPage("a hover says what a word is, and completion what may follow", {}, async (page) => {
  await write(page, FIVE_LINES);
  await page.locator(".tok-unit", { hasText: "points" }).first().hover();
  await page.waitForSelector(".hover");
  assert.match(await page.locator(".hover").innerText(), /wallet\s*wallet points\s+holds points\s+.*round down per order.*line 2/s);
  await page.mouse.move(5, 5);
  await page.waitForSelector(".hover", { state: "detached" });
  await page.locator(".cm-line", { hasText: "rule big" }).click();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("when order.");
  // What was offered for `when` may still stand there.
  await page.waitForFunction(() => document.querySelector(".cm-completionLabel")?.textContent === "subtotal");
  const offered = await page.locator(".cm-completionLabel").allInnerTexts();
  assert.deepEqual(offered.slice(0, 3), ["subtotal", "total", "shipping"]);
  await page.keyboard.type("bra");
  await page.waitForFunction(() => document.querySelector(".cm-completionLabel")?.textContent === "branch");
  // An answer that has just come is not taken yet.
  await page.waitForTimeout(150);
  await page.keyboard.press("Enter");
  assert.match(await page.locator(".cm-activeLine").innerText(), /when order\.branch/);
});

onPage("a link brings back what it was copied from", {}, async (page, context) => {
  await write(page, FIVE_LINES);
  await history(page, `${ORDER}\n${ORDER.replace("o-1", "o-2").replace("42.86", "60")}`);
  await page.waitForFunction(() => document.querySelector('.balance[data-wallet="points"]')?.textContent === "112");
  await page.waitForTimeout(600);
  const address = page.url();
  assert.match(address, /#1\./);
  const again = await context.newPage();
  await again.goto(address);
  await again.waitForSelector("body[data-ready]");
  assert.equal(await balance(again, "points").innerText(), "112");
  assert.equal((await again.locator(".cm-content").innerText()).trim(), FIVE_LINES.trim());
  await again.reload();
  await again.waitForSelector("body[data-ready]");
  assert.equal(await balance(again, "points").innerText(), "112");
});

onPage("without a network it opens all the same", {}, async (page, context) => {
  await page.evaluate(async () => (await navigator.serviceWorker.ready).active.state);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await page.reload();
  await page.waitForSelector("body[data-ready]");
  await write(page, FIVE_LINES);
  await history(page, ORDER);
  await page.waitForFunction(() => document.querySelector('.balance[data-wallet="points"]')?.textContent === "42");
});

test("it opens from a folder, without a server", async () => {
  const address = pathToFileURL(join(dist, "index.html")).href;
  const { context, page, complaints } = await opened(address);
  assert.ok((await page.locator(".step").count()) > 5);
  assert.match(await summary(page).innerText(), /right/);
  assert.deepEqual(complaints, []);
  await context.close();
});

onPage("every sample is right and does something", {}, async (page) => {
  const names = await page.locator("#sample option").evaluateAll((options) => options.map(({ value }) => value).filter(Boolean));
  assert.ok(names.length >= 4, `${names}`);
  for (const name of names) {
    await page.locator("#sample").selectOption(name);
    assert.notEqual(await page.locator("#problems").getAttribute("data-state"), "wrong", name);
    assert.ok((await page.locator(".step.event").count()) > 0, name);
    assert.ok((await page.locator(".wallet .line").count()) > 0, name);
  }
});

onPage("a test of the program is played as a history", {}, async (page) => {
  await page.locator("#histories").selectOption({ label: "a mug costs forty points" });
  assert.deepEqual(await page.locator(".step .what b").allInnerTexts(), ["adjust", "redeem", "redeem"]);
  assert.equal(await balance(page, "points").innerText(), "10");
  await page.locator(".step.refused summary").click();
  assert.match(await page.locator(".refusal").innerText(), /insufficient_balance/);
});

onPage("an event is added, changed, moved and removed; a file is loaded", {}, async (page) => {
  await write(page, FIVE_LINES);
  await page.waitForFunction(() => /right, its one test holds/.test(document.querySelector("#problems .summary").textContent));
  await history(page, ORDER);
  await page.waitForFunction(() => document.querySelectorAll(".step").length === 1);
  await page.locator("#add").selectOption("order");
  const json = page.locator("[data-key=e1] textarea");
  const added = JSON.parse(await json.inputValue());
  assert.deepEqual(added, { type: "order", id: "order-2", at: "2026-01-06T10:00:00+01:00", subtotal: "20.00" });
  assert.equal(await balance(page, "points").innerText(), "62");
  await json.fill(JSON.stringify({ ...added, subtotal: "50" }, null, 2));
  await json.evaluate((text) => (text.dataset.seen = "yes"));
  // The steps are drawn anew when the rules change; what is being written stays.
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.insertText("// Rules\n");
  await page.waitForFunction(() => document.querySelector("[data-key=e1] textarea").dataset.seen === undefined);
  assert.equal(JSON.parse(await json.inputValue()).subtotal, "50");
  await page.locator("[data-key=e1] button", { hasText: "Apply" }).click();
  assert.equal(await balance(page, "points").innerText(), "102");
  await page.locator("[data-key=e1] button", { hasText: "Earlier" }).click();
  assert.deepEqual(await page.locator(".step .id").allInnerTexts(), ["order-2", "o-1"]);
  await page.locator("[data-key=e0] button", { hasText: "Remove" }).click();
  assert.deepEqual(await page.locator(".step .id").allInnerTexts(), ["o-1"]);
  const lines = [ORDER, ORDER.replace("o-1", "o-2")].join("\n");
  await page.locator("#file").setInputFiles({ name: "day.jsonl", mimeType: "text/plain", buffer: Buffer.from(lines) });
  await page.waitForFunction(() => document.querySelectorAll(".step").length === 2);
  assert.equal(await balance(page, "points").innerText(), "84");
});

onPage("what is typed into an event and not applied stays with it, whatever happens to the others", {}, async (page) => {
  await write(page, FIVE_LINES);
  await history(page, [1, 2, 3].map((number) => ORDER.replace("o-1", `o-${number}`)).join("\n"));
  await has(page, "points", "126");
  const typed = ORDER.replace("o-1", "o-3").replace("42.86", "60");
  const third = (index) => page.locator(`[data-key=e${index}] textarea`);
  await page.locator("[data-key=e2] summary").click();
  await third(2).fill(typed);
  await page.locator("[data-key=e0] summary").click();
  await page.locator("[data-key=e0] [data-part=remove]").click();
  await has(page, "points", "84");
  assert.equal(await third(1).inputValue(), typed);
  await page.locator("[data-key=e0] summary").click();
  await page.locator("[data-key=e0] [data-part=later]").click();
  await page.waitForFunction(() => document.querySelector(".step .id").textContent === "o-3");
  assert.equal(await third(0).inputValue(), typed);
  // A line that is put in before it, and a test that is looked at in between.
  await history(page, [ORDER.replace("o-1", "o-0"), ORDER.replace("o-1", "o-3"), ORDER.replace("o-1", "o-2")].join("\n"));
  await has(page, "points", "126");
  assert.equal(await third(1).inputValue(), typed);
  await page.locator("#histories").selectOption({ label: "a big order" });
  await has(page, "points", "82");
  await page.locator("#notice-act").click();
  await has(page, "points", "126");
  assert.equal(await third(1).inputValue(), typed);
  await page.locator("[data-key=e1] [data-part=apply]").click();
  await has(page, "points", "154");
});

onPage("long ids are shown with all their digits, and a month after 31 January is the end of February", {}, async (page) => {
  await history(page, '{"type":"signup","id":9007199254740993123,"at":"2026-01-31T10:00:00Z","paid":12.50}');
  await page.waitForFunction(() => document.querySelectorAll(".step.event").length === 1);
  assert.match(await page.locator(".step.event summary").innerText(), /signup\s+9007199254740993123.*paid\s+12\.50/s);
  await page.locator(".step.event summary").click();
  assert.match(await page.locator(".step.event textarea").inputValue(), /^ {2}"id": 9007199254740993123,$/m);
  await page.locator("#month").click();
  assert.equal(await page.locator("#until").inputValue(), "2026-02-28");
});

const CHANCE = `program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
wallet points {}
wheel spin {
  weight 1 { earn 50 points }
}
rule play on order { draw spin }
`;

onPage("a program with chance is run, and its draws are called examples", {}, async (page) => {
  assert.ok(!(await page.locator("#chance").isVisible()));
  await write(page, CHANCE);
  await history(page, ORDER);
  await page.waitForFunction(() => document.querySelectorAll(".step").length === 1 && document.querySelector(".step.event .kind-drawn") !== null);
  assert.equal(await page.locator(".step.refused").count(), 0);
  assert.match(await page.locator("#chance").innerText(), /examples here/);
  await page.locator("[data-key=e0] summary").click();
  assert.match(await page.locator("[data-key=e0] .why").innerText(), /drawn.*wheel spin.*slice/s);
});

for (const [title, fragment, said] of [
  ["cut", "#1.zzzz", /link could not be read/],
  ["of another form", "#nix", /link could not be read/],
  ["to a sample that there is not", "#sample=nix", /no sample named “nix”/],
]) {
  test(`a link ${title} is told, and a sample shown instead`, async () => {
    const { context, page, complaints } = await opened(fragment);
    assert.match(await page.locator("#notice").innerText(), said);
    assert.ok((await page.locator(".step").count()) > 0);
    await page.locator("#close").click();
    assert.ok(!(await page.locator("#notice").isVisible()));
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

onPage("a file that cannot be read is told, and nothing else is lost", {}, async (page) => {
  await write(page, FIVE_LINES);
  await history(page, ORDER);
  await page.waitForFunction(() => document.querySelectorAll(".step").length === 1);
  for (const [name, content, said] of [
    ["DAY.JSONL.GZ", "no gzip", /DAY\.JSONL\.GZ ends with \.gz and cannot be unpacked/],
    ["day.jsonl.gz", "no gzip", /day\.jsonl\.gz ends with \.gz and cannot be unpacked/],
    ["day.jsonl", Buffer.from([0xff, 0xfe, 0x00]), /day\.jsonl is no text/],
    ["day.json", " \n", /day\.json holds no events/],
    ["empty.json", "[]", /empty\.json holds no events/],
  ]) {
    await page.locator("#file").setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });
    await page.waitForFunction((name) => document.querySelector("#notice").textContent.includes(name), name);
    assert.match(await page.locator("#notice").innerText(), said);
    assert.equal(await page.locator(".step").count(), 1);
  }
  // A list as people keep theirs: over several lines.
  const list = JSON.stringify([JSON.parse(ORDER), { ...JSON.parse(ORDER), id: "o-2" }], null, 2);
  await page.locator("#file").setInputFiles({ name: "day.json", mimeType: "application/json", buffer: Buffer.from(list) });
  await page.waitForFunction(() => document.querySelectorAll(".step").length === 2);
  assert.equal(await balance(page, "points").innerText(), "84");
  assert.match(await page.locator("#notice").innerText(), /Your own work/);
});

onPage("a year of a whole chain is loaded, and its members looked at one by one", {}, async (page) => {
  await page.locator("#sample").selectOption({ label: "Grocery Rewards" });
  await page.locator("#file").setInputFiles(join(dist, "../../../examples/grocery/events.jsonl.gz"));
  await page.waitForFunction(() => document.querySelector("#members").options.length === 2379);
  await page.locator("#members").selectOption("1238");
  assert.equal(await page.locator("#members").inputValue(), "1238");
  assert.ok((await page.locator(".step.event").count()) > 3);
});

onPage("all of it goes with the keyboard alone", {}, async (page) => {
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className || "");
  const tabTo = async (wanted) => {
    for (let steps = 0; steps < 60; steps += 1) {
      await page.keyboard.press("Tab");
      if ((await focused()).includes(wanted)) return;
    }
    assert.fail(`${wanted} cannot be reached`);
  };
  await tabTo("sample");
  await page.keyboard.press("ArrowDown");
  await tabTo("cm-content");
  // The word at the cursor is explained, its declaration found, and the editor left again.
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+i");
  await page.waitForSelector(".hover");
  assert.match(await page.locator(".hover").innerText(), /program/);
  await page.keyboard.press("Escape");
  await page.waitForSelector(".hover", { state: "detached" });
  await tabTo("year");
  const before = await page.locator("#until").inputValue();
  await page.keyboard.press("Enter");
  assert.notEqual(await page.locator("#until").inputValue(), before);
  await tabTo("figure");
  await page.keyboard.press("Home");
  const first = await page.locator(".reading").first().innerText();
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await page.locator(".reading").first().innerText(), first);
  // A list of commands opens by an arrow key, and does nothing before one of them is chosen.
  const steps = await page.locator(".step").count();
  await tabTo("add");
  await page.keyboard.press("ArrowDown");
  await page.waitForTimeout(300);
  assert.equal(await page.locator(".step").count(), steps);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction((steps) => document.querySelectorAll(".step").length > steps, steps);
  await page.locator(".step summary").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".step .why").first().waitFor({ state: "visible" });
  // What has the focus shows it.
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none");
});

onPage("by the keyboard alone, an event is changed and removed, and the focus stays among the steps", {}, async (page) => {
  await write(page, FIVE_LINES);
  await history(page, [1, 2, 3, 4].map((number) => ORDER.replace("o-1", `o-${number}`)).join("\n"));
  await page.waitForFunction(() => document.querySelector('.balance[data-wallet="points"]')?.textContent === "168");
  const focused = () => page.evaluate(() => [document.activeElement.closest("[data-key]")?.querySelector(".id")?.textContent, document.activeElement.dataset.part ?? document.activeElement.tagName]);
  const isOpen = () => page.evaluate(() => [...document.querySelectorAll(".step[open] .id")].map((node) => node.textContent));
  for (const key of ["e1", "e3"]) {
    await page.locator(`[data-key=${key}] summary`).focus();
    await page.keyboard.press("Enter");
    await page.locator(`[data-key=${key}] textarea`).waitFor();
  }
  // Applied from within the text, which one goes on with.
  await page.locator("[data-key=e1] textarea").focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Control+Enter");
  assert.deepEqual(await focused(), ["o-2", "json"]);
  assert.equal(await page.evaluate(() => document.activeElement.selectionStart), 1);
  await page.locator("[data-key=e1] textarea").fill(ORDER.replace("o-1", "o-2").replace("42.86", "50"));
  await page.locator("[data-key=e1] [data-part=apply]").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector('.balance[data-wallet="points"]')?.textContent === "186");
  assert.deepEqual(await focused(), ["o-2", "apply"]);
  // Nothing has changed, and it is drawn anew all the same.
  await page.keyboard.press("Enter");
  assert.deepEqual(await focused(), ["o-2", "apply"]);
  // The next one has the focus, and the same ones are open.
  await page.locator("[data-key=e1] [data-part=remove]").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll(".step").length === 3);
  assert.deepEqual([await focused(), await isOpen()], [["o-3", "SUMMARY"], ["o-4"]]);
  // After the last one, the one before it, and in the end the way to a new one.
  await page.locator("[data-key=e2] [data-part=remove]").focus();
  await page.keyboard.press("Enter");
  assert.deepEqual([await focused(), await isOpen()], [["o-3", "SUMMARY"], []]);
  for (const left of [1, 0]) {
    await page.keyboard.press("Enter");
    await page.locator(".step[open] [data-part=remove]").focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction((left) => document.querySelectorAll(".step").length === left, left);
  }
  assert.equal(await page.evaluate(() => document.activeElement.id), "add");
});

for (const width of [320, 390, 768, 1100, 1600]) {
  for (const language of ["en", "ar"]) {
    onPage(`${width} px wide, in ${language}, nothing hangs over`, { viewport: { width, height: 800 }, hasTouch: width < 800 }, async (page) => {
      await page.locator("#language").selectOption(language);
      const narrow = await page.locator("[role=tablist]").isVisible();
      for (const panel of narrow ? ["rules", "result"] : ["rules"]) {
        if (narrow) await page.locator(`#tab-${panel}`).click();
        if (panel === "result" || !narrow) await page.locator(".step summary").nth(1).click();
        const over = await page.evaluate(() => {
          const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
          const inside = document.querySelector("#result");
          return [wide, inside.scrollWidth - inside.clientWidth].map((pixels) => Math.max(pixels, 0));
        });
        assert.deepEqual(over, [0, 0], panel);
      }
    });
  }
}

onPage("Arabic reads from the right, and the rules from the left", {}, async (page) => {
  await page.locator("#language").selectOption("ar");
  assert.deepEqual(await page.evaluate(() => [document.documentElement.dir, document.documentElement.lang]), ["rtl", "ar"]);
  const boxes = await Promise.all(["#rules", "#result"].map((place) => page.locator(place).boundingBox()));
  assert.ok(boxes[0].x > boxes[1].x, "the rules stand where reading begins");
  assert.equal(await page.locator(".cm-content").evaluate((node) => getComputedStyle(node).direction), "ltr");
  // No text of the page is left in English, and none is missing.
  const texts = await page.locator("[data-say]").evaluateAll((nodes) => nodes.map((node) => node.textContent));
  for (const text of texts) assert.match(text, /\p{Script=Arabic}/u);
  // Signs between two Arabic names stay in their order.
  await write(page, 'program "م" {}\nwallet نقاط {}\nmeasure زيارات = count(order)\nsegment وفي = زيارات >= 4\nrule ر on order when وفي { earn 1 نقاط }\n');
  const line = page.locator(".cm-line", { hasText: "segment" });
  const [name, value] = await Promise.all(["وفي", "زيارات"].map((word) => line.locator(".isolated", { hasText: word }).boundingBox()));
  assert.ok(name.x < value.x, "what is declared stands before what it is");
  // In explanations, too; those of the program before are gone when its wallet is there.
  await page.locator('.balance[data-wallet="نقاط"]').waitFor();
  await page.locator(".step.event summary", { hasText: "order" }).first().click();
  const condition = page.locator(".silent .said", { hasText: ">=" }).first();
  await condition.waitFor();
  const [word, whole] = await Promise.all([condition.locator("bdi").boundingBox(), condition.boundingBox()]);
  assert.ok(word.x - whole.x < 2, "what is compared stands before the sign");
  // A letter goes in where the cursor is, between two names.
  await line.click();
  await page.keyboard.press("End");
  await page.keyboard.type("0");
  assert.match(await line.innerText(), /^segment وفي = زيارات >= 40$/);
});

for (const colorScheme of ["light", "dark"]) {
  onPage(`${colorScheme}: every text stands out from its ground`, { colorScheme }, async (page) => {
    await page.locator(".step summary").nth(1).click();
    await page.locator(".cm-line", { hasText: "earn 25 points" }).click();
    await page.keyboard.press("End");
    await page.keyboard.type(" to pints");
    await page.waitForSelector(".problem");
    await page.keyboard.press("Escape");
    assert.deepEqual(await page.evaluate(tooFaint), []);
    // The names and figures of all wallets that a program may have.
    await write(page, `program "Colours" { currency EUR }\n${[..."abcdef"].map((name) => `wallet ${name} { vest after 14 days }\nrule r${name} on order { earn 1 ${name} }\n`).join("")}`);
    await page.waitForFunction(() => document.querySelectorAll(".wallet .line").length === 6);
    await page.keyboard.insertText("\n@");
    await page.waitForSelector(".is-stale");
    assert.deepEqual(await page.evaluate(tooFaint), []);
  });
}

/** The texts whose contrast with what is behind them is under 4.5 (3 for large ones), as WCAG counts it. */
function tooFaint() {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((part, index) => part * a + under[index] * (1 - a));
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), [1, 1, 1]);
  };
  const opacity = (node) => (node === null ? 1 : Number(getComputedStyle(node).opacity) * opacity(node.parentElement));
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = new Set();
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== "");
    // Numbers of lines are hidden from readers of screens alone.
    if (!own || !node.checkVisibility() || node.closest("#toast, [aria-hidden=true]:not(.cm-gutters)")) continue;
    const style = getComputedStyle(node);
    const under = ground(node);
    const [r, g, b, a] = rgba(node.closest("svg") ? style.fill : style.color);
    const text = over([r, g, b, a * opacity(node)], under);
    const [one, other] = [light(text), light(under)].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.add(`${node.className || node.tagName}: ${ratio.toFixed(2)} ${node.textContent.trim().slice(0, 20)}`);
  }
  return [...found];
}

onPage("who listens to the page finds its parts: landmarks, headings one below the other, lists", { viewport: { width: 390, height: 800 } }, async (page) => {
  const found = () => page.evaluate(() => {
    const shown = [...document.querySelectorAll("h1, h2, h3, h4")].filter((heading) => heading.checkVisibility());
    const levels = shown.map(({ tagName }) => Number(tagName[1]));
    const jumps = levels.flatMap((level, at) => (level > (levels[at - 1] ?? 0) + 1 ? [`h${levels[at - 1]} ${shown[at].textContent}`] : []));
    const LANDMARKS = "header, nav[aria-label], main, [role=alert], [role=status], noscript, script";
    const outside = [...document.body.children].filter((part) => !part.matches(LANDMARKS)).map(({ outerHTML }) => outerHTML.slice(0, 60));
    const lists = [...document.querySelectorAll("ul[role], ol[role]")].map(({ id }) => id);
    const unnamed = [...document.querySelectorAll("nav")].filter((nav) => !nav.getAttribute("aria-label")).length;
    return { jumps, outside, lists, unnamed };
  });
  const right = { jumps: [], outside: [], lists: [], unnamed: 0 };
  assert.deepEqual(await found(), right);
  await page.locator("#tab-result").click();
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  await page.locator(".why h3").first().waitFor();
  assert.deepEqual(await found(), right);
  await page.locator("#as-text").click();
  await page.locator("#lines").fill('{"type":"order"}');
  await page.locator("[role=status] > #refused li").waitFor();
  assert.deepEqual(await found(), right);
});
