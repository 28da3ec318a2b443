// What staff do with the database of a running app.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { orderBody, refundBody } from "./world/shop.js";
import { world } from "./world/index.js";

const MEMBERS = fileURLToPath(new URL("../members.js", import.meta.url));
const AT = "2026-11-21T09:00:00+04:00";

test("members are listed, guests' orders claimed, persons forgotten", async () => {
  const dallah = await world({ now: "2026-11-21T10:00:00+04:00" });
  const env = { ...process.env, LOYALTY_SECRET: "the secret of every test" };
  const staff = (...asked) => execFileSync(process.execPath, [MEMBERS, dallah.config.database, ...asked], { encoding: "utf8", env });
  const wrong = (...asked) => spawnSync(process.execPath, [MEMBERS, ...asked], { encoding: "utf8", env });
  try {
    await dallah.writes("971501234567", "yes");
    await dallah.tells("w-1", "orders/paid", orderBody({ id: "1", at: AT, lines: [{ id: "1", price: "60.00" }] }));
    const back = refundBody({ id: "2", order: "1", at: AT, lines: [{ id: "1", quantity: 1, subtotal: "60.00" }] });
    await dallah.tells("w-2", "orders/paid", orderBody({ id: "3", customer: { id: "5", phone: "+971501234567" }, at: AT, lines: [{ id: "1", price: "10.00" }] }));
    await dallah.quiet();
    let told = staff();
    assert.match(told, /^t\+971501234567\t85 points$/m);
    assert.match(told, /^parked\tguest\tshopify:order:1\t/m);
    assert.match(told, /^outbox\t\{"sent":3\}$/m);

    // The guest was Sara. What comes back of it afterwards takes its points.
    assert.equal(staff("claim", "shopify:order:1", "+971501234567"), "shopify:order:1 is +971501234567's\n");
    assert.equal(JSON.parse(staff("5")).wallets.points.available, "145");
    await dallah.tells("w-3", "refunds/create", back);
    assert.equal(JSON.parse(staff("+971501234567")).wallets.points.available, "85");

    // Forgotten: no table knows the phone, the account or a word that was said; the sums are there.
    await dallah.quiet();
    const pseudonym = staff("erase", "+971501234567").trim();
    const { db } = dallah.app.store;
    for (const table of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()) {
      const text = JSON.stringify(db.prepare(`SELECT * FROM ${table}`).all());
      assert.doesNotMatch(text, /971501234567|shopify:order|wamid/, table);
      assert.equal(Buffer.concat(db.prepare(`SELECT * FROM ${table}`).raw().all().flat().filter(Buffer.isBuffer)).includes("971501234567"), false, table);
    }
    assert.deepEqual(JSON.parse(staff(pseudonym)).wallets.points.available, "85");
    // Who comes back begins from nothing.
    await dallah.writes("971501234567", "points");
    await dallah.quiet();
    assert.equal(dallah.cloud.messages.at(-1).text.body, "You have 0 points.");

    for (const [asked, status, said] of [
      [[], 2, "usage: "],
      [[dallah.config.database, "nobody"], 2, "no member is called nobody"],
      [[dallah.config.database, "claim", "shopify:order:1", "+971501234567"], 1, "no guest's order is called shopify:order:1"],
      [[dallah.config.database, "claim", "x"], 2, "usage: "],
      [[`${dallah.config.database}x`], 1, "file"],
    ]) {
      const done = wrong(...asked);
      assert.equal(done.status, status, done.stderr);
      assert.ok(done.stderr.includes(said), done.stderr);
    }
  } finally {
    await dallah.stop();
  }
});

test("an account whose state cannot be read does not stop the clock for the others", async () => {
  const dallah = await world({ now: "2026-11-21T10:00:00+04:00" });
  try {
    for (const id of ["1", "2"]) {
      const order = orderBody({ id, customer: { id, phone: `+97150000000${id}` }, at: AT, lines: [{ id: "1", price: "60.00" }] });
      assert.equal(await dallah.tells(`w-${id}`, "orders/paid", order), 200);
    }
    dallah.app.store.db.prepare("UPDATE member SET state = ? WHERE id = 's1'").run(Buffer.from("no state"));
    dallah.at("2027-12-01T10:00:00+04:00");
    assert.equal(dallah.view("s2").wallets.points.expired, "110");
    const parked = dallah.app.store.db.prepare("SELECT reason, origin FROM parked").all();
    assert.deepEqual(parked, [{ reason: "time_stopped", origin: "s1" }]);
    assert.deepEqual(dallah.said, []);
  } finally {
    await dallah.stop();
  }
});

test("what nobody will ask for any more goes, and nothing else", async () => {
  const dallah = await world({ now: "2026-11-21T10:00:00+04:00" });
  const { db } = dallah.app.store;
  const counts = () => Object.fromEntries(["delivery", "outbox", "latest", "parked", "event", "identity"].map((table) => [table, db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]));
  try {
    await dallah.writes("971501234567", "points");
    await dallah.quiet();
    await dallah.tells("w-1", "orders/paid", orderBody({ id: "1", at: AT, lines: [{ id: "1", price: "60.00" }] }));
    await dallah.tells("w-2", "orders/paid", orderBody({ id: "2", at: AT, customer: { id: "5" }, test: true, lines: [{ id: "1", price: "60.00" }] }));
    await dallah.tells("w-3", "customers/update", `{"id":5,"updated_at":"${AT}","created_at":"${AT}"}`);
    const before = counts();
    assert.deepEqual(before, { delivery: 3, outbox: 1, latest: 1, parked: 2, event: 2, identity: 2 });
    dallah.at("2026-11-22T10:00:00+04:00");
    assert.deepEqual(counts(), before);
    // Messages go by real time, as they leave by it.
    db.prepare("UPDATE outbox SET since = since - 31 * 86400000").run();
    dallah.at("2027-03-01T10:00:00+04:00");
    assert.deepEqual(counts(), { delivery: 0, outbox: 0, latest: 0, parked: 1, event: 2, identity: 2 });
    assert.deepEqual(db.prepare("SELECT reason FROM parked").pluck().all(), ["guest"]);
  } finally {
    await dallah.stop();
  }
});

test("other rules: points and signals for another member arrive, and what nobody takes comes back", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shopify-whatsapp-rules-"));
  const RULES = join(folder, "gifts.loyalty");
  writeFileSync(
    RULES,
    `program "Gifts" { currency AED  timezone "Asia/Dubai" }
     event thanked {}
     wallet points {}
     rule base    on order    { earn 1 points per 1 AED of order.subtotal }
     rule receive on received { accept points }
     rule gift    on message matching ["gift"]    { transfer 10 points to "s2"  signal thanked to "s2" }
     rule nobody  on message matching ["nowhere"] { transfer 5 points to "s3"  signal thanked to "s3" }
     rule thanked on thanked  { tag "thanked" }`,
  );
  const dallah = await world({ now: "2026-11-21T10:00:00+04:00", env: { RULES } });
  const available = (id) => dallah.view(id).wallets.points.available;
  try {
    for (const id of ["1", "2"]) {
      const order = orderBody({ id, customer: { id, phone: `+97150000000${id}` }, at: AT, lines: [{ id: "1", price: "60.00" }] });
      assert.equal(await dallah.tells(`w-${id}`, "orders/paid", order), 200);
    }
    await dallah.writes("971500000001", "gift");
    assert.deepEqual([available("s1"), available("s2")], ["50", "70"]);
    assert.deepEqual(dallah.view("s2").tags, ["thanked"]);
    await dallah.writes("971500000001", "nowhere");
    assert.deepEqual([available("s1"), available("s2")], ["50", "70"]);
    assert.deepEqual(dallah.app.store.db.prepare("SELECT id FROM member").pluck().all(), ["s1", "s2"]);
    assert.deepEqual(dallah.app.store.db.prepare("SELECT reason FROM parked").all(), []);
  } finally {
    await dallah.stop();
    rmSync(folder, { recursive: true });
  }
});
