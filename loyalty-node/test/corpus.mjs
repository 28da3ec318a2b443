// Plays the corpus of good programs in a host of JavaScript: every event and every advance gives the outcome or error of
// the file, to the byte. What a case file says is read here as `loyalty-core/tests/corpus` reads it.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../../corpus/good");
// A view shows nothing older than the member's own clock.
const BEFORE_EVERYTHING = "1970-01-01T00:00:00Z";

/** Plays every case, tells of every one that fails, then fails once. */
export function testCorpus({ Program }) {
  test("the corpus of good programs", () => {
    const names = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith(".case"));
    let [passed, bare] = [0, 0];
    for (const name of names.sort()) {
      try {
        const found = read(readFileSync(join(ROOT, name), "utf8"));
        play(Program, found);
        passed += 1;
        bare += found.outcomes.length === 0 ? 1 : 0;
      } catch (error) {
        console.error(`${name}: ${error.name}: ${error.message}`);
      }
    }
    if (bare > 0) console.log(`${bare} cases have no outcomes yet; their expectations were checked`);
    console.log(`${passed} passed, ${names.length - passed} failed`);
    assert.ok(passed === names.length && passed > 0, "every case passes, and there are some");
  });
}

/** What a case file says. */
function read(text) {
  const [head, outcomes] = text.split("=== outcomes\n");
  const sections = head.split("=== ").map((section) => {
    const end = section.indexOf("\n");
    return { name: section.slice(0, end), body: section.slice(end + 1) };
  });
  const bodies = (name) => sections.filter((section) => section.name === name).map((section) => section.body);
  const lines = bodies("steps").flatMap((body) => body.split("\n").slice(0, -1));
  const enrolment = lines.find((line) => line.startsWith("enroll "));
  const steps = lines.filter((line) => !line.startsWith("enroll "));
  const first = JSON.parse(steps.find((line) => line.startsWith("{")) ?? "{}");
  return {
    programs: bodies("program"),
    // An id may be sent as a number.
    member: String(first.member ?? "m-1"),
    enrolledAt: enrolment?.slice("enroll ".length) ?? first.at,
    steps,
    outcomes: outcomes.split("\n").slice(0, -1),
  };
}

function play(Program, { programs, member: id, enrolledAt, steps, outcomes: wanted }) {
  let next = 0;
  let program = Program.compile(programs[next++]);
  let member = program.enroll(id, enrolledAt);
  let now;
  const outcomes = [];
  const note = (happen) => {
    try {
      outcomes.push(happen());
    } catch (error) {
      if (error.name !== "EventError") throw error;
      outcomes.push(errorJson(error));
    }
  };
  for (const step of steps) {
    const [word] = step.split(" ", 1);
    const rest = step.slice(word.length + 1);
    if (step.startsWith("{")) note(() => program.apply(member, step, now));
    else if (word === "raw") note(() => program.apply(member, rest, now));
    else if (word === "advance") note(() => program.advance(member, rest));
    else if (word === "now") now = rest;
    else if (step === "next program") {
      const saved = program.save(member);
      program = Program.compile(programs[next++]);
      member = program.load(saved);
    } else if (word === "expect") {
      const [path] = rest.split(" ", 1);
      const view = JSON.parse(program.view(member, BEFORE_EVERYTHING));
      assert.deepEqual(look(view, path), JSON.parse(rest.slice(path.length + 1)), step);
    } else if (word === "refused") assert.equal(JSON.parse(outcomes.at(-1)).error, rest, step);
    else if (word === "replayed") assert.equal(JSON.parse(outcomes.at(-1)).replayed, true, step);
    else assert.fail(`no such step: ${step}`);
  }
  assert.equal(next, programs.length, "there is a program that no step comes to");
  const saved = program.save(member);
  assert.equal(program.save(program.load(saved)), saved);
  // A case that is being written has expectations first and outcomes when those hold; the core's own runner lets no case
  // without outcomes pass.
  if (wanted.length > 0) assert.deepEqual(outcomes, wanted);
}

/** What the core writes for the same error, from the properties. */
function errorJson({ code, field, expected, found, help }) {
  const told = Object.entries({ error: code, field, expected, found, help });
  return JSON.stringify(Object.fromEntries(told.filter(([, value]) => value !== null)));
}

/** What stands at a dotted path; numbers count the items of a list from zero. */
function look(view, path) {
  return path.split(".").reduce((value, part) => value?.[part], view);
}
