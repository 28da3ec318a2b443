// What is made up of many members: leaderboards, reports, estimates.

import { EVENT, JOINED, ORDER, TEXT } from "./shop.mjs";

export function totalTests({ BroadcastEstimate, EventError, Leaderboard, Program, Report }, { assert, refused }) {
  return {
    "a leaderboard is made up of members, in parts": () => {
      const program = Program.compile(
        `program "Cafe" { timezone "Europe/Berlin" }
wallet beans {}
measure cups = count(visit) this month
leaderboard month_cups by cups { top 1 { earn 500 beans } }`,
        { secret: "32 random bytes from a safe place" },
      );
      const members = Object.entries({ ana: 2, ben: 3, cy: 3, dee: 0 }).map(([id, visits]) => {
        const member = program.enroll(id, "2026-03-01T00:00:00+01:00");
        for (let day = 1; day <= visits; day += 1) {
          program.apply(member, { type: "visit", id: `v-${day}`, at: `2026-03-0${day}T10:00:00+01:00` });
        }
        return member;
      });
      const [ana, ben, cy, dee] = members;
      const begin = () => program.leaderboard("month_cups", "2026-03-20T12:00:00+01:00", { top: 1, around: ana, neighbours: 1 });
      const [board, part] = [begin(), begin()];
      assert.equal(board instanceof Leaderboard, true);
      assert.deepEqual([board.add(ana), board.add(ben), part.add(cy), part.add(dee)], [true, true, true, false]);
      board.merge(part);
      const { rows, around, members: count } = board.finish();
      assert.deepEqual([rows, count], [[{ rank: 1, member: "ben", score: "3" }], 3]);
      assert.deepEqual([around.rank, around.above, around.below], [3, [{ rank: 1, member: "cy", score: "3" }], []]);

      const closed = program.leaderboard("month_cups", new Date("2026-04-01T09:00:00+02:00"), { closed: true });
      for (const member of members) closed.add(member);
      const [first, second] = closed.finish().rows.map(({ event }) => event);
      assert.deepEqual(program.apply(ben, first).decisions.map(({ kind }) => kind), ["placed", "earned"]);
      assert.equal(program.apply(ben, first).replayed, true);
      refused(() => program.apply(cy, { ...second, score: "30" }), EventError, { code: "forged" });
      refused(() => board.merge(closed), EventError, { code: "not_alike" });
      refused(() => program.leaderboard("cups", new Date()), EventError, { code: "unknown_leaderboard" });
      refused(() => program.leaderboard("month_cups", new Date(), { top: 0 }), EventError, { code: "wrong_type" });
      for (const wrong of [{ top: 1.5 }, { top: "3" }, { closed: 1 }, { around: "ana" }, { places: 3 }]) {
        refused(() => program.leaderboard("month_cups", new Date(), wrong), TypeError);
      }
      // Whole numbers beyond what may be asked for are of the right type, as in Python, and told in the same words.
      for (const [wrong, found] of [[{ top: -1 }, "-1"], [{ top: 2 ** 32 }, "4294967296"], [{ neighbours: -1 }, "-1"]]) {
        const { message } = refused(() => program.leaderboard("month_cups", new Date(), wrong), RangeError);
        assert.equal(message, `\`${Object.keys(wrong)[0]}\`: a number of places is a whole one from 0 to 4294967295, not ${found}`);
      }
      refused(() => board.merge({}), TypeError);
      refused(() => new Leaderboard(), TypeError);
      board.close();
      refused(() => board.finish(), TypeError);
    },

    "a report is made up of outcomes, in parts": () => {
      const program = Program.compile(TEXT);
      const wallet = program.view(program.enroll("x", JOINED)).wallets;
      const [name] = Object.keys(wallet);
      const [report, part] = [0, 1].map(() => program.report({ values: { [name]: "0.01" } }));
      assert.equal(report instanceof Report, true);
      const [one, two] = ["m-1", "m-2"].map((id) => program.enroll(id, JOINED));
      const outcome = program.apply(one, EVENT);
      assert.deepEqual([report.add(outcome, one), report.add(outcome, one)], [true, false]);
      assert.deepEqual([part.know(two), part.know(two)], [true, false]);
      report.merge(part);
      const { period, groups } = report.finish();
      const [row] = groups[0].rows;
      assert.deepEqual([period, row.members, row.active, row.engagement_rate], ["month", 2, 1, "0.5"]);
      const issued = outcome.decisions.find(({ kind }) => kind === "earned").amount;
      assert.equal(row.wallets[name].issued, issued);
      refused(() => report.merge(part), EventError, { code: "not_alike" });
      refused(() => report.add(outcome, two), EventError, { code: "wrong_member" });
      refused(() => report.add({}, one), EventError, { code: "invalid_json" });
      refused(() => report.add("{}", one), TypeError);
      const cyclic = { of: [] };
      cyclic.of.push(cyclic);
      const wrongs = [
        [[], /^`outcome`: expected an outcome, found a list$/],
        [new Map(), /^`outcome`: expected an outcome, found a Map$/],
        [{ toJSON() {} }, /^`outcome`: expected an outcome, found what is nothing as JSON$/],
        [cyclic, /^`outcome`: expected what can be written as JSON: [^\n]+$/],
        [{ ...outcome, revision: 1n }, /^`outcome`: expected what can be written as JSON: [^\n]+$/],
        [one, /^`outcome`: expected what can be written as JSON: a Member is not written as JSON/],
      ];
      for (const [wrong, said] of wrongs) assert.match(refused(() => report.add(wrong, one), TypeError).message, said);
      refused(() => program.report({ period: "fortnight" }), EventError, { code: "wrong_type" });
      for (const wrong of [{ active: "order" }, { values: [1] }, { period: 3 }, { by: "tier" }]) {
        refused(() => program.report(wrong), TypeError);
      }
      refused(() => new Report(), TypeError);
      report.close();
      refused(() => report.finish(), TypeError);
    },

    "a broadcast is estimated before it is said": () => {
      const program = Program.compile(`program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
policy messages { consent marketing  marketing at most 1 in total per day }
rule yes on message matching ["yes"] { consent marketing }
message spring marketing { broadcast  en "Spring is here." }`);
      const members = ["m-0", "m-1", "m-2"].map((id) => program.enroll(id, JOINED));
      for (const member of members.slice(1)) {
        program.apply(member, { type: "message", id: "w-1", at: "2026-01-02T10:00:00Z", text: "Yes!" });
      }
      const spring = { type: "broadcast", at: "2026-03-20T12:00:00Z", message: "spring", campaign: "spring-2026" };
      const json = JSON.stringify(spring);
      for (const event of [spring, json, new TextEncoder().encode(json)]) {
        const before = members.map((member) => member.save());
        const estimates = members.map(() => program.broadcastEstimate(event));
        const [whole] = estimates;
        estimates.forEach((estimate, place) => estimate.add(members[place]));
        estimates.slice(1).forEach((estimate) => whole.merge(estimate));
        assert.deepEqual(members.map((member) => member.save()), before);
        const suppressed = { at_most_in_total: 1, no_consent: 1 };
        assert.deepEqual(whole.counts, {
          campaign: "spring-2026", message: "spring", at: "2026-03-20T13:00:00+01:00", members: 3, now: 1, later: 0, suppressed, refused: {},
        });
        whole.merge(whole);
        assert.equal(whole.counts.members, 6);
        estimates.forEach((estimate) => estimate.close());
        refused(() => whole.counts, TypeError);
      }
      const estimate = program.broadcastEstimate(spring, { counters: { "messages marketing 2026-03-20": 1 } });
      estimate.add(members[1]);
      assert.equal(estimate.counts.now, 0);
      const autumn = program.broadcastEstimate({ ...spring, campaign: "autumn-2026" });
      refused(() => estimate.merge(autumn), EventError, { code: "conflict" });
      refused(() => estimate.merge({}), TypeError);
      refused(() => estimate.add(spring), TypeError);
      refused(() => new BroadcastEstimate(), TypeError);
      refused(() => program.broadcastEstimate({ ...spring, message: "autumn" }), EventError, { code: "unknown_message" });
      refused(() => program.broadcastEstimate({ ...spring, segment: "nobody" }), EventError, { code: "unknown_segment" });
      refused(() => program.broadcastEstimate(ORDER), EventError, { code: "unknown_event", expected: "`broadcast`" });
      refused(() => program.broadcastEstimate(spring, { counter: {} }), TypeError);
    },
  };
}
