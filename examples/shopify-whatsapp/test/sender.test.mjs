// Messages leave once: through refusals, broken connections, lost answers and restarts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { errorOf } from "./world/cloud-api.js";
import { orderBody } from "./world/shop.js";
import { world } from "./world/index.js";

const SARA = "971501234567";
const rows = (dallah) => dallah.app.store.db.prepare("SELECT state, attempt, error, message FROM outbox ORDER BY position").all();
const told = (dallah) => dallah.cloud.messages.map(({ text, interactive }) => (text ?? interactive).body);

/** A world in which one message is asked for. @param {object} how @param {(dallah: Awaited<ReturnType<typeof world>>) => Promise<void>} what */
async function within(how, what) {
  const dallah = await world({ now: "2026-11-21T10:00:00+04:00", ...how });
  try {
    await what(dallah);
  } finally {
    await dallah.stop();
  }
}

test("the Cloud API is busy: again, later, in order", () =>
  within({}, async (dallah) => {
    const busy = () => ({ status: 429, body: errorOf(130429, "too many requests") });
    dallah.cloud.instead.push(busy, busy, () => ({ status: 500, body: errorOf(131016, "overloaded") }));
    await dallah.writes(SARA, "points");
    await dallah.writes(SARA, "stop");
    await dallah.quiet();
    assert.deepEqual(told(dallah), ["You have 0 points.", "You will hear no more offers from us. Write POINTS at any time."]);
    assert.deepEqual(rows(dallah).map(({ state, attempt }) => [state, attempt]), [["sent", 4], ["sent", 1]]);
  }));

test("the token has run out: nothing is lost, and no attempt is spent", () =>
  within({ env: { SEND_BACK_OFF_MS: "1", SEND_ATTEMPTS: "2" } }, async (dallah) => {
    const refused = () => ({ status: 401, body: errorOf(190, "the token has run out") });
    dallah.cloud.instead.push(refused, refused, refused, refused);
    await dallah.writes(SARA, "points");
    await dallah.quiet();
    assert.deepEqual(rows(dallah).map(({ state, attempt }) => [state, attempt]), [["sent", 1]]);
    assert.ok(dallah.said.some((line) => line.startsWith("nothing is sent before this is mended: ")));
  }));

test("what fails again and again is given up", () =>
  within({ env: { SEND_BACK_OFF_MS: "1", SEND_ATTEMPTS: "3" } }, async (dallah) => {
    const pair = () => ({ status: 400, body: errorOf(131056, "too many messages to this member") });
    dallah.cloud.instead.push(pair, pair, pair);
    await dallah.writes(SARA, "points");
    await dallah.quiet();
    assert.deepEqual(rows(dallah).map(({ state, attempt, error }) => [state, attempt, error]), [["failed", 3, "131056"]]);
    assert.equal(dallah.cloud.messages.length, 0);
  }));

test("what is refused for good is given up, and the rules hear of it", () =>
  within({}, async (dallah) => {
    dallah.cloud.instead.push(() => ({ status: 400, body: errorOf(131026, "undeliverable") }));
    await dallah.writes(SARA, "yes");
    await dallah.quiet();
    // The welcome failed; what tells of the points had been decided before that, and left.
    assert.deepEqual(rows(dallah).map(({ state, error }) => [state, error]), [["failed", "131026"], ["sent", null]]);
    const last = dallah.app.store.db.prepare("SELECT body FROM event WHERE id LIKE 'whatsapp:refused:%'").pluck().all();
    assert.equal(JSON.parse(last[0]).error, 131026);
  }));

test("a template that failed is not tried again, and a failure told later counts too", () =>
  within({}, async (dallah) => {
    await dallah.writes(SARA, "points");
    await dallah.quiet();
    dallah.cloud.tell(dallah.cloud.messages[0], "wamid.000001", "failed", 131049);
    await dallah.quiet();
    assert.deepEqual(rows(dallah).map(({ state, error }) => [state, error]), [["failed", "131049"]]);
    assert.equal(dallah.cloud.messages.length, 1);
  }));

test("outside of the window after all: the template says the same", () =>
  within({}, async (dallah) => {
    await dallah.writes(SARA, "yes");
    await dallah.quiet();
    assert.equal(dallah.cloud.messages[1].type, "text");
    dallah.cloud.tell(dallah.cloud.messages[1], "wamid.000002", "failed", 131047);
    await dallah.quiet();
    assert.equal(dallah.cloud.messages.length, 3);
    assert.equal(dallah.cloud.messages[2].template.name, "points_earned");
    // It fails once more: that is the end of it.
    dallah.cloud.tell(dallah.cloud.messages[2], "wamid.000003", "failed", 131047);
    await dallah.quiet();
    assert.equal(dallah.cloud.messages.length, 3);
  }));

test("the answer is lost: the status says that it has left, and it is not sent twice", () =>
  within({ env: { SEND_UNSURE_MS: "5000" } }, async (dallah) => {
    dallah.cloud.instead.push(() => "hang up late");
    await dallah.writes(SARA, "points");
    await dallah.quiet();
    assert.equal(dallah.cloud.messages.length, 1);
    assert.deepEqual(rows(dallah).map(({ state, attempt }) => [state, attempt]), [["sent", 1]]);
  }));

test("the request is lost: no status comes, and it is sent again", () =>
  within({ env: { SEND_UNSURE_MS: "1500" } }, async (dallah) => {
    dallah.cloud.instead.push(() => "hang up");
    await dallah.writes(SARA, "points");
    await dallah.quiet();
    assert.equal(dallah.cloud.messages.length, 1);
    assert.deepEqual(rows(dallah).map(({ state, attempt }) => [state, attempt]), [["sent", 2]]);
  }));

test("a restart between the mark and the answer: the mark waits for its status", () =>
  within({ env: { SEND_UNSURE_MS: "3000" } }, async (dallah) => {
    await dallah.writes(SARA, "points");
    await dallah.quiet();
    // As a process that died with the request on its way has left it: one message that arrived, and one that did not.
    const underWay = "UPDATE outbox SET state = 'sending', wamid = NULL, since = 0";
    dallah.cloud.webhook = undefined;
    dallah.cloud.tell(dallah.cloud.messages[0], "wamid.000001", "sent");
    await dallah.restart((database) => database.prepare(underWay).run());
    await dallah.quiet();
    assert.equal(dallah.cloud.messages.length, 1);
    await dallah.restart((database) => database.prepare(underWay).run());
    await dallah.quiet();
    assert.equal(dallah.cloud.messages.length, 2);
  }));

test("who has not agreed hears nothing; who cannot be reached costs no attempt", () =>
  within({}, async (dallah) => {
    const at = "2026-11-21T09:00:00+04:00";
    await dallah.tells("w-1", "orders/paid", orderBody({ id: "1", customer: { id: "5", phone: "+971501234567" }, at, lines: [{ id: "1", price: "10.00" }] }));
    await dallah.quiet();
    assert.deepEqual(rows(dallah), []);
    assert.match(dallah.app.store.db.prepare("SELECT outcome FROM event").pluck().get(), /"reason":"no_consent"/);
  }));
