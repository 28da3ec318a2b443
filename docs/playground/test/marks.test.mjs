// What is left at the steps goes with its events.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Marks } from "../src/marks.js";

const A = "abcdef";

/** Marks at the events of some letters: each of them is open, and something is typed into it. */
function marked(letters) {
  const marks = new Marks();
  for (const letter of letters) {
    const index = A.indexOf(letter);
    marks.open(`e${index}`);
    marks.type({ index, text: letter }, `${letter}!`);
  }
  return marks;
}

/** What is typed into each of the lines, and which of them are open. */
const left = (marks, lines) => [
  [...lines].map((text, index) => marks.typedInto({ index, text }) ?? "").join(" ").trim(),
  [...lines].filter((_, index) => marks.isOpen(`e${index}`)).join(""),
];

test("an event that goes takes its marks along, and those behind it keep theirs", () => {
  const marks = marked("ace");
  marks.splice(2, 1, 0);
  assert.deepEqual(left(marks, "abdef"), ["a!   e!", "ae"]);
  marks.splice(0, 1, 0);
  assert.deepEqual(left(marks, "bdef"), ["e!", "e"]);
});

test("an event in whose place several stand is open still, and those behind it keep their marks", () => {
  const marks = marked("bd");
  marks.apply(1);
  marks.splice(1, 1, 3);
  assert.deepEqual(left(marks, "axyzcdef"), ["d!", "xd"]);
});

test("an event that is moved takes its marks along, and those that it passes keep theirs", () => {
  const later = marked("bcd");
  later.move(1, 3);
  assert.deepEqual(left(later, "acdbef"), ["c! d! b!", "cdb"]);
  const earlier = marked("abd");
  earlier.move(3, 1);
  assert.deepEqual(left(earlier, "adbcef"), ["a! d! b!", "adb"]);
});

test("lines that are written anew keep the marks of what is before and behind the change", () => {
  for (const [after, typed] of [["xabcdef", "a!   d!  f!"], ["acdef", "a!  d!  f!"], ["abcdefx", "a!   d!  f!"], ["abxydef", "a!    d!  f!"], ["aaabcdef", "a!     d!  f!"]]) {
    const marks = marked("adf");
    marks.rewrite([...A], [...after]);
    assert.equal(left(marks, after)[0].trim(), typed, after);
  }
  const marks = marked("adf");
  marks.rewrite([...A], []);
  assert.deepEqual(left(marks, ""), ["", ""]);
});

test("of another line it is not said what is typed into it, and time that passes has its marks by its instant", () => {
  const marks = marked("a");
  assert.equal(marks.typedInto({ index: 0, text: "z" }), undefined);
  marks.open("t2026-01-05T00:00:00+01:00");
  marks.splice(0, 1, 0);
  assert.ok(marks.isOpen("t2026-01-05T00:00:00+01:00"));
  marks.close();
  assert.ok(!marks.isOpen("t2026-01-05T00:00:00+01:00"));
});
