// What the database is asked, beside what the conversations show.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Program } from "loyalty-rules";

import { Store } from "../src/store.js";

const RULES = `program "Shop" { currency EUR }
wallet points { vest after 14 days }
rule base on order { earn 1 points per 1 EUR of order.subtotal }`;

test("who is due comes in the order of time, to the microsecond", () => {
  const store = new Store(":memory:");
  const program = Program.compile(RULES);
  const seconds = ["00.5", "00", "00.25", "01", "00.000001"];
  for (const part of [...seconds, undefined]) {
    const member = program.enroll(part ?? "never", "2026-01-01T00:00:00Z");
    if (part) program.apply(member, { type: "order", id: "o-1", at: `2026-01-05T10:00:${part}Z`, subtotal: 5 });
    assert.equal(member.nextDue, part ? `2026-01-19T10:00:${part}Z` : null);
    store.writeMember(member);
  }
  const due = (part, most = 100) => store.due(new Date(`2026-01-19T10:00:${part}Z`), most);
  assert.deepEqual(due("01"), ["00", "00.000001", "00.25", "00.5", "01"]);
  assert.deepEqual(due("01", 2), ["00", "00.000001"]);
  assert.deepEqual(due("00"), ["00"]);
  assert.deepEqual(due("00.001"), ["00", "00.000001"]);
  assert.deepEqual(due("00.500"), ["00", "00.000001", "00.25", "00.5"]);
  assert.deepEqual(store.due(new Date("2026-01-19T09:59:59.999Z"), 100), []);
});
