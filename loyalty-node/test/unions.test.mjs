// What the types say that a text may be, is what the core says: no word too few, and none too many. (That what comes out of the
// corpus fits the types, `outputs.test.mjs` sees; a word that no case brings about, it would not miss.)

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT } from "./shared/files.mjs";

const core = (file) => readFileSync(join(ROOT, "loyalty-core/src", file), "utf8");
const types = (file) => readFileSync(join(ROOT, "loyalty-node/types", `${file}.d.ts`), "utf8");

/** What stands between two texts. */
function between(text, start, end) {
  const [, rest] = text.split(start, 2);
  assert.ok(rest !== undefined, `${start} is there`);
  return rest.split(end, 1)[0];
}

const words = (text) => [...new Set([...text.matchAll(/"(\w+)"/g)].map(([, word]) => word))].sort();
/** The words that the arms of a `match` or of an `if` give; others there are keys. */
const arms = (text) => words([...text.matchAll(/(?:=>|[{]) "\w+"(?=,| })/g)].join(" "));
/** What a type is called, and what a key may be of the declaration of a kind. */
const named = (file, name) => words(between(types(file), `export type ${name} =`, ";"));
const ofKind = (kind) => words(between(between(types("outcome"), `  ${kind}: `, "\n"), "reason: ", /;| }/));

const [JSON_RS, QUESTIONS] = [core("wire/json.rs"), core("engine/questions/decision.rs")];
const told = (kind) => between(JSON_RS, `Kind::${kind} {`, "\n        Kind::");
const COUPONS = core("engine/coupons/reason.rs");

const CLOSED = {
  "why points are gone": [ofKind("expired"), arms(between(told("Expired"), '"reason"', ";"))],
  "why held points are free": [ofKind("released"), arms(between(told("Released"), '"reason"', ";"))],
  "why nothing was drawn": [ofKind("not_drawn"), arms(told("NotDrawn"))],
  "why nothing was earned": [ofKind("not_earned"), arms(told("NotEarned"))],
  "why points were not taken": [ofKind("sent_back"), arms(between(told("SentBack"), "match reason", "},"))],
  "why a question was not asked": [ofKind("not_asked"), arms(between(QUESTIONS, "impl NotAsked {", "\n}"))],
  "why an answer is none": [ofKind("not_answered"), arms(between(QUESTIONS, "impl Unanswered {", "\n}"))],
  "why a code was not applied": [named("outcome", "CouponRefusal"), words(between(COUPONS, "impl NotApplied {", "];") + between(COUPONS, "impl Reason {", "\n    }"))],
  "why a message is not sent": [named("outcome", "Suppression"), arms(between(core("engine/messages/said.rs"), "impl Unsaid {", "\n}"))],
  "what a message is about": [named("outcome", "Category"), arms(between(core("check/model/messages.rs"), "impl Category {", "\n}"))],
  "whether a member agrees": [named("outcome", "ConsentState"), arms(between(core("engine/contact.rs"), "impl ConsentState {", "\n}"))],
  "what keeps a coupon from a cart": [named("quote", "CouponHindrance"), arms(between(core("engine/quote/why.rs"), "pub fn name(&self)", "\n    }"))],
  "what has become of a coupon": [words(between(between(types("view"), "interface HeldCoupon", "}"), "state: ", ";")), words(between(core("engine/view/coupons.rs"), "match held.fate", "};"))],
  // The page is held to the core by a test of the core.
  "why an event is refused": [
    named("refusal", "RefusalCode"),
    words(between(readFileSync(join(ROOT, "docs/embedding.md"), "utf8"), "<!-- refusals -->\n\n", "\n\n").replaceAll(/^\| `(\w+)` \|.*$/gm, '"$1"')),
  ],
};

for (const [what, [declared, known]] of Object.entries(CLOSED)) {
  test(`the types know ${what}`, () => {
    assert.ok(known.length > 1, `${known}`);
    assert.deepEqual(declared, known);
  });
}
