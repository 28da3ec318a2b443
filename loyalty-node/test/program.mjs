// What the border between JavaScript and the core adds: objects, errors and their properties.

import assert from "node:assert/strict";
import { test } from "node:test";

const TEXT = `program "Corner Shop" { currency EUR  timezone "Europe/Berlin"  version 3 }
wallet points { expire 12 months after earning }
rule base on order { earn 1 points per 1 EUR of order.subtotal }
`;
const JOINED = "2026-01-01T00:00:00Z";
const ORDER = { type: "order", id: "o-1", member: "m-1", at: "2026-11-21T10:00:00+01:00", subtotal: "37.50" };
const EVENT = JSON.stringify(ORDER);

export function testProgram({ Program }) {
  const start = () => {
    const program = Program.compile(TEXT);
    return { program, member: program.enroll("m-1", JOINED) };
  };

  test("a program says its title and version", () => {
    const { program } = start();
    assert.deepEqual([program.title, program.version], ["Corner Shop", 3]);
  });

  test("a member moves with its events", () => {
    const { program, member } = start();
    assert.deepEqual([member.id, member.revision, member.nextDue ?? null], ["m-1", 0n, null]);
    const outcome = JSON.parse(program.apply(member, EVENT));
    assert.equal(outcome.decisions[0].amount, "37");
    assert.equal(BigInt(outcome.revision), member.revision);
    const expired = JSON.parse(program.advance(member, member.nextDue));
    assert.equal(expired.decisions[0].kind, "expired");
  });

  test("explaining changes nothing", () => {
    const { program, member } = start();
    const before = program.save(member);
    assert.equal(typeof JSON.parse(program.explain(member, EVENT)), "object");
    assert.equal(program.save(member), before);
  });

  test("what does not compile is told as objects", () => {
    assert.throws(() => Program.compile(TEXT.replace("wallet points", "wallet coins")), (error) => {
      const [first] = error.diagnostics;
      assert.ok(error instanceof Error);
      assert.deepEqual([error.name, first.code, first.severity], ["RulesError", "L0207", "error"]);
      assert.match(error.message, /L0207/);
      return true;
    });
  });

  test("a refused event says why", () => {
    const { program, member } = start();
    assert.throws(() => program.apply(member, JSON.stringify({ ...ORDER, subtotal: undefined })), (error) => {
      assert.ok(error instanceof Error);
      assert.deepEqual([error.name, error.code, error.field], ["EventError", "missing_field", "subtotal"]);
      assert.equal(error.found, null);
      assert.match(error.message, /^missing_field/);
      return true;
    });
  });

  test("what is no instant is refused alike everywhere", () => {
    const { program, member } = start();
    const refused = { name: "EventError", code: "bad_instant", found: "`tomorrow`" };
    assert.throws(() => program.enroll("m-2", "tomorrow"), refused);
    assert.throws(() => program.apply(member, EVENT, "tomorrow"), refused);
    assert.throws(() => program.advance(member, "tomorrow"), refused);
    assert.throws(() => program.view(member, "tomorrow"), refused);
  });

  test("an event from the future is refused where now is told", () => {
    const { program, member } = start();
    assert.throws(() => program.apply(member, EVENT, JOINED), { name: "EventError", code: "future_event" });
  });

  test("a member of another program is refused", () => {
    const { member } = start();
    const other = Program.compile(TEXT.replaceAll("points", "stars"));
    assert.throws(() => other.apply(member, EVENT), { name: "EventError", code: "other_program" });
  });

  test("state that is none is an error", () => {
    const { program } = start();
    assert.throws(() => program.load("{}"), { name: "StateError" });
  });

  test("what is no member is an error", () => {
    const { program, member } = start();
    for (const wrong of [program, {}, null, undefined, "m-1", Object.create(Object.getPrototypeOf(member))]) {
      assert.throws(() => program.apply(wrong, EVENT), Error);
    }
  });

  test("what is no string is an error", () => {
    const { program, member } = start();
    for (const wrong of [7, {}, null, undefined]) {
      assert.throws(() => Program.compile(wrong), Error);
      assert.throws(() => program.apply(member, wrong), /string/i);
      assert.throws(() => program.enroll(wrong, JOINED), /string/i);
      assert.throws(() => program.advance(member, wrong), /string/i);
    }
    assert.throws(() => program.apply(member, EVENT, 7), /string/i);
    assert.equal(member.revision, 0n);
  });

  test("half a character in a text does no harm", () => {
    const { program, member } = start();
    assert.throws(() => program.advance(member, "\ud800"), { name: "EventError", code: "bad_instant" });
  });
}
