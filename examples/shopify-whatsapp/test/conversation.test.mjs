// A member's story from the first word to the last, on loopback: the shop's webhooks come in, and what leaves arrives at a Cloud API
// through a real client. What was said is in TRANSCRIPT.md, which this test compares; `BLESS=1` writes it anew.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { checkoutBody, orderBody, refundBody } from "./world/shop.js";
import { world } from "./world/index.js";

const SARA = "971501234567";
const TRANSCRIPT = new URL("../TRANSCRIPT.md", import.meta.url);

/** What arrived, as people read it. @param {import("./world/cloud-api.js").Message} message */
function told(message) {
  if (message.type === "template") {
    const values = message.template.components?.flatMap((part) => part.parameters.map((value) => value.text)) ?? [];
    return `template \`${message.template.name}\`, ${message.template.language.code}: ${values.join(", ")}`;
  }
  if (message.type === "text") return message.text.body;
  const { body, action } = message.interactive;
  const taps = action.buttons?.map(({ reply }) => reply.title) ?? action.sections.flatMap(({ rows }) => rows.map(({ title }) => title));
  return `${body.text}${taps.map((title) => ` [${title}]`).join("")}`;
}

test("a member's story", async () => {
  const dallah = await world({ now: "2026-11-21T10:00:00+04:00" });
  const { cloud, shop } = dallah;
  const lines = [];
  let seen = 0;
  /** What happens, and what is said because of it. */
  const then = async (what, happen) => {
    const result = await happen();
    await dallah.quiet();
    const said = cloud.messages.slice(seen);
    seen = cloud.messages.length;
    const time = new Date(dallah.clock.now.getTime() + 4 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
    lines.push(`| ${time} | ${what} | ${said.map(told).join("<br>") || "—"} |`);
    return { result, said: said.map(told), messages: said };
  };
  const accepted = async (promise) => assert.equal(await promise, 200);
  const order = (id, at, price, more = {}) =>
    orderBody({ id, customer: { id: "820982911946154508", phone: "+971501234567" }, at, lines: [{ id: "1", sku: "HARAZ", price }], ...more });

  try {
    // A sign-up by a word, in the language of the word.
    let heard = await then("Sara writes «نعم»", () => accepted(dallah.writes(SARA, "نعم")));
    assert.match(heard.said[0], /^أهلاً بك/);
    assert.equal(heard.messages[0].context.message_id, "wamid.IN0001");
    assert.equal(heard.said[1], "ربحت 25 نقطة، ورصيدك الآن 25.");

    // An order: the same webhook twice, and another one that tells of the same. Few, many, one, two: the forms of Arabic.
    const first = order("9007199254740993", "2026-11-21T10:04:00+04:00", "60.00");
    dallah.clock.now = new Date("2026-11-21T10:05:00+04:00");
    heard = await then("The shop tells of an order of 60.00, three times", async () => {
      await accepted(dallah.tells("w-1", "orders/create", first));
      await accepted(dallah.tells("w-1", "orders/create", first));
      await accepted(dallah.tells("w-2", "orders/paid", first));
    });
    assert.deepEqual(heard.said, ["ربحت 110 نقاط، ورصيدك الآن 135."]);
    for (const [minute, price, words] of [["10", "3.00", "3 نقاط"], ["15", "1.00", "نقطة واحدة"], ["20", "2.00", "نقطتين"], ["25", "11.50", "11 نقطة"]]) {
      dallah.clock.now = new Date(`2026-11-21T10:${minute}:00+04:00`);
      heard = await then(`An order of ${price}`, () =>
        accepted(dallah.tells(`w-${minute}`, "orders/paid", order(`60${minute}`, `2026-11-21T10:${minute}:00+04:00`, price))));
      assert.match(heard.said[0], new RegExp(`^ربحت ${words}، `));
    }

    // The balance, by a word and by a button.
    heard = await then("Sara writes «نقاط»", () => accepted(dallah.writes(SARA, "نقاط")));
    assert.deepEqual(heard.said, ["لديك 152 نقطة."]);
    heard = await then("She taps [نقاطي]", () => accepted(dallah.writes(SARA, { payload: "say balance", title: "نقاطي" })));
    assert.deepEqual(heard.said, ["لديك 152 نقطة."]);

    // The wheel gives a coupon; the cart is told what it takes off; the order uses it up.
    dallah.clock.now = new Date("2026-11-21T11:00:00+04:00");
    heard = await then("Sara writes «SPIN»", () => accepted(dallah.writes(SARA, "SPIN")));
    assert.equal(heard.said.length, 1);
    const [, coupon, percent] = /The wheel gives you (SPIN([0-9]+)):/.exec(heard.said[0]);
    const cart = { lines: [{ id: "1", sku: "HARAZ", unit_price: "200.00", quantity: 1 }], codes: [coupon.toLowerCase()] };
    const off = String(2 * Number(percent));
    heard = await then(`Her cart of 200.00 asks what «${coupon}» takes off`, () => shop.quote(dallah.app.url, "820982911946154508", cart));
    assert.equal(heard.result.status, 200);
    assert.equal(heard.result.body.discount, off);
    assert.equal(heard.result.body.applied[0].coupon, coupon);
    lines.push(`| | *the cart is told: ${off} AED off, ${heard.result.body.total} to pay* | |`);
    const bought = order("7001", "2026-11-21T11:10:00+04:00", "200.00", { codes: [coupon], lines: [{ id: "1", price: "120.00", discount: `${off}.00` }, { id: "2", price: "80.00" }] });
    dallah.clock.now = new Date("2026-11-21T11:11:00+04:00");
    heard = await then(`An order of 200.00 with «${coupon}»`, () => accepted(dallah.tells("w-6", "orders/paid", bought)));
    assert.match(heard.said[0], new RegExp(`^You earned ${200 - Number(off)} points, `));
    assert.equal(dallah.view("t+971501234567").coupons[0].state, "used");
    heard = await then(`The cart asks for «${coupon}» once more`, () => shop.quote(dallah.app.url, "820982911946154508", cart));
    assert.deepEqual(heard.result.body.applied, []);
    lines.push(`| | *the cart is told: ${heard.result.body.not_applied[0].reasons[0].text}* | |`);

    // Half of it comes back, and the points with it.
    dallah.clock.now = new Date("2026-11-21T15:00:00+04:00");
    const back = refundBody({ id: "5001", order: "7001", at: "2026-11-21T14:59:00+04:00", lines: [{ id: "2", quantity: 1, subtotal: "80.00" }] });
    heard = await then("80.00 of it come back", () => accepted(dallah.tells("w-7", "refunds/create", back)));
    assert.match(heard.said[0], /^What you sent back took 80 points along; /);

    // A cart is left, and an hour later spoken of.
    dallah.at("2026-11-21T16:00:00+04:00");
    const left = checkoutBody({ token: "c1", customer: { id: "820982911946154508" }, at: "2026-11-21T15:59:00+04:00", price: "45.00" });
    await then("She fills a cart and leaves it", () => accepted(dallah.tells("w-9", "checkouts/update", left)));
    heard = await then("An hour later", () => dallah.at("2026-11-21T16:59:00+04:00"));
    assert.deepEqual(heard.said, ["Your cart is waiting for you."]);

    // A second spin on the next day; its end is announced, for that promotes and Sara has agreed.
    dallah.at("2026-11-22T11:00:00+04:00");
    heard = await then("The next day she writes «أدر»", () => accepted(dallah.writes(SARA, "أدر")));
    assert.equal(heard.said.length, 1);
    const held = dallah.view("t+971501234567").coupons.filter(({ state }) => state === "usable");
    assert.equal(held.length, 1);
    // A question a day after the order, answered in Arabic digits.
    heard = await then("A day after her last order", () => dallah.at("2026-11-22T11:10:00+04:00"));
    assert.match(heard.said[0], /^كيف كانت قهوتك؟ .*\[1\] .*\[5\]/);
    heard = await then("She writes «٥»", () => accepted(dallah.writes(SARA, "٥")));
    assert.match(heard.said[0], /^ربحت 10 نقاط، /);
    assert.equal(dallah.view("t+971501234567").wallets.points.available, "262");
    heard = await then("A day before the coupon ends, in the quiet hours", () => dallah.at("2026-11-25T00:00:00+04:00"));
    assert.deepEqual(heard.said, []);
    heard = await then("In the morning, outside of the window: the template", () => dallah.at("2026-11-25T09:00:00+04:00"));
    assert.deepEqual(heard.said, [`template \`coupon_expiring\`, ar: ${held[0].coupon}`]);

    // STOP silences what promotes, and neither answers nor what tells of an order.
    heard = await then("Sara writes «STOP»", () => accepted(dallah.writes(SARA, "STOP")));
    assert.match(heard.said[0], /^You will hear no more offers/);
    heard = await then("She writes «SPIN»", () => accepted(dallah.writes(SARA, "SPIN")));
    assert.equal(heard.said.length, 1);
    heard = await then("A day before that coupon ends", () => dallah.at("2026-11-28T12:00:00+04:00"));
    assert.deepEqual(heard.said, []);
    const withdrawn = dallah.app.store.db.prepare("SELECT outcome FROM event WHERE outcome LIKE '%message_suppressed%withdrawn%'").all();
    assert.equal(withdrawn.length, 1);
    heard = await then("She writes «points»", () => accepted(dallah.writes(SARA, "points")));
    assert.match(heard.said[0], /^You have [0-9]+ points\.$/);
    heard = await then("An order of 10.00", () => accepted(dallah.tells("w-8", "orders/paid", order("8001", "2026-11-28T12:00:00+04:00", "10.00"))));
    assert.match(heard.said[0], /^You earned 10 points, /);

    // One person, found by the phone and by the shop's account; nobody was told anything twice.
    assert.deepEqual(dallah.app.store.db.prepare("SELECT id FROM member").pluck().all(), ["t+971501234567"]);
    const names = cloud.messages.map((message) => message.biz_opaque_callback_data);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(dallah.app.store.db.prepare("SELECT reason FROM parked").all(), []);

    const text = `${HEAD}${lines.join("\n")}\n`;
    if (process.env.BLESS === "1") writeFileSync(TRANSCRIPT, text);
    assert.equal(readFileSync(TRANSCRIPT, "utf8"), text, "BLESS=1 writes it anew");
  } finally {
    await dallah.stop();
  }
});

const HEAD = `# What was said

Written by \`test/conversation.test.mjs\`, which compares it: on the right is what arrived at a Cloud API on loopback, through a real
client, from the app under [\`src/\`](src) with the rules of [\`shop.loyalty\`](shop.loyalty). Times are those of Dubai.

| when | what happens | what Sara reads |
| --- | --- | --- |
`;
