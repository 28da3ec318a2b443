// How it looks: money with its cents, pictures with a scale, rewards and challenges as a shop shows them, on any width.

import assert from "node:assert/strict";

import { balance, inChromium } from "./browser.mjs";

const { onPage } = inChromium();

onPage("money has its cents, and points have none", {}, async (page) => {
  assert.equal(await balance(page, "cashback").innerText(), "3.09 EUR");
  const wallet = page.locator(".wallet", { has: balance(page, "cashback") });
  assert.match(await wallet.innerText(), /clawed back\s+1\.30/);
  assert.match(await page.locator(".wallet").first().innerText(), /issued\s+540/);
  assert.ok((await page.locator(".chip", { hasText: "cashback" }).allInnerTexts()).every((text) => /^[+−]\d+\.\d\d\sEUR cashback/.test(text)));
  assert.match(await page.locator(".fact-measures").innerText(), /month\s+66\.00\sEUR/);
  const order = page.locator(".step", { hasText: "order" }).first();
  await order.locator("summary").click();
  const why = await order.locator(".why").innerText();
  assert.doesNotMatch(why, /\d\.\d EUR/);
  // What says its name by itself is not named again.
  assert.match(why, /vest after 14 days/);
  assert.doesNotMatch(why, /vest vest|expire expire/);
});

onPage("a picture has a scale, and names for what lies over each other", {}, async (page) => {
  const points = page.locator(".wallet").first();
  const marks = await points.locator(".level text").allTextContents();
  assert.deepEqual(marks, ["0", "100", "200", "300"]);
  assert.deepEqual(await points.locator(".legend li").allInnerTexts(), ["available", "pending"]);
  assert.equal(await page.locator(".wallet").nth(1).locator(".legend").count(), 0);
});

onPage("rewards and challenges are cards: price or progress, and what is missing", {}, async (page) => {
  await page.locator("#sample").selectOption({ label: "Bean Club" });
  const card = (title) => page.locator(".card", { hasText: title });
  assert.match(await card("free_latte").innerText(), /50 beans\s+0 \/ 50\s+50 beans short/);
  assert.match(await card("pay_with_beans").innerText(), /100 beans pay 1\.00\sMYR/);
  assert.match(await card("five_a_month").innerText(), /0 \/ 5\s+5 to go\s+until 1 Feb 2026/);
  assert.deepEqual(await card("first_steps").locator(".marks li").allInnerTexts(), ["○ signup", "○ order", "○ review"]);
  await page.locator("#sample").selectOption({ label: "Grocery Challenges" });
  assert.match(await card("three_stores").innerText(), /completed.*3 \/ 3/s);
  await page.locator("#sample").selectOption({ label: "Department store" });
  assert.match(await card("pay_with_event_cash").innerText(), /valid 2024-03-11 \.\. 2024-03-18.*0\.00 \/ 0\.01\sUSD/s);
});

for (const [width, language] of [[320, "en"], [320, "ar"], [390, "en"]]) {
  onPage(`${width} px wide, in ${language}, no sample hangs over`, { viewport: { width, height: 800 } }, async (page) => {
    await page.locator("#language").selectOption(language);
    await page.locator("#tab-result").click();
    const names = await page.locator("#sample option").evaluateAll((options) => options.map(({ value }) => value));
    const over = {};
    for (const name of names) {
      await page.locator("#sample").selectOption(name);
      const found = await page.evaluate(hangingOver);
      if (found.length > 0) over[name] = found;
    }
    assert.deepEqual(over, {});
  });
}

for (const language of ["en", "ar"]) {
  onPage(`on a phone, in ${language}, a list shows the whole of what is chosen`, { viewport: { width: 360, height: 780 } }, async (page) => {
    await page.locator("#language").selectOption(language);
    for (const list of ["theme", "language"]) {
      for (const value of await page.locator(`#${list} option`).evaluateAll((options) => options.map(({ value }) => value))) {
        const missing = await page.locator(`#${list}`).evaluate((select, value) => {
          // As wide as a list is by itself that has this choice alone.
          const alone = select.cloneNode();
          alone.append(select.querySelector(`[value="${value}"]`).cloneNode(true));
          Object.assign(alone.style, { position: "absolute", flex: "none", inlineSize: "max-content" });
          select.parentNode.append(alone);
          const width = alone.getBoundingClientRect().width;
          alone.remove();
          return width - select.getBoundingClientRect().width;
        }, value);
        assert.ok(missing <= 0.5, `${list}: ${value} by ${missing}`);
      }
    }
  });
}

/** What is wider than its place, with everything opened. */
async function hangingOver() {
  for (const details of document.querySelectorAll("details")) details.open = true;
  await new Promise((drawn) => setTimeout(drawn, 60));
  const root = document.documentElement;
  const panel = document.querySelector("#result").getBoundingClientRect();
  const found = root.scrollWidth > root.clientWidth ? [`the page by ${root.scrollWidth - root.clientWidth}`] : [];
  for (const node of document.querySelectorAll("#result *")) {
    if (node.closest("textarea, svg, option")) continue;
    const { left, right, width } = node.getBoundingClientRect();
    if (width > 0 && (right > panel.right + 1 || left < panel.left - 1)) found.push(`${node.className || node.tagName}: ${node.textContent.slice(0, 30)}`);
  }
  return found.slice(0, 5);
}
