// What a program says of itself, and why a text is none.

import { JOINED, ORDER, TEXT } from "./shop.mjs";

export function programTests({ check, EventError, format, init, Program, RulesError }, { assert, refused, start }) {
  return {
    "a program says its title, version and text": () => {
      const { program } = start();
      assert.deepEqual([program.title, program.version, program.text], ["Corner Shop", 3, TEXT]);
    },

    "what does not compile is told as objects": () => {
      const text = TEXT.replace("wallet points", "wallet coins");
      const error = refused(() => Program.compile(text, { name: "shop.loyalty" }), RulesError, { name: "RulesError" });
      const [first] = error.diagnostics;
      assert.deepEqual([first.code, first.severity, first.line], ["L0207", "error", 4]);
      assert.ok(error.message.includes("--> shop.loyalty:4:"));
      assert.deepEqual(check(text), error.diagnostics);
      assert.ok(refused(() => Program.compile(text), RulesError).message.includes("--> program:4:"));
    },

    "places are counted in UTF-16 units": () => {
      const arabic = `program "نقاط 🎁" { currency EUR }\nwallet points {} rule 𝕏 on order when order.branch == "قهوة ☕🎂" { earn 5 beans }\n`;
      for (const text of [arabic, arabic.replace("\n", "\r\n")]) {
        const { diagnostics } = refused(() => Program.compile(text), RulesError);
        assert.ok(diagnostics.length > 0);
        const wrong = diagnostics.find(({ message }) => message.includes("`beans`"));
        assert.equal(text.slice(wrong.span.start, wrong.span.end), "beans");
        assert.equal(text.slice(wrong.labels[0].start, wrong.labels[0].end), "beans");
        // Columns are for people, who count characters.
        assert.deepEqual([wrong.line, wrong.column], [2, Array.from(text.split("\n")[1].split("beans")[0]).length + 1]);
      }
    },

    "warnings are there although a program compiles": () => {
      const program = Program.compile(`program "Shop" {}\nwallet points {}\nwallet idle {}\nrule joined on signup { earn 1 points }\n`);
      assert.deepEqual(program.warnings.map(({ code }) => code), ["W0203"]);
      assert.deepEqual(check(program.text), program.warnings);
      assert.ok(String(check(program.text, { name: "x" })).startsWith("warning[W0203]"));
      assert.deepEqual(check(TEXT), []);
      assert.equal(String(check(TEXT)), "");
    },

    "a program is laid out, or told why not": () => {
      assert.equal(format("wallet   points{round half up}"), format(format("wallet   points{round half up}")));
      const error = refused(() => format("wallet {", { name: "torn" }), RulesError);
      assert.ok(error.message.includes("--> torn:1:"));
    },

    "a program's tests and policies are data": () => {
      const { program } = start();
      const [ten, wrong] = program.runTests();
      assert.deepEqual(ten, { title: "ten", line: 8, passed: true, failures: [] });
      assert.deepEqual(wrong.failures, [{ line: 9, message: "earned == 11 points: is 10 points" }]);
      assert.ok(program.policies().some(({ declaration, policy }) => declaration.includes("points") && policy.includes("round down")));
    },

    "another version of the program says who moves": () => {
      const tiers = (silver) => `${TEXT}measure spend = sum(order.subtotal)
tiers status by spend { bronze from 0 EUR  silver from ${silver} EUR }`;
      const [old, next] = [Program.compile(tiers(40)), Program.compile(tiers(30))];
      const member = old.enroll("m-1", JOINED);
      old.apply(member, ORDER);
      const { member: after, report, moves, outcome } = next.migrate(old, member, "2026-12-01T00:00:00Z");
      assert.deepEqual(moves, [{ ladder: "status", from: "bronze", to: "silver", because: "reached" }]);
      assert.deepEqual(report, { dropped: [], added: [] });
      assert.deepEqual([outcome.decisions[0].kind, after.program, after.migration], ["tier_changed", next, report]);
      assert.equal(next.view(after).tiers.status.level, "silver");
      assert.equal(old.view(member).tiers.status.level, "bronze");
      refused(() => next.migrate({}, member, JOINED), TypeError);
      refused(() => next.migrate(Program.compile(TEXT), member, JOINED), EventError, { code: "other_program" });
    },

    "what is loaded may be loaded again": async () => {
      await init();
      await init();
    },
  };
}
