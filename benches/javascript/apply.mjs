// What one `apply` costs in JavaScript: in Node and in WebAssembly, over the core's own cost and over the same job written by
// hand, all in one run.
//
//     npm --prefix loyalty-node run build -- --release && cargo xtask wasm --release
//     node benches/javascript/apply.mjs
//
// The order is that of `benches/src/lib.rs`: five lines, ten rules, on a member who has seen orders before.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const require = createRequire(import.meta.url);
const node = require("../../loyalty-node/index.js");
const wasm = require("../../loyalty-wasm/pkg/node/index.js");

const ROUNDS = 60;
const JOINED = "2026-01-01T00:00:00Z";

/** The ten rules, as a programmer writes them who knows that money is no float: whole cents. */
function byHand(order) {
  const cents = (digits) => Math.round(Number(digits) * 100);
  const sums = { coffee: 0, pastry: 0, retail: 0 };
  let units = 0;
  for (const { category, amount, quantity } of order.lines) {
    if (category in sums) sums[category] += cents(amount);
    if (category === "drinks") units += quantity;
  }
  const [subtotal, shipping] = [cents(order.subtotal), cents(order.shipping)];
  let points = (subtotal + sums.coffee + 2 * sums.pastry) / 100 + units + 3 * Math.floor(sums.retail / 1000);
  if (subtotal >= 10_000) points += 50;
  if (subtotal >= 50_000) points += 500;
  if (order.payment === "card") points += 5;
  if (["KLCC", "Bangsar"].includes(order.branch)) points += 5;
  if (shipping > 500) points += Math.floor(shipping / 500);
  return Math.floor(points);
}

/** The quickest tenth of the rounds, in nanoseconds a call: what is slower had to wait for others. `prepare` is not measured. */
function time(calls, prepare, round) {
  const times = [];
  for (let number = 0; number < ROUNDS + 20; number += 1) {
    const prepared = prepare();
    const started = process.hrtime.bigint();
    round(prepared);
    // The first rounds warm up.
    if (number >= 20) times.push(Number(process.hrtime.bigint() - started) / calls);
  }
  return times.sort((left, right) => left - right)[Math.floor(ROUNDS / 10)];
}

function row(name, nanos, core) {
  const ratio = core === undefined ? "" : `${(nanos / core).toFixed(2).padStart(6)} of the core, ${((nanos - core) / 1000).toFixed(2)} µs more`;
  console.log(`  ${name.padEnd(44)} ${(nanos / 1000).toFixed(2).padStart(7)} µs ${ratio}`);
}

const told = execFileSync("cargo", ["run", "--release", "--quiet", "--package", "benches", "--bin", "border"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 });
for (const { program: name, text, seen, next, ...core } of told.trim().split("\n").map((line) => JSON.parse(line))) {
  const [decode, apply, bulk, write] = [core.decode, core.apply, core.bulk, core.write].map(Number);
  const objects = next.map((json) => JSON.parse(json));
  const numbers = objects.map((order) => ({ ...order, subtotal: Number(order.subtotal), lines: order.lines.map((line) => ({ ...line, amount: Number(line.amount) })) }));
  const forms = { "an object": objects, "an object with numbers": numbers, "JSON text": next, "a Buffer of JSON": next.map((json) => Buffer.from(json)) };
  console.log(`${name} program, an order of five lines:`);
  row("the core: JSON in, JSON out", apply);
  row("  of that, reading the JSON", decode);
  row("  of that, writing the outcome", write);
  if (name === "ten") {
    row("by hand in JavaScript, from an object", time(objects.length, () => objects, (orders) => orders.forEach((order) => byHand(order))));
    const parsed = (orders) => orders.forEach((json) => JSON.stringify({ points: byHand(JSON.parse(json)) }));
    row("by hand in JavaScript, from JSON text", time(next.length, () => next, parsed));
  }
  for (const [host, { Program }] of Object.entries({ Node: node, WebAssembly: wasm })) {
    const program = Program.compile(text);
    const warm = program.enroll("m-1", JOINED);
    for (const order of seen) program.apply(warm, order);
    const amount = program.apply(warm.copy(), next[0]).decisions[0]?.amount;
    if (name === "ten" && Number(amount) !== byHand(objects[0])) throw new Error(`${amount} is not what is computed by hand`);
    if (host === "Node") {
      const outcomes = () => {
        const member = warm.copy();
        return next.map((json) => JSON.stringify(program.apply(member, json)));
      };
      row("JSON.parse of an outcome, alone", time(next.length, outcomes, (told) => told.forEach((json) => JSON.parse(json))));
    }
    for (const [form, events] of Object.entries(forms)) {
      const round = (member) => {
        let decisions = 0;
        for (const event of events) decisions += program.apply(member, event).decisions.length;
        member.close();
        return decisions;
      };
      row(`${host}, ${form}`, time(events.length, () => warm.copy(), round), apply);
    }
    const lines = Array.from({ length: 50 }, (_, member) => next.map((json) => json.replace('"m-1"', `"m-${member}"`))).flat();
    const bytes = Buffer.from(lines.join("\n"));
    const times = [];
    for (let number = 0; number < 7; number += 1) {
      const started = process.hrtime.bigint();
      const replay = await program.replay(bytes, { threads: 1 });
      times.push(Number(process.hrtime.bigint() - started) / lines.length);
      if (replay.summary.applied !== lines.length) throw new Error("the history was not applied");
      replay.close();
    }
    row(`${host}, replay of ${lines.length} lines, each`, Math.min(...times), bulk);
  }
}
