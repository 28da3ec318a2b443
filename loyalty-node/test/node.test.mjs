import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { inspect } from "node:util";

import { testHost } from "./shared/host.mjs";

const loyalty = createRequire(import.meta.url)("loyalty-rules");

testHost("Node", loyalty);

test("Node: what is closed gives its memory back at once, though the collector has no turn", () => {
  const program = loyalty.Program.compile(`program "Shop" { currency EUR }
wallet points {}
rule base on order { earn 1 points per 1 EUR of order.subtotal }
`);
  const member = program.enroll("m-1", "2026-01-01T00:00:00Z");
  for (let number = 0; number < 300; number += 1) {
    program.apply(member, { type: "order", id: `o-${number}`, at: "2026-01-05T10:00:00Z", subtotal: 5 });
  }
  const bytes = member.saveBinary();
  const grown = (times) => {
    const before = process.memoryUsage().rss;
    for (let time = 0; time < times; time += 1) program.load(bytes).close();
    return (process.memoryUsage().rss - before) / 2 ** 20;
  };
  grown(50);
  const megabytes = grown(600);
  assert.ok(megabytes < 20, `${megabytes} MB more`);
});

test("Node: a console shows whose state it is, and what is closed", () => {
  const program = loyalty.Program.compile('program "Shop" { version 3 }');
  const member = program.enroll("m-1", "2026-01-01T00:00:00Z");
  assert.equal(inspect(program), "Program { title: 'Shop', version: 3 }");
  assert.equal(inspect([member]), "[ Member { id: 'm-1', revision: 0, nextDue: null } ]");
  member.close();
  assert.equal(inspect(member), "Member (closed)");
  assert.equal(inspect(program.report()), "Report {}");
});
