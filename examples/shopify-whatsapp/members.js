#!/usr/bin/env node
// Looks into the database of an app that may be running: members and their points, what was parked and why, what waits to be sent.
//
//   node members.js DATABASE            everybody, and all that is parked
//   node members.js DATABASE MEMBER     all about one member, found by its id, phone, email or account

import { Program } from "loyalty-rules";
import { readFileSync } from "node:fs";

import { Store } from "./src/store.js";

const [, , path, wanted] = process.argv;
if (!path) {
  console.error("usage: node members.js DATABASE [MEMBER]");
  process.exit(2);
}
const rules = process.env.RULES ?? new URL("shop.loyalty", import.meta.url).pathname;
const program = Program.compile(readFileSync(rules, "utf8"), { name: rules });
const store = new Store(path);

if (wanted === undefined) {
  for (const row of /** @type {any[]} */ (store.db.prepare("SELECT id, state FROM member ORDER BY id").all())) {
    const { wallets } = program.view(program.load(row.state));
    const points = Object.entries(wallets).map(([name, { available }]) => `${available} ${name}`);
    console.log(`${row.id}\t${points.join(", ")}`);
  }
  for (const row of /** @type {any[]} */ (store.db.prepare("SELECT * FROM parked ORDER BY position").all())) {
    console.log(`parked\t${row.reason}\t${row.origin}\t${row.error ?? row.event ?? ""}`);
  }
  console.log(`outbox\t${JSON.stringify(store.outboxCounts())}`);
} else {
  const found = ["phone", "email", "shopify", "bsuid"].map((kind) => store.memberBy(kind, wanted)).find(Boolean);
  const row = store.member(found ?? wanted);
  if (row === undefined) {
    console.error(`no member is called ${wanted}, and none is found by it`);
    process.exit(1);
  }
  console.log(JSON.stringify(program.view(program.load(row.state)), null, 2));
}
store.close();
