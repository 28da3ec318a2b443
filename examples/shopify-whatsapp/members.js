#!/usr/bin/env node
// Looks into the database of an app that may be running, and does what staff decide: see USAGE.

import { readFileSync } from "node:fs";

import { Program } from "loyalty-rules";

import { Engine } from "./src/engine.js";
import { Store } from "./src/store.js";

const USAGE = `usage: node members.js DATABASE                      everybody, what was parked and why, and the outbox
       node members.js DATABASE MEMBER               all about one member
       node members.js DATABASE claim ORDER MEMBER   a guest's order, such as shopify:order:450789469, is this member's
       node members.js DATABASE erase MEMBER         the person is forgotten, the sums stay
A member is named by its id, phone, e-mail address or account at the shop.`;

/** What is wrong with what was asked for. */
class Wrong extends Error {}

/** @param {Store} store @param {string} named @returns {string} its id */
function member(store, named) {
  const found = ["phone", "email", "shopify", "bsuid"].map((kind) => store.memberBy(kind, named)).find(Boolean) ?? named;
  if (store.member(found) === undefined) throw new Wrong(`no member is called ${named}, and none is found by it`);
  return found;
}

/** @param {Store} store @param {Program} program @param {string[]} asked */
function answer(store, program, asked) {
  const opened = process.env.LOYALTY_OPENED ?? "2026-01-01T00:00:00+04:00";
  const engine = new Engine(store, program, /** @type {any} */ ({ clock: () => new Date(), program: { opened } }));
  const [what, ...rest] = asked;
  if (what === "claim" && rest.length === 2) {
    store.transaction(() => engine.claimed(rest[0], member(store, rest[1])));
    return console.log(`${rest[0]} is ${rest[1]}'s`);
  }
  if (what === "erase" && rest.length === 1) return console.log(store.transaction(() => engine.erase(member(store, rest[0]))));
  if (what !== undefined && rest.length === 0) {
    return console.log(JSON.stringify(program.view(/** @type {any} */ (engine.load(member(store, what)))), null, 2));
  }
  if (what !== undefined) throw new Wrong(USAGE);
  for (const id of /** @type {string[]} */ (store.db.prepare("SELECT id FROM member ORDER BY id").pluck().all())) {
    const { wallets } = program.view(/** @type {any} */ (engine.load(id)));
    console.log(`${id}\t${Object.entries(wallets).map(([name, { available }]) => `${available} ${name}`).join(", ")}`);
  }
  for (const row of /** @type {any[]} */ (store.db.prepare("SELECT * FROM parked ORDER BY position").all())) {
    console.log(`parked\t${row.reason}\t${row.origin}\t${row.error ?? row.event ?? ""}`);
  }
  console.log(`outbox\t${JSON.stringify(store.outboxCounts())}`);
}

const [, , path, ...asked] = process.argv;
/** @type {Store | undefined} */
let store;
try {
  if (path === undefined) throw new Wrong(USAGE);
  store = new Store(path, { fileMustExist: true });
  const rules = process.env.RULES ?? new URL("shop.loyalty", import.meta.url).pathname;
  const secret = process.env.LOYALTY_SECRET;
  answer(store, Program.compile(readFileSync(rules, "utf8"), { name: rules, ...(secret && { secret }) }), asked);
} catch (error) {
  console.error(/** @type {any} */ (error).message);
  process.exitCode = error instanceof Wrong ? 2 : 1;
} finally {
  store?.close();
}
