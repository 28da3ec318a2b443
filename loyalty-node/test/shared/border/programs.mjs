// What a program says of itself, and why a text is none.

import { JOINED, ORDER, TEXT } from "./shop.mjs";

export function programTests({ check, EventError, eventHead, format, init, Program, RulesError }, { assert, refused, start }) {
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

    "a call takes the arguments that it names, and none in silence besides": async () => {
      const { program, member } = start();
      const at = "2026-12-01T00:00:00Z";
      const [board, report] = [Program.compile(`program "Cafe" {}
wallet beans {}
measure cups = count(visit) this month
leaderboard top by cups {}`), program.report()];
      const places = board.leaderboard("top", at);
      const calls = {
        enroll: [program, "m-2", at], apply: [program, member, ORDER, {}], advance: [program, member, at, {}], quote: [program, member, { at }, {}],
        explain: [program, member, ORDER, {}], explainAdvance: [program, member, at, {}], audit: [program, member, "o-1"],
        merge: [program, member, member, at], erase: [program, member, "p-1", at], export: [program, member],
        poolSpend: [program, [member], { id: "p-1", wallet: "points", points: 1, at }], poolGiveBack: [program, [member], { id: "p-2", payment: "p-1", at }],
        sendBack: [program, ORDER], migrate: [program, program, member, at], load: [program, member.save()], view: [program, member, at],
        leaderboard: [board, "top", at, {}], report: [program, {}], broadcastEstimate: [program, ORDER, {}], runTests: [program], policies: [program],
        save: [member], saveBinary: [member], equals: [member, member], copy: [member], add: [places, member], merged: [places, places],
        know: [report, member], finish: [report], compile: [Program, TEXT, {}], close: [program],
      };
      const before = member.save();
      for (const [name, [of, ...given]] of Object.entries(calls)) {
        const call = name === "merged" ? "merge" : name;
        const { message } = refused(() => of[call](...given, { colour: 1 }), TypeError);
        const takes = given.length === 0 ? "no argument" : given.length === 1 ? "one argument" : `${given.length} arguments`;
        assert.equal(message, `\`${call}\` takes ${takes}, found ${given.length + 1}`);
        // What is not there is none, as among options.
        assert.deepEqual([of[call].name, of[call].length], [call, given.length]);
      }
      for (const [call, ...given] of [[check, TEXT, {}], [format, TEXT, {}], [eventHead, ORDER]]) refused(() => call(...given, { colour: 1 }), TypeError);
      await assert.rejects(program.replay("", {}, { colour: 1 }), { message: "`replay` takes 2 arguments, found 3" });
      assert.deepEqual([member.save(), program.title], [before, "Corner Shop"]);
      assert.equal(program.view(member, at, undefined).wallets.points.available, "0");
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
