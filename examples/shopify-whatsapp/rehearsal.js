#!/usr/bin/env node
// The app with a Cloud API and a shop on loopback, for trying it out: what you type is what a member writes, what arrives is
// printed. Nothing leaves the machine, and nothing is kept.

import { createInterface } from "node:readline";

import { world } from "./test/world/index.js";
import { orderBody, refundBody } from "./test/world/shop.js";

const SARA = "971501234567";
const HELP = `You are Sara, +${SARA}. Write as she would: yes, نعم, points, نقاط, spin, stop.
  /tap 1           taps the first button of the last message
  /order 60 CODE   the shop tells of an order of 60 AED, with a coupon's code if you name one
  /refund 1        it tells that the first order came back
  /cart 200 CODE   her cart asks what it would get
  /days 3          time passes
  /view            what she has
  /quit`;

// Whole seconds, as WhatsApp tells them: what is written is not earlier than what it answers.
const dallah = await world({ now: new Date(Math.floor(Date.now() / 1000) * 1000).toISOString() });
const customer = { id: "820982911946154508", phone: `+${SARA}` };
/** @type {{ id: string, price: string }[]} */
const orders = [];
let seen = 0;

function read() {
  for (const { type, text, interactive, template } of dallah.cloud.messages.slice(seen)) {
    const buttons = (interactive?.action.buttons ?? []).map((/** @type {any} */ { reply }) => ` [${reply.title}]`).join("");
    const values = template?.components?.flatMap((/** @type {any} */ part) => part.parameters.map((/** @type {any} */ value) => value.text));
    console.log(type === "template" ? `  < template ${template.name} (${(values ?? []).join(", ")})` : `  < ${(text ?? interactive.body).body ?? interactive.body.text}${buttons}`);
  }
  seen = dallah.cloud.messages.length;
}

/** @type {Record<string, (rest: string[]) => unknown>} */
const commands = {
  "/help": () => console.log(HELP),
  "/tap": ([number]) => {
    const reply = dallah.cloud.messages.at(-1)?.interactive?.action.buttons?.[Number(number ?? 1) - 1]?.reply;
    if (reply) return dallah.writes(SARA, { payload: reply.id, title: reply.title });
    console.log("  the last message has no such button");
  },
  "/order": ([price = "60", ...codes]) => {
    const id = String(9007199254740993n + BigInt(orders.length));
    orders.push({ id, price });
    const body = orderBody({ id, customer, at: dallah.clock.now.toISOString(), lines: [{ id: "1", sku: "HARAZ", price }], codes });
    return dallah.tells(`order ${id}`, "orders/paid", body);
  },
  "/refund": ([number]) => {
    const order = orders[Number(number ?? 1) - 1];
    if (order === undefined) return console.log("  there is no such order");
    const { id, price } = order;
    const body = refundBody({ id: `1${id}`, order: id, at: dallah.clock.now.toISOString(), lines: [{ id: "1", quantity: 1, subtotal: price }] });
    return dallah.tells(`refund ${id}`, "refunds/create", body);
  },
  "/cart": async ([price = "200", ...codes]) => {
    const cart = { lines: [{ id: "1", sku: "HARAZ", unit_price: price, quantity: 1 }], codes };
    const { body } = await dallah.shop.quote(dallah.app.url, customer.id, cart);
    console.log(`  cart: ${body.discount} off, ${body.total} to pay`);
    for (const { code, reasons } of body.not_applied) console.log(`  ${code}: ${reasons.map((/** @type {any} */ { text }) => text).join(", ")}`);
  },
  "/days": ([days]) => dallah.at(new Date(dallah.clock.now.getTime() + Number(days ?? 1) * 86_400_000).toISOString()),
  "/view": () => {
    for (const id of /** @type {string[]} */ (dallah.app.store.db.prepare("SELECT id FROM member").pluck().all())) {
      console.log(JSON.stringify(dallah.view(id), null, 1));
    }
  },
};

console.log(`${HELP}\n\nlistening on ${dallah.app.url}`);
const input = createInterface({ input: process.stdin, output: process.stdout, prompt: "> " });
input.prompt();
for await (const line of input) {
  const [command, ...rest] = line.trim().split(/\s+/);
  if (command === "/quit") break;
  if (command?.startsWith("/")) await (commands[command] ?? commands["/help"])?.(rest);
  else if (command) await dallah.writes(SARA, line);
  await dallah.quiet();
  read();
  dallah.said.splice(0).forEach((said) => console.log(`  ! ${said}`));
  input.prompt();
}
input.close();
await dallah.stop();
