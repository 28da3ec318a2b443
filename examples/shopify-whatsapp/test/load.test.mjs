// Thousands of webhooks, some twice, some out of order, to a process that is killed three times: no event is lost, none counts
// twice, no message is sent twice, and balances are those of a straight replay. `LOAD=10000` is the full size.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Program } from "loyalty-rules";
import { shopify, whatsapp } from "loyalty-rules/hosts";

import { readConfig } from "../src/config.js";
import { Store } from "../src/store.js";
import { CloudApi } from "./world/cloud-api.js";
import { environment } from "./world/index.js";
import { arrivals, END, season } from "./world/season.js";
import { Shop } from "./world/shop.js";

const COUNT = Number(process.env.LOAD ?? 2500);
const SEED = 20261121;
const KILLS = [0.25, 0.5, 0.75];
const AT_ONCE = 8;
/** How long a message whose answer was lost waits for its status; statuses have to be quicker, or it is sent twice. */
const UNSURE = 15_000;
const SERVER = fileURLToPath(new URL("../server.js", import.meta.url));

/** A process of the app; `url` when it listens. @param {Record<string, string>} env */
async function process_(env) {
  const child = spawn(process.execPath, [SERVER], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
  const url = await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => resolve(/listening on (\S+)/.exec(String(text))?.[1]));
    void ended.then((how) => reject(new Error(`the app ended: ${how}`)));
  });
  return { url, end: (signal) => (child.kill(signal), ended) };
}

test(`${COUNT} webhooks, and three kills`, { timeout: 600_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "shopify-whatsapp-load-"));
  const given = environment(join(folder, "loyalty.db"));
  const cloud = new CloudApi({ appSecret: given.WHATSAPP_APP_SECRET, phoneNumberId: given.WHATSAPP_PHONE_NUMBER_ID, token: given.WHATSAPP_TOKEN }, { at: () => new Date(END) });
  // The shop's own rules but for one: whether an order is the first depends on what was called off before it, so that bonus is another
  // one where a cancellation and an order change places. All else gives the same in any order.
  const RULES = join(folder, "shop.loyalty");
  const whole = readFileSync(new URL("../shop.loyalty", import.meta.url), "utf8");
  const rules = whole.replace(/^rule first_order .*\n/m, "").replace(/^test "a yes, [^]*?^}\n/m, "");
  assert.equal(whole.match(/^(rule|test) /gm).length - rules.match(/^(rule|test) /gm).length, 2);
  writeFileSync(RULES, rules);
  const env = { ...given, RULES, WHATSAPP_BASE_URL: await cloud.start(), CLOCK: END, SEND_UNSURE_MS: String(UNSURE), SEND_TICK_MS: "50" };
  const shop = new Shop({ secret: given.SHOPIFY_API_SECRET, shop: given.SHOPIFY_SHOP });
  const happenings = season(COUNT, SEED, given.WHATSAPP_PHONE_NUMBER_ID);
  const deliveries = arrivals(happenings, SEED);
  let app = await process_(env);
  cloud.webhook = app.url;
  const started = Date.now();
  try {
    // Deliveries, several at once; what is not confirmed comes again, as from Shopify and Meta. ---------------------------------
    const deliver = async (one) => {
      if (one.channel === "shopify") return shop.deliver(app.url, one);
      const signature = createHmac("sha256", given.WHATSAPP_APP_SECRET).update(one.body).digest("hex");
      const headers = { "x-hub-signature-256": `sha256=${signature}` };
      const url = `${app.url}/webhooks/whatsapp`;
      return fetch(url, { method: "POST", headers, body: one.body }).then((answer) => answer.arrayBuffer().then(() => answer.status), () => 0);
    };
    const kills = KILLS.map((share) => Math.floor(share * deliveries.length));
    let [next, again, killed] = [0, 0, 0];
    /** @type {Promise<void> | undefined} */
    let reviving;
    const worker = async () => {
      while (next < deliveries.length) {
        if (next >= (kills[0] ?? Infinity)) {
          kills.shift();
          killed += 1;
          await reviving;
          // In the middle of whatever it does, with requests of the other workers on their way. Of its messages some were taken, and
          // neither an answer nor a status has come yet; of others the request was lost.
          reviving = (async () => {
            cloud.webhook = undefined;
            cloud.instead.push(() => "hold", () => "hang up", () => "hold", () => "hang up");
            for (let times = 0; cloud.instead.length > 0 && times < 500; times += 1) await new Promise((resolve) => setTimeout(resolve, 10));
            assert.equal(await app.end("SIGKILL"), "SIGKILL");
            app = await process_(env);
            cloud.webhook = app.url;
          })();
        }
        const one = deliveries[next];
        next += 1;
        while ((await deliver(one)) !== 200) {
          again += 1;
          await reviving;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const delivered = Date.now() - started;
    assert.equal(killed, KILLS.length);
    assert.ok(again > 0, "no kill has hit a delivery");
    assert.deepEqual([cloud.held, cloud.lost], [2 * KILLS.length, 2 * KILLS.length], "no kill has hit a message");

    // Until nothing is on its way any more.
    for (;;) {
      const { outbox } = await (await fetch(`${app.url}/health`)).json();
      if (!outbox.waiting && !outbox.sending && cloud.undelivered === 0) break;
      assert.ok(Date.now() - started < 500_000, `still on its way: ${JSON.stringify(outbox)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(await app.end("SIGTERM"), 0);
    assert.ok(cloud.longest < UNSURE, `the machine is too slow for this test: a status took ${cloud.longest} ms`);
    const store = new Store(given.DATABASE);
    try {
      judge(store, happenings, cloud, env);
    } finally {
      store.close();
    }
    console.log(
      `# ${happenings.length} webhooks, ${deliveries.length} deliveries, ${again} of them once more because of ${killed} kills, ` +
        `in ${(delivered / 1000).toFixed(1)} s; ${cloud.messages.length} messages, the slowest status after ${(cloud.longest / 1000).toFixed(1)} s; ${((Date.now() - started) / 1000).toFixed(1)} s in all`,
    );
  } finally {
    await app.end("SIGKILL");
    await cloud.stop();
    rmSync(folder, { recursive: true });
  }
});

/** What is in the database and at the Cloud API, beside what happened. */
function judge(store, happenings, cloud, env) {
  const program = Program.compile(readConfig(env).program.text, { secret: env.LOYALTY_SECRET });
  const all = (sql) => store.db.prepare(sql).all();

  // No event is lost, and none counts twice: each is in the log once, or parked with the reason that it should have.
  const told = happenings.map((one) => (one.channel === "shopify" ? shopify.events(one.topic, one.body) : whatsapp.events(one.body)));
  const expected = new Set(told.flatMap(({ events }) => events.map(({ event }) => event.id)));
  const logged = all("SELECT id FROM event").map(({ id }) => id).filter((id) => /^(shopify|whatsapp):(?!status|refused)/.test(id));
  assert.equal(new Set(logged).size, logged.length);
  assert.deepEqual([...logged].sort(), [...expected].sort());
  const parked = told.flatMap(({ parked }) => parked.map(({ reason }) => reason)).sort();
  assert.ok(parked.includes("guest") && parked.includes("test"));
  assert.deepEqual(all("SELECT reason FROM parked").map(({ reason }) => reason).sort(), parked);

  // No message is sent twice, and none is lost: what was decided is what arrived, each once, in the same words.
  const decided = all("SELECT member, outcome FROM event").flatMap(({ outcome }) => JSON.parse(outcome).decisions.filter(({ kind }) => kind === "message"));
  const outbox = all("SELECT position, message, state FROM outbox");
  assert.deepEqual([...new Set(outbox.map(({ state }) => state))], ["sent"]);
  assert.deepEqual(outbox.map(({ message }) => message).sort(), decided.map((message) => JSON.stringify(message)).sort());
  const arrived = new Map();
  for (const message of cloud.messages) {
    const name = message.biz_opaque_callback_data;
    assert.ok(!arrived.has(name), `twice: ${JSON.stringify(message)}`);
    arrived.set(name, message);
  }
  // What was lost was sent again, and whatever a kill has met between its mark and its request.
  assert.ok(all("SELECT position FROM outbox WHERE attempt > 1").length >= cloud.lost);
  assert.deepEqual([...arrived.keys()].sort(), outbox.map(({ position }) => store.callback(position)).sort());

  // Each member is what the log makes of it, to the byte; and has what a straight replay gives, in the order in which things
  // happened, each once.
  const members = all("SELECT id, state FROM member");
  const logs = new Map(members.map(({ id }) => [id, program.enroll(id, readConfig(env).program.opened)]));
  for (const { member, body } of all("SELECT member, body FROM event ORDER BY position")) {
    const event = JSON.parse(body);
    if (event.type === "time") program.advance(logs.get(member), event.at);
    else program.apply(logs.get(member), event);
  }
  const straight = new Map(members.map(({ id }) => [id, program.enroll(id, readConfig(env).program.opened)]));
  for (const { keys, event } of told.flatMap(({ events }) => events)) {
    const id = ["shopify", "phone", "order"].map((kind) => keys[kind] && store.memberBy(kind, keys[kind])).find(Boolean);
    program.apply(straight.get(id), { ...event, member: id });
  }
  let points = 0n;
  for (const { id, state } of members) {
    assert.deepEqual(Buffer.from(logs.get(id).saveBinary()), state, id);
    program.advance(straight.get(id), END);
    const [is, should] = [program.load(state), straight.get(id)].map((member) => program.view(member, END).wallets.points);
    for (const sum of ["available", "debt", "issued", "clawed_back", "spent", "expired"]) assert.equal(is[sum], should[sum], `${sum} of ${id}`);
    points += BigInt(is.available);
  }
  assert.ok(points > 0n);
  assert.deepEqual(all("SELECT counter FROM claimed WHERE CAST(count AS REAL) < 0"), []);
}
