// What must not come in, and what comes in and must not count: refused, or parked with its reason.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { post, words } from "./world/cloud-api.js";
import { orderBody, refundBody } from "./world/shop.js";
import { world } from "./world/index.js";

const AT = "2026-11-21T10:00:00+04:00";
/** @type {Awaited<ReturnType<typeof world>>} */
let dallah;
before(async () => (dallah = await world({ now: "2026-11-21T12:00:00+04:00" })));
after(() => dallah.stop());

const body = (id, more = {}) => orderBody({ id, customer: { id: `9${id}` }, at: AT, lines: [{ id: "1", price: "10.00" }], ...more });
const deliver = (id, topic, text, headers) => dallah.shop.deliver(dallah.app.url, { id, topic, body: text }, headers);
const parked = (origin) => dallah.app.store.db.prepare("SELECT reason, event, error FROM parked WHERE origin LIKE ?").all(`%${origin}%`);
const events = (id) => dallah.app.store.db.prepare("SELECT count(*) FROM event WHERE id = ?").pluck().get(id);
const points = (member) => dallah.view(member).wallets.points.available;

test("a forged signature is refused, and nothing is written", async () => {
  assert.equal(await deliver("f-1", "orders/paid", body("1"), { "x-shopify-hmac-sha256": Buffer.alloc(32).toString("base64") }), 401);
  assert.equal(await deliver("f-2", "orders/paid", body("1"), { "x-shopify-hmac-sha256": undefined }), 401);
  // A right signature of another body.
  const { createHmac } = await import("node:crypto");
  const other = createHmac("sha256", dallah.config.shopify.secret).update(body("2")).digest("base64");
  assert.equal(await deliver("f-3", "orders/paid", body("1"), { "x-shopify-hmac-sha256": other }), 401);
  assert.equal(await deliver("f-4", "orders/paid", body("1"), { "x-shopify-webhook-id": undefined }), 400);
  assert.equal(await deliver("f-5", "orders/paid", body("1"), { "x-shopify-shop-domain": "other.myshopify.com" }), 403);
  assert.equal(await deliver("f-6", "orders/paid", ""), 401);
  const said = words("106540352242922", { from: "971500000001", id: "wamid.F", at: dallah.clock.now, text: "نعم" });
  assert.equal(await post(dallah.app.url, said, "another secret"), 401);
  const unsigned = await fetch(`${dallah.app.url}/webhooks/whatsapp`, { method: "POST", body: JSON.stringify(said) });
  assert.equal(unsigned.status, 401);
  assert.equal(events("shopify:order:1"), 0);
  assert.equal(dallah.app.store.memberBy("phone", "+971500000001"), undefined);
  assert.deepEqual(parked("f-"), []);
});

test("bytes that are no UTF-8 count as they came", async () => {
  const bytes = Buffer.concat([Buffer.from('{"id":3,"note":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
  assert.equal(await deliver("u-1", "orders/paid", bytes), 401);
});

test("Meta's handshake echoes the challenge to whoever has the word", async () => {
  const shake = (word, mode = "subscribe") =>
    fetch(`${dallah.app.url}/webhooks/whatsapp?hub.mode=${mode}&hub.verify_token=${encodeURIComponent(word)}&hub.challenge=1158201444`);
  const right = await shake("a word of tests");
  assert.equal(right.status, 200);
  assert.equal(await right.text(), "1158201444");
  assert.equal((await shake("another word")).status, 403);
  assert.equal((await shake("a word of tests", "unsubscribe")).status, 403);
});

test("a replayed body counts once, whatever its delivery is called", async () => {
  for (const id of ["r-1", "r-1", "r-2"]) assert.equal(await deliver(id, "orders/paid", body("10")), 200);
  assert.equal(await deliver("r-3", "orders/updated", body("10")), 200);
  assert.equal(events("shopify:order:10"), 1);
  assert.equal(points("s910"), "60");
  const said = words("106540352242922", { from: "971500000002", id: "wamid.R", at: dallah.clock.now, text: "نعم" });
  for (let time = 0; time < 3; time += 1) assert.equal(await post(dallah.app.url, said, dallah.config.whatsapp.appSecret), 200);
  await dallah.quiet();
  assert.equal(dallah.cloud.messages.filter(({ to }) => to === "971500000002").length, 2);
});

test("a body of ten megabytes is refused before it is read, and the app goes on", async () => {
  const long = `{"id":11,"note":"${"x".repeat(10 * 1024 * 1024)}"}`;
  assert.ok([413, 0].includes(await deliver("l-1", "orders/paid", long)));
  // Without a length it is counted as it comes.
  const streamed = new ReadableStream({
    pull(controller) {
      controller.enqueue(Buffer.alloc(1024 * 1024, 0x20));
    },
  });
  const answer = await fetch(`${dallah.app.url}/webhooks/whatsapp`, { method: "POST", body: streamed, duplex: "half" }).catch(() => ({ status: 0 }));
  assert.ok([413, 0].includes(answer.status));
  assert.equal(await deliver("l-2", "orders/paid", body("12")), 200);
  assert.equal(events("shopify:order:12"), 1);
});

test("ids above 2^53 stay what they are", async () => {
  const id = "820982911946154508";
  const text = orderBody({ id, customer: { id: "9007199254740993" }, at: AT, lines: [{ id: "9007199254740995", price: "10.00" }] });
  assert.equal(await deliver("i-1", "orders/paid", text), 200);
  assert.equal(points("s9007199254740993"), "60");
  const back = refundBody({ id: "9007199254740997", order: id, at: "2026-11-21T11:00:00+04:00", lines: [{ id: "9007199254740995", quantity: 1, subtotal: "10.00" }] });
  assert.equal(await deliver("i-2", "refunds/create", back), 200);
  assert.equal(events("shopify:refund:9007199254740997"), 1);
  assert.equal(dallah.view("s9007199254740993").wallets.points.clawed_back, "60");
});

test("guests, tests and what is no order yet are parked with their reason", async () => {
  const cases = [
    ["guest", { customer: undefined }, "shopify:order:20"],
    ["test", { test: true }, "p-test"],
    ["unpaid", { status: "pending" }, "p-unpaid"],
    ["voided", { status: "voided" }, "p-voided"],
  ];
  for (const [number, [reason, more, origin]] of cases.entries()) {
    const id = `2${number}`;
    assert.equal(await deliver(`p-${reason}`, "orders/create", body(id, more)), 200);
    assert.deepEqual(parked(origin).map((row) => row.reason), [reason]);
    assert.equal(events(`shopify:order:${id}`), 0);
  }
  // A guest's order is kept whole, and once, for the member who claims it.
  assert.equal(await deliver("p-again", "orders/paid", body("20", { customer: undefined })), 200);
  const [guest, ...more] = parked("shopify:order:20");
  assert.deepEqual(more, []);
  assert.equal(JSON.parse(guest.event).lines[0].amount, "10");
});

test("what cannot be read is taken once and kept for people", async () => {
  assert.equal(await deliver("n-1", "orders/paid", "{"), 200);
  assert.equal(await deliver("n-2", "orders/paid", '{"id":30,"line_items":{}}'), 200);
  assert.equal(await deliver("n-3", "orders/fancy", body("31")), 200);
  for (const id of ["n-1", "n-2", "n-3"]) {
    const [row] = parked(`${id}`);
    assert.equal(row.reason, "unreadable");
    assert.ok(JSON.parse(row.error).error);
  }
});

test("a refund before its order waits for it", async () => {
  const back = refundBody({ id: "51", order: "50", at: "2026-11-21T11:00:00+04:00", lines: [{ id: "1", quantity: 1, subtotal: "10.00" }] });
  assert.equal(await deliver("o-1", "refunds/create", back), 200);
  assert.equal(parked("shopify:refund:51")[0].reason, "unknown_order");
  assert.equal(await deliver("o-2", "orders/paid", body("50")), 200);
  assert.deepEqual(parked("shopify:refund:51"), []);
  assert.equal(events("shopify:refund:51"), 1);
  assert.equal(dallah.view("s950").wallets.points.clawed_back, "60");
});

test("an event ahead of the clock waits for it", async () => {
  assert.equal(await deliver("t-1", "orders/paid", body("60", { at: "2026-11-21T13:00:00+04:00" })), 200);
  assert.equal(parked("shopify:order:60")[0].reason, "future_event");
  dallah.at("2026-11-21T13:00:01+04:00");
  assert.deepEqual(parked("shopify:order:60"), []);
  assert.equal(points("s960"), "60");
  dallah.at("2026-11-21T13:00:02+04:00");
});

test("a cart's question has to be signed by the shop's proxy", async () => {
  const cart = { lines: [{ id: "1", unit_price: "120.00", quantity: 1 }], codes: ["hello20"] };
  const right = await dallah.shop.quote(dallah.app.url, "910", cart);
  assert.equal(right.status, 200);
  assert.equal(right.body.discount, "20");
  const arabic = await dallah.shop.quote(dallah.app.url, "910", { ...cart, lines: [{ id: "1", unit_price: "80.00" }], language: "ar" });
  assert.match(arabic.body.not_applied[0].reasons[0].text, /\p{Script=Arabic}/u);
  const forged = await fetch(`${dallah.app.url}/apps/loyalty/quote?shop=${dallah.config.shopify.shop}&logged_in_customer_id=910`, { method: "POST", body: JSON.stringify(cart) });
  assert.equal(forged.status, 401);
  assert.equal((await dallah.shop.quote(dallah.app.url, "910", { lines: 5 })).status, 422);
  assert.equal((await dallah.shop.quote(dallah.app.url, "910", [])).status, 400);
});

test("nothing else is here", async () => {
  assert.equal((await fetch(`${dallah.app.url}/`)).status, 404);
  assert.equal((await fetch(`${dallah.app.url}/webhooks/shopify`)).status, 404);
});

test("one person on two ways is one member; two accounts with one phone are not", async () => {
  // First an account without a phone, then words from a phone, then the shop tells that both are one.
  assert.equal(await deliver("m-1", "orders/paid", body("70")), 200);
  await dallah.writes("971500000070", "yes");
  const customer = (id, phone) => `{"id":${id},"phone":"${phone}","updated_at":"2026-11-21T12:30:00+04:00","created_at":"${AT}"}`;
  assert.equal(await deliver("m-2", "customers/update", customer("970", "+971500000070")), 200);
  await dallah.quiet();
  assert.equal(dallah.app.store.memberBy("phone", "+971500000070"), "s970");
  assert.equal(points("s970"), "85");
  assert.equal(dallah.view("t+971500000070").account.state, "merged");
  await dallah.writes("971500000070", "points");
  await dallah.quiet();
  assert.match(dallah.cloud.messages.at(-1).text.body, /^You have 85 points/);
  // Another account names the same phone.
  assert.equal(await deliver("m-3", "orders/paid", body("71")), 200);
  assert.equal(await deliver("m-4", "customers/update", customer("971", "+971500000070")), 200);
  assert.equal(parked("shopify:profile:971")[0].reason, "two_members");
  assert.equal(points("s971"), "60");
});

test("who has a name and no number is answered under Meta's own id", async () => {
  const said = { from_user_id: "AE.13491208655302741918", id: "wamid.B", timestamp: "1795251700", type: "text", text: { body: "yes" } };
  const { envelope } = await import("./world/cloud-api.js");
  const contacts = [{ user_id: "AE.13491208655302741918", profile: { name: "Sara", username: "sara" } }];
  assert.equal(await post(dallah.app.url, envelope("106540352242922", { contacts, messages: [said] }), dallah.config.whatsapp.appSecret), 200);
  await dallah.quiet();
  assert.equal(points("wAE.13491208655302741918"), "25");
  const { to, recipient, interactive } = dallah.cloud.messages.at(-2);
  assert.deepEqual([to, recipient], [undefined, "AE.13491208655302741918"]);
  assert.match(interactive.body.text, /^Welcome/);
});

test("another number: the member is found by it, and its messages go there", async () => {
  await dallah.writes("971500000080", "yes");
  const { envelope } = await import("./world/cloud-api.js");
  const system = { from: "971500000080", id: "wamid.S", timestamp: "1795251700", type: "system", system: { type: "user_changed_number", wa_id: "971500000081", body: "changed" } };
  assert.equal(await post(dallah.app.url, envelope("106540352242922", { messages: [system] }), dallah.config.whatsapp.appSecret), 200);
  assert.equal(dallah.app.store.memberBy("phone", "+971500000081"), "t+971500000080");
  assert.equal(dallah.app.store.memberBy("phone", "+971500000080"), undefined);
  await dallah.writes("971500000081", "points");
  await dallah.quiet();
  assert.equal(dallah.cloud.messages.at(-1).to, "971500000081");
});
