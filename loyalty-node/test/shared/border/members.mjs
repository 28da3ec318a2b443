// Members: what events and time do with them, their saved state, and what several do together.

import { EVENT, JOINED, ORDER, TEXT } from "./shop.mjs";

export function memberTests({ EventError, Program, StateError }, { amounts, assert, refused, start }) {
  return {
    "what inherits from a member is none": () => {
      const { program, member } = start();
      const { message } = refused(() => program.apply(Object.create(Object.getPrototypeOf(member)), ORDER), TypeError);
      assert.equal(message, "expected a Member, found an object");
      assert.equal(refused(() => program.apply(program, ORDER), TypeError).message, "expected a Member, found a Program");
    },

    "together all change or none, whatever their list does": () => {
      const { program, member: a } = start();
      const b = program.enroll("m-2", JOINED);
      for (const one of [a, b]) program.apply(one, { ...ORDER, member: undefined });
      const payment = { id: "p-1", wallet: "points", points: 10, at: "2026-12-01T00:00:00Z" };
      const list = (...elements) => {
        let read = 0;
        return Object.defineProperty([a], 1, { enumerable: true, get: () => elements[read++]() });
      };
      const fails = () => {
        throw new RangeError("mine");
      };
      refused(() => program.poolSpend(list(fails), payment), RangeError);
      assert.deepEqual([a.revision, b.revision], [1, 1]);
      program.poolSpend(list(() => b, () => a), payment);
      assert.deepEqual([a, b].map((one) => [one.id, one.revision, program.view(one).wallets.points.available]), [["m-1", 2, "32"], ["m-2", 2, "32"]]);
      program.poolGiveBack(list(() => b, fails), { id: "g-1", payment: "p-1", at: "2026-12-02T00:00:00Z" });
      assert.deepEqual([a.revision, b.revision], [3, 3]);
      refused(() => program.poolSpend(list(() => (a.close(), b)), { ...payment, id: "p-2" }), TypeError);
      assert.equal(b.revision, 3);
    },

    "a member that an argument closes says so": () => {
      const cases = {
        apply: (program, member, close) => program.apply(member, EVENT, { get now() { return close(), ORDER.at; } }),
        advance: (program, member, close) => program.advance(member, ORDER.at, { counters: { get x() { return close(), 1; } } }),
        explain: (program, member, close) => program.explain(member, EVENT, { counters: { get x() { return close(), 1; } } }),
        explainAdvance: (program, member, close) => program.explainAdvance(member, ORDER.at, { counters: { get x() { return close(), 1; } } }),
        quote: (program, member, close) => program.quote(member, "{}", { get codes() { return close(), []; } }),
        ...Object.fromEntries(["view", "erase", "migrate", "merge"].map((name) => [name, (program, member, close) => {
          class Closing extends Date {
            toISOString() {
              return close(), ORDER.at;
            }
          }
          const at = new Closing(0);
          if (name === "view") return program.view(member, at);
          if (name === "erase") return program.erase(member, "gone", at);
          if (name === "migrate") return program.migrate(program, member, at);
          return program.merge(program.enroll("m-2", JOINED), member, at);
        }])),
      };
      for (const call of Object.values(cases)) {
        const one = start();
        assert.equal(refused(() => call(one.program, one.member, () => one.member.close()), TypeError).message, "the member is closed");
        const two = start();
        assert.equal(refused(() => call(two.program, two.member, () => two.program.close()), TypeError).message, "the program is closed");
      }
    },

    "members are equal where their states are": () => {
      const { program, member } = start();
      const [same, other] = [program.enroll("m-1", JOINED), program.enroll("m-2", JOINED)];
      assert.deepEqual([same, member, other].map((one) => member.equals(one)), [true, true, false]);
      program.apply(same, ORDER);
      assert.equal(member.equals(same), false);
      program.apply(member, ORDER);
      assert.equal(member.equals(same) && member.equals(member.copy()), true);
      assert.equal(member.equals(program.load(member.save())) && program.load(member.saveBinary()).equals(member), true);
      // Of another program, and whatever is no member.
      const strange = [Program.compile(TEXT.replace("Shop", "Store")).enroll("m-1", JOINED), null, undefined, "m-1", { ...member }];
      assert.deepEqual(strange.map((one) => member.equals(one)), [false, false, false, false, false]);
      same.close();
      refused(() => member.equals(same), TypeError);
      refused(() => same.equals(member), TypeError);
    },

    "a member moves with its events": () => {
      const { program, member } = start();
      assert.deepEqual([member.id, member.revision, member.nextDue], ["m-1", 0, null]);
      assert.deepEqual([member.clock, member.enrolledAt], [JOINED, JOINED]);
      const outcome = program.apply(member, EVENT);
      assert.deepEqual(amounts(outcome), ["37"]);
      assert.deepEqual([outcome.revision, outcome.event, outcome.replayed], [1, "o-1", undefined]);
      assert.equal(member.revision, 1);
      const expired = program.advance(member, member.nextDue);
      assert.equal(expired.decisions[0].kind, "expired");
    },

    "looking and explaining change nothing": () => {
      const { program, member } = start();
      const before = member.save();
      for (const event of [ORDER, EVENT, new TextEncoder().encode(EVENT)]) {
        const why = program.explain(member, event);
        assert.equal(why.decisions[0].amount, "37");
        assert.ok(String(why).startsWith("o-1, order at 2026-11-21 10:00 (member m-1)\n\n  +37 points\n"));
        assert.ok(why.toHtml().startsWith('<div class="loyalty-why"'));
        assert.ok(!Object.keys(why).includes("toString") && !Object.keys(why).includes("toHtml"));
      }
      assert.equal(program.view(member).wallets.points.available, "0");
      assert.equal(member.save(), before);
    },

    "a copy goes its own way": () => {
      const { program, member } = start();
      const copy = member.copy();
      program.apply(copy, EVENT);
      assert.deepEqual([member.revision, copy.revision], [0, 1]);
    },

    "state is text or bytes, and says what became of it": () => {
      const { program, member } = start();
      program.apply(member, EVENT);
      const [text, bytes] = [member.save(), member.saveBinary()];
      assert.ok(typeof text === "string" && bytes instanceof Uint8Array && bytes.length < text.length);
      assert.equal(program.load(text).save(), text);
      assert.equal(program.load(bytes).save(), text);
      const other = Program.compile(TEXT.replaceAll("points", "stars"));
      assert.deepEqual(other.load(text).migration, { dropped: ["wallet `points` with 37 available"], added: ["wallet `stars`"] });
      assert.deepEqual(program.load(text).migration, { dropped: [], added: [] });
      assert.equal(member.migration, null);
      assert.equal(program.load(text).program, program);
    },

    "state that is none is an error, and an object is none": () => {
      const { program, member } = start();
      const error = refused(() => program.load("{}"), StateError);
      assert.ok(error.name === "StateError" && error.message.startsWith("not a saved member"));
      refused(() => program.load(new Uint8Array([1, 2, 3])), StateError);
      refused(() => program.load(JSON.parse(member.save())), TypeError);
      const large = member.save().replace('"revision":0', '"revision":9007199254740992');
      refused(() => program.load(large), StateError);
    },

    "a member of another program is refused": () => {
      const { member } = start();
      const other = Program.compile(TEXT.replaceAll("points", "stars"));
      const calls = [() => other.apply(member, EVENT), () => other.view(member), () => other.export(member), () => other.audit(member, "o-1")];
      for (const call of calls) refused(call, EventError, { code: "other_program" });
    },

    "what is closed says so": () => {
      const { program, member } = start();
      member.close();
      member.close();
      for (const call of [() => program.apply(member, EVENT), () => member.revision, () => member.copy(), () => member.save()]) {
        assert.equal(refused(call, TypeError).message, "the member is closed");
      }
      const other = program.enroll("m-1", JOINED);
      program.close();
      program.close();
      for (const call of [() => program.apply(other, EVENT), () => program.title, () => program.enroll("m", JOINED)]) {
        assert.equal(refused(call, TypeError).message, "the program is closed");
      }
      assert.equal(other.revision, 0);
    },

    "what is no data is not written as JSON": async () => {
      const { program, member } = start();
      const replay = await program.replay([ORDER]);
      for (const [object, instead] of [[member, /save/], [program, /text/], [program.report(), /finish/], [replay, /summary/], [{ member }, /save/]]) {
        assert.match(refused(() => JSON.stringify(object), TypeError).message, instead);
      }
      assert.equal(Object.keys(member).length, 0);
      const outcome = program.apply(member, EVENT);
      assert.deepEqual(JSON.parse(JSON.stringify(outcome)), outcome);
    },

    "what is no data is not cloned": async () => {
      const { program, member } = start();
      const board = Program.compile(`${TEXT}\nleaderboard best by points.balance`).leaderboard("best", JOINED);
      const estimating = Program.compile(`${TEXT}\nmessage spring marketing { broadcast  en "Spring." }`);
      const estimate = estimating.broadcastEstimate({ type: "broadcast", at: ORDER.at, message: "spring", campaign: "s" });
      const replay = await program.replay([ORDER]);
      for (const object of [member, member.copy(), program, program.report(), board, estimate, replay, { member }, [member]]) {
        assert.equal(refused(() => structuredClone(object), DOMException).name, "DataCloneError");
      }
      assert.equal("deref" in member, false);
      const outcome = program.apply(member, EVENT);
      for (const data of [outcome, program.view(member), member.save()]) assert.deepEqual(structuredClone(data), data);
    },

    "counters over all members are seen by what explains, too": () => {
      const program = Program.compile(`program "Shop" { currency EUR }
wallet points {}
rule base on order { earn 1 points per 1 EUR of order.subtotal }
rule early on order limit 1 in total { earn 100 points }
rule daily every day at 12:00 limit 1 in total { earn 5 points }
`);
      const member = program.enroll("m-1", JOINED);
      const counters = { "rule early": 1, "rule daily": "1" };
      for (const event of [ORDER, EVENT, new TextEncoder().encode(EVENT)]) {
        const why = program.explain(member, event, { counters });
        assert.deepEqual(amounts(why), ["37"]);
        assert.ok(String(why).includes("limit 1 in total: used 1 of 1"), String(why));
        assert.ok(amounts(program.explain(member, event)).includes("137"));
      }
      const until = "2026-01-01T18:00:00Z";
      const kinds = (why) => why.decisions.map(({ kind }) => kind);
      assert.deepEqual(kinds(program.explainAdvance(member, until, { counters })), []);
      assert.deepEqual(kinds(program.explainAdvance(member, until)), ["earned", "claim"]);
      refused(() => program.explain(member, ORDER, { counter: {} }), TypeError);
      refused(() => program.explainAdvance(member, until, { now: until }), TypeError);
    },

    "what time alone would bring is explained before it passes": () => {
      const { program, member } = start();
      program.apply(member, ORDER);
      const before = member.save();
      const why = program.explainAdvance(member, new Date("2028-01-01T00:00:00Z"));
      assert.deepEqual([why.event, why.type], [null, undefined]);
      assert.deepEqual(why.decisions.map(({ kind }) => kind), ["expired"]);
      assert.ok(String(why).includes("37 points") && why.toHtml().includes("37"));
      assert.equal(member.save(), before);
      refused(() => program.explainAdvance(member, "tomorrow"), EventError, { code: "bad_instant" });
    },

    "a draw is worked out again": () => {
      const text = `program "Shop" {}\nwallet points {}
        wheel spin { weight 20% "Grand prize" stock 1 { earn 100 points }  weight 80% {}  without stock to nothing }`;
      const program = Program.compile(text, { secret: "the secret of the corpus" });
      const member = program.enroll("m-1", "2026-01-01T00:00:00Z");
      program.apply(member, { type: "draw", id: "s-1", at: "2026-01-02T10:00:00Z", wheel: "spin" });
      const [draw] = program.audit(member, "s-1").draws;
      assert.deepEqual([draw.wheel, draw.number, draw.position, draw.of], ["spin", "1271487200582221309", 6, 100]);
      assert.deepEqual([draw.slice, draw.agrees], [1, true]);
      refused(() => program.audit(member, "s-2"), EventError, { code: "unknown_order" });
      refused(() => Program.compile(text).audit(member, "s-1"), EventError, { code: "no_secret" });
    },

    "what several members do together, they do together or not at all": () => {
      const { program, member } = start();
      const other = program.enroll("m-2", JOINED);
      program.apply(member, ORDER);
      program.apply(other, { ...ORDER, id: "o-2", member: "m-2", subtotal: "10" });
      const at = "2026-12-01T00:00:00Z";
      const balances = () => [member, other].map((one) => program.view(one).wallets.points.available);
      const paid = program.poolSpend([member, other], { id: "p-1", wallet: "points", points: 7, at });
      assert.deepEqual(paid.map(({ decisions }) => decisions[0].amount), ["6", "1"]);
      assert.deepEqual(balances(), ["31", "9"]);
      const far = () => program.poolSpend([member, other], { id: "p-2", wallet: "points", points: 1000n, at });
      refused(far, EventError, { code: "insufficient_balance", field: "points" });
      program.poolGiveBack([member, other], { id: "r-1", payment: "p-1", points: "7", at });
      assert.deepEqual(balances(), ["37", "10"]);
      refused(() => program.merge(member, member, at), EventError, { code: "wrong_member" });
      const third = program.enroll("m-3", JOINED);
      const [kept, gone] = program.merge(third, other, at);
      assert.deepEqual([kept.decisions[0].kind, gone.decisions[0].kind], ["merged", "merged_into"]);
      assert.deepEqual(balances(), ["37", "0"]);
      refused(() => program.apply(other, { ...ORDER, id: "o-3", member: "m-2", at }), EventError, { code: "member_closed" });
    },

    "what is wrong with a household": () => {
      const { program, member } = start();
      const payment = { id: "p-1", wallet: "points", points: 1, at: JOINED };
      for (const members of [member, null, undefined, [1], [undefined]]) {
        refused(() => program.poolSpend(members, payment), TypeError);
      }
      for (const members of [[], [member, member]]) {
        refused(() => program.poolSpend(members, payment), EventError, { code: "wrong_member", field: "members" });
      }
      for (const points of [null, undefined, NaN, 2 ** 53, true, {}]) {
        const call = () => program.poolSpend([member], { ...payment, points });
        if (Number.isNaN(points)) refused(call, EventError, { code: "wrong_type", field: "points" });
        else refused(call, TypeError);
      }
      refused(() => program.poolSpend([member], { ...payment, point: 1 }), TypeError);
      refused(() => program.poolGiveBack([member], { id: "r-1", payment: "p-1", at: JOINED }), EventError, { code: "unknown_order" });
      refused(() => program.sendBack(ORDER), EventError, { code: "unknown_event" });
      refused(() => program.sendBack(new Uint8Array([0x7b, 0xff, 0x7d])), EventError, { code: "invalid_json" });
    },

    "a person is told everything, and forgotten": () => {
      const { program, member } = start();
      program.apply(member, ORDER);
      assert.equal(program.export(member).member, "m-1");
      assert.ok(JSON.stringify(program.export(member)).includes("o-1"));
      const outcome = program.erase(member, "gone-7f3a", "2026-12-01T00:00:00Z");
      assert.deepEqual(outcome.decisions.map(({ kind }) => kind), ["erased"]);
      assert.equal(member.id, "gone-7f3a");
      assert.ok(!JSON.stringify(program.export(member)).includes("o-1"));
    },
  };
}
