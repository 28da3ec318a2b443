// Values on their way in: events in every form, numbers, instants, texts, and what is none of them.

import { EVENT, JOINED, ORDER, TEXT } from "./shop.mjs";

export function valueTests({ check, EventError, eventHead, format, Member, Program, Replay, RulesError }, { amounts, assert, refused, start }) {
  return {
    "an event is an object, JSON text, or its bytes": () => {
      const outcomes = [ORDER, EVENT, new TextEncoder().encode(EVENT)].map((event) => {
        const { program, member } = start();
        return [program.apply(member, event), member.save()];
      });
      assert.deepEqual(outcomes[0], outcomes[1]);
      assert.deepEqual(outcomes[0], outcomes[2]);
    },

    "the same event in another form is the same event": () => {
      const { program, member } = start();
      program.apply(member, EVENT);
      const numbers = { ...ORDER, subtotal: 37.5, at: new Date(ORDER.at) };
      assert.equal(program.apply(member, numbers).replayed, true);
    },

    "numbers are read by the digits that JSON would have": () => {
      const earned = (subtotal) => {
        const { program, member } = start();
        return program.apply(member, { ...ORDER, subtotal }).decisions[0].because[0].amount;
      };
      assert.deepEqual([19.99, 1e3, 125e-2, 5.0, 12345678901234n, "1.10"].map(earned), ["19.99", "1000", "1.25", "5", "12345678901234", "1.1"]);
      assert.equal(earned(Number.MAX_SAFE_INTEGER), "9007199254740991");
      assert.equal(earned(9007199254740993n), "9007199254740993");
      // As a decimal of another library has it.
      assert.equal(earned({ toJSON: () => "7.25" }), "7.25");
    },

    "a number that may have been another is refused": () => {
      const { program, member } = start();
      for (const subtotal of [2 ** 53, 2 ** 53 + 2, -(2 ** 53)]) {
        refused(() => program.apply(member, { ...ORDER, subtotal }), EventError, {
          code: "wrong_type",
          field: "subtotal",
          expected: "a float below 2^53, or the digits as a text",
          found: String(subtotal),
        });
      }
      for (const field of ["id", "member"]) {
        // The second has more digits than an amount may have.
        for (const [value, found] of [[820982911946154508, "820982911946154500"], [1162938475610293847, "1162938475610293800"], [1e21, "1e+21"]]) {
          refused(() => program.apply(member, { ...ORDER, [field]: value }), EventError, {
            code: "wrong_type",
            field,
            expected: "a text, or a whole number below 2^53",
            found,
            help: "send its digits as a text: a number this large may have been rounded before it came here",
          });
        }
      }
      refused(() => program.apply(member, { ...ORDER, subtotal: 0.1 + 0.2 }), EventError, { code: "number_too_long" });
      // In JSON text every digit is there.
      assert.equal(program.apply(member, EVENT.replace('"o-1"', "820982911946154508")).event, "820982911946154508");
    },

    "ids of any size are texts or whole numbers": () => {
      const { program, member } = start();
      assert.equal(program.apply(member, { ...ORDER, id: 820982911946154508n }).event, "820982911946154508");
      assert.equal(program.apply(member, { ...ORDER, id: 7 }).event, "7");
    },

    "instants are Dates or texts": () => {
      const program = Program.compile(TEXT);
      const member = program.enroll("m-1", new Date(JOINED));
      assert.equal(member.enrolledAt, JOINED);
      const order = { ...ORDER, at: new Date("2026-11-21T09:00:00.250Z"), promised: new Date("2026-12-01T00:00:00Z") };
      assert.deepEqual(amounts(program.apply(member, order)), ["38"]);
      assert.equal(member.clock, "2026-11-21T09:00:00.25Z");
      assert.equal(program.view(member, new Date("2026-12-24T00:00:00Z")).at, "2026-12-24T01:00:00+01:00");
      program.advance(member, new Date("2026-12-25T00:00:00Z"));
      assert.equal(member.clock, "2026-12-25T00:00:00Z");
    },

    "a day is a text: a Date is another day in another zone": () => {
      const { program, member } = start();
      assert.deepEqual(amounts(program.apply(member, { ...ORDER, due: "2026-12-01" })), ["38"]);
      const due = new Date("2026-12-01T00:00:00Z");
      refused(() => program.apply(member, { ...ORDER, id: "o-2", due }), EventError, { code: "wrong_type", field: "due" });
    },

    "what is no instant is refused alike everywhere": () => {
      const { program, member } = start();
      const told = (field) => ({ code: "bad_instant", field, found: "`tomorrow`" });
      const pooled = { id: "p-1", at: "tomorrow", points: 1 };
      for (const [field, call] of [
        ["at", () => program.enroll("m-2", "tomorrow")],
        ["now", () => program.apply(member, EVENT, { now: "tomorrow" })],
        ["to", () => program.advance(member, "tomorrow")],
        ["to", () => program.explainAdvance(member, "tomorrow")],
        ["at", () => program.view(member, "tomorrow")],
        ["at", () => program.erase(member, "gone", "tomorrow")],
        ["at", () => program.merge(member, program.enroll("m-2", JOINED), "tomorrow")],
        ["at", () => program.migrate(program, member, "tomorrow")],
        ["at", () => program.poolSpend([member], { ...pooled, wallet: "points" })],
        ["at", () => program.poolGiveBack([member], { ...pooled, payment: "p-0" })],
        ["at", () => program.leaderboard("most", "tomorrow")],
      ]) refused(call, EventError, told(field));
      refused(() => program.advance(member, new Date(NaN)), EventError, { code: "bad_instant" });
      refused(() => program.apply(member, { ...ORDER, at: new Date(NaN) }), EventError, { found: "an invalid Date" });
      refused(() => program.apply(member, { ...ORDER, at: new Date(8.64e15) }), EventError, { code: "bad_instant" });
      assert.equal(member.revision, 0);
    },

    "an event from the future is refused where now is told": () => {
      const { program, member } = start();
      refused(() => program.apply(member, EVENT, { now: JOINED }), EventError, { code: "future_event", field: "at" });
      refused(() => program.apply(member, ORDER, { now: new Date(JOINED) }), EventError, { code: "future_event" });
      assert.equal(program.apply(member, EVENT, { now: undefined }).revision, 1);
    },

    "the head of an event says whose it is": () => {
      const { program, member: shopper } = start();
      const head = { type: "order", id: "o-1", member: "m-1", at: "2026-11-21T09:00:00Z" };
      for (const event of [ORDER, EVENT, new TextEncoder().encode(EVENT)]) assert.deepEqual(eventHead(event), head);
      assert.deepEqual(eventHead({ type: 7, member: 8n, at: new Date(NaN) }), { type: "7", id: null, member: "8", at: null });
      for (const wrong of [7, null, [], "[]", "{", new Uint8Array([255])]) refused(() => eventHead(wrong), EventError, { code: "invalid_json" });
      // Only a guest is nobody.
      assert.equal(eventHead({ ...ORDER, member: undefined }).member, null);
      for (const member of [9007199254740993, true, 1.5, ["m-1"], "", "m".repeat(300)]) {
        const { code, found } = refused(() => program.apply(shopper, { ...ORDER, member }), EventError, { field: "member" });
        refused(() => eventHead({ ...ORDER, member }), EventError, { code, field: "member", found });
      }
      refused(() => eventHead('{"member":true}'), EventError, { code: "wrong_type", field: "member" });
    },

    "a refused event says why": () => {
      const { program, member } = start();
      const { subtotal: _, ...without } = ORDER;
      for (const event of [without, JSON.stringify(without)]) {
        const error = refused(() => program.apply(member, event), EventError, { name: "EventError", code: "missing_field", field: "subtotal", found: null });
        assert.ok(error.message.startsWith("missing_field: `subtotal`"));
        assert.equal(JSON.parse(JSON.stringify(error)).error, "missing_field");
      }
      const lines = [{ id: "1", category: "coffee", quantity: 1 }, { id: "2", category: "coffee", quantity: "many" }];
      refused(() => program.apply(member, { ...ORDER, lines }), EventError, { field: "lines[1].quantity", found: '"many"' });
      assert.equal(member.revision, 0);
    },

    "of a list that is too long no more is read than its being so": () => {
      const { program, member } = start();
      const line = { id: "1", category: "coffee", quantity: 1, amount: 1 };
      let read = 0;
      const lines = new Proxy(Array(20_000).fill(line), { get: (list, key) => ((read += typeof key === "string" && /^\d/.test(key)), list[key]) });
      const told = { code: "too_many_items", field: "lines", expected: "at most 10000 items" };
      refused(() => program.apply(member, { ...ORDER, lines }), EventError, told);
      assert.equal(read, 10_001);
      refused(() => program.apply(member, JSON.stringify({ ...ORDER, lines })), EventError, told);
      assert.deepEqual(amounts(program.apply(member, { ...ORDER, lines: Array(10_000).fill(line) })), ["10037"]);
      // Holes are nothing, in JSON too, and this one has four thousand million.
      const holes = { ...ORDER, id: "o-2", lines: new Array(4e9) };
      refused(() => program.apply(member, holes), EventError, { code: "wrong_type", field: "lines[0]", found: "null" });
    },

    "an object is held to the limits of JSON text, also where nothing is read of it": () => {
      const { program, member } = start();
      const nested = (levels) => (levels === 0 ? 1 : levels % 2 === 0 ? [nested(levels - 1)] : { a: nested(levels - 1) });
      const fields = (count) => Object.fromEntries(Array.from({ length: count - Object.keys(ORDER).length }, (_, number) => [`f${number}`, 1]));
      const cyclic = { a: [] };
      cyclic.a.push(1, cyclic);
      let twice = [1];
      for (let level = 0; level < 100; level += 1) twice = [twice, twice];
      const line = { id: "1", category: "coffee", quantity: 1, amount: 1 };
      const deep = { code: "too_deep", field: null, expected: "at most 127 levels of nested values", found: "more than 127 levels" };
      const many = { code: "too_many_fields", field: null, expected: "at most 1000 fields", found: "more than 1000 fields" };
      const most = { code: "event_too_large", field: null, expected: "at most 2097152 values", found: "more than 2097152 values" };
      for (const [more, told, isText = true] of [
        [{ more: nested(128) }, deep],
        [{ subtotal: nested(128) }, deep],
        [{ lines: [line, { ...line, more: nested(126) }] }, deep],
        [fields(1_001), many],
        [{ more: cyclic }, deep, false],
        [{ more: twice }, most, false],
        [{ more: new Array(4e9) }, most, false],
      ]) {
        const event = { ...ORDER, ...more };
        for (const given of isText ? [event, JSON.stringify(event)] : [event]) {
          refused(() => program.apply(member, given), EventError, told);
          refused(() => program.explain(member, given), EventError, told);
          refused(() => eventHead(given), EventError, told);
        }
      }
      assert.equal(member.revision, 0);
      // What is at a limit is taken in both forms; so is what JSON would not write, and what belongs to a class of its own.
      class Customer {
        self = this;
      }
      const taken = [{ more: nested(127) }, { lines: [{ ...line, more: nested(125) }] }, fields(1_000), { ...fields(1_000), none: undefined, call: () => 1 }];
      for (const more of taken) {
        for (const given of [{ ...ORDER, ...more }, JSON.stringify({ ...ORDER, ...more })]) {
          const one = start();
          assert.equal(one.program.apply(one.member, given).revision, 1);
        }
      }
      program.apply(member, { ...ORDER, customer: new Customer(), seen: new Map([[1, cyclic]]), bytes: new Uint8Array(3e6) });
    },

    "what an object inherits is not read": () => {
      const text = TEXT.replace("promised instant?", "promised instant?  constructor text?").replace("order.promised <=", 'order.constructor == "x" or order.promised <=');
      const program = Program.compile(text);
      const member = program.enroll("m-1", JOINED);
      assert.deepEqual(amounts(program.apply(member, ORDER)), ["37"]);
      assert.deepEqual(amounts(program.apply(member, { ...ORDER, id: "o-2", constructor: "x" })), ["38"]);
    },

    "what all objects come to inherit is not read": () => {
      const { program, member } = start();
      const { subtotal, ...without } = ORDER;
      Object.defineProperty(Object.prototype, "subtotal", { value: "999", enumerable: true, configurable: true });
      try {
        refused(() => program.apply(member, without), EventError, { code: "missing_field", field: "subtotal" });
        assert.deepEqual(amounts(program.apply(member, { ...without, subtotal })), ["37"]);
      } finally {
        delete Object.prototype.subtotal;
      }
    },

    "getters are asked, and what they throw comes out": () => {
      const { program, member } = start();
      class Order {
        type = "order";
        id = "o-1";
        at = ORDER.at;
        get subtotal() {
          return "12.00";
        }
      }
      assert.deepEqual(amounts(program.apply(member, new Order())), ["12"]);
      const thrown = new RangeError("mine");
      const broken = { ...ORDER, id: "o-2", get subtotal() { throw thrown; } };
      assert.equal(refused(() => program.apply(member, broken), RangeError), thrown);
      assert.equal(member.revision, 1);
    },

    "texts hold any character, but no half of one": () => {
      const { program, member } = start();
      for (const id of ["nul\u0000in it", "\u0001", '"\\', "☕🎁", "ن"]) {
        assert.equal(program.apply(member, { ...ORDER, id }).event, id);
        assert.equal(program.apply(member, JSON.stringify({ ...ORDER, id })).replayed, true);
      }
      const half = { code: "wrong_type", field: "id", found: "a text with half a character" };
      refused(() => program.apply(member, { ...ORDER, id: "\ud83c" }), EventError, half);
      refused(() => program.apply(member, JSON.stringify({ ...ORDER, id: "\ud83c" })), EventError, half);
      refused(() => program.apply(member, EVENT.replace("o-1", "\ud83c")), EventError, { code: "invalid_json" });
      refused(() => program.enroll("\ud83c", JOINED), TypeError);
      refused(() => Program.compile(`${TEXT}# \ud83c`), TypeError);
    },

    "an option that nobody knows is an error": () => {
      const { program, member } = start();
      const unknown = (call) => assert.ok(refused(call, TypeError).message.startsWith("unknown option `nwo`; the options are"));
      unknown(() => program.apply(member, EVENT, { nwo: JOINED }));
      unknown(() => Program.compile(TEXT, { nwo: 1 }));
      unknown(() => format(TEXT, { nwo: 1 }));
      unknown(() => check(TEXT, { nwo: 1 }));
      refused(() => program.apply(member, EVENT, JOINED), TypeError);
      refused(() => Program.compile(TEXT, null), TypeError);
      refused(() => Program.compile(TEXT, { name: 7 }), TypeError);
      unknown(() => Program.compile(TEXT, Object.create({ nwo: 1 })));
      // What is no record of options would otherwise be taken for one without any.
      for (const wrong of [new Map([["secret", "s"]]), new Set(), new Date(), [], [{ now: JOINED }], program, member]) {
        refused(() => Program.compile(TEXT, wrong), TypeError);
        refused(() => program.apply(member, EVENT, wrong), TypeError);
        refused(() => program.quote(member, "{}", wrong), TypeError);
      }
      class Options {
        get name() {
          return "mine";
        }
      }
      assert.match(refused(() => Program.compile("?", new Options()), RulesError).message, /mine:1:1/);
      assert.equal(member.revision, 0);
    },

    "what is no member is an error": () => {
      const { program, member } = start();
      for (const wrong of [program, {}, null, undefined, "m-1", Object.create(Object.getPrototypeOf(member)), Member]) {
        for (const call of ["apply", "explain"]) refused(() => program[call](wrong, EVENT), TypeError);
        for (const call of ["advance", "view"]) refused(() => program[call](wrong, JOINED), TypeError);
      }
      refused(() => new Member(), TypeError);
      refused(() => new Program(), TypeError);
      refused(() => new Replay(), TypeError);
    },

    "what is of no use as an argument is an error": () => {
      const { program, member } = start();
      for (const wrong of [7, {}, [], null, undefined, Symbol("x"), () => 1]) {
        refused(() => Program.compile(wrong), TypeError);
        refused(() => format(wrong), TypeError);
        refused(() => check(wrong), TypeError);
        refused(() => program.enroll(wrong, JOINED), TypeError);
        refused(() => program.enroll("m-2", wrong), TypeError);
        refused(() => program.advance(member, wrong), TypeError);
        refused(() => program.load(wrong), TypeError);
      }
      for (const wrong of [7, true, 7n, [ORDER], null, undefined, Symbol("x"), () => ORDER]) {
        refused(() => program.apply(member, wrong), EventError, { code: "invalid_json" });
        refused(() => program.explain(member, wrong), EventError, { code: "invalid_json" });
      }
      assert.equal(member.revision, 0);
    },

    "lists of strings are read once, and hold nothing else": () => {
      const program = Program.compile(`${TEXT}coupon TENTH { give 10% off order }`);
      const member = program.enroll("m-1", JOINED);
      const cart = { at: ORDER.at, lines: [{ id: "1", category: "coffee", quantity: 1, amount: "10.00" }] };
      const takes = { active: (names) => program.report({ active: names }), codes: (names) => program.quote(member, cart, { codes: names }) };
      for (const [name, take] of Object.entries(takes)) {
        for (const [wrong, found] of [[Array(2), "nothing"], [["TENTH", , "TENTH"], "nothing"], [[null], "null"], [[7], "the number 7"]]) {
          assert.equal(refused(() => take(wrong), TypeError).message, `\`${name}\`: expected a string, found ${found}`);
        }
      }
      // What a class of the host's makes of itself is not what is taken.
      class Codes extends Array {
        static get [Symbol.species]() {
          return function () {
            let asked = 0;
            return Object.defineProperty({}, "length", { get: () => (asked++ > 1 ? 1e5 : 0) });
          };
        }
      }
      assert.equal(program.quote(member, cart, { codes: Codes.of("TENTH") }).total, "9");
      assert.ok(program.report({ active: Codes.of("order") }));
    },

    "counters are an object of numbers": () => {
      const { program, member } = start();
      for (const counters of [new Map([["a", 1]]), new Set(), [], null, 5, new Date()]) {
        assert.match(refused(() => program.apply(member, EVENT, { counters }), TypeError).message, /^`counters`: expected an object of numbers/);
      }
      assert.equal(member.revision, 0);
    },

    "numbers are read in one way, whatever they stand for": () => {
      const { program, member } = start();
      for (const wrong of ["1_000", "+1", " 1", "", "ten", "1."]) {
        refused(() => program.apply(member, { ...ORDER, subtotal: wrong }), EventError, { code: "wrong_type" });
        refused(() => program.apply(member, ORDER, { counters: { "rule early": wrong } }), EventError, { code: "wrong_type" });
      }
      program.apply(member, { ...ORDER, subtotal: "1E+3" }, { counters: { "rule early": "1E+3" } });
      const priced = Program.compile(`${TEXT}\ncoupon TEN { give 10% off order }`);
      const buyer = priced.enroll("m-1", JOINED);
      const cart = { at: ORDER.at, lines: [{ id: "1", amount: "10" }] };
      for (const language of ["xx", ""]) {
        refused(() => priced.quote(buyer, cart, { language }), EventError, { code: "wrong_type", field: "language" });
      }
      assert.equal(priced.quote(buyer, cart, { codes: ["TEN"], language: "ar-SA" }).discount, "1");
      // There is no coupon to tell of.
      refused(() => program.quote(member, cart), EventError, { code: "unknown_event" });
    },

    "a fraction is no text": () => {
      const { program, member } = start();
      for (const form of [JSON.stringify, (event) => event, (event) => new TextEncoder().encode(JSON.stringify(event))]) {
        const code = { code: "wrong_type", field: "id", expected: "a text", found: "1.5" };
        refused(() => program.apply(member, form({ ...ORDER, id: 1.5 })), EventError, code);
        assert.equal(eventHead(form({ ...ORDER, id: 1.5 })).id, null);
      }
    },

    "a list is of records, whether a field of theirs is read or not": async () => {
      const program = Program.compile(`program "Cafe" { currency EUR }
record guest { name text?  age int? }
event visit { guests [guest]  tables [int]? }
wallet points {}
rule table on visit when count(visit.guests) >= 2 { earn 5 points }
rule split on order when count(order.tenders) > 1 { earn 5 points }
rule seven on visit when 7 in visit.tables { earn 1 points }
rule named on order when "A" in order.coupons { earn 1 points }`);
      const visit = { type: "visit", id: "v-1", member: "m-1", at: ORDER.at, guests: [{ name: "Sara" }, { toJSON: () => ({ name: "Omar" }) }] };
      const order = { ...ORDER, tenders: [{ kind: "card", amount: 3 }, Object.create(null)] };
      for (const event of [visit, order]) {
        for (const form of [event, JSON.stringify(event), new TextEncoder().encode(JSON.stringify(event))]) {
          const member = program.enroll("m-1", JOINED);
          assert.deepEqual(amounts(program.apply(member, form)), ["5"]);
          assert.equal(program.apply(member, event).replayed, true);
          assert.equal((await program.replay([form])).summary.applied, 1);
        }
      }
      const member = program.enroll("m-1", JOINED);
      for (const [field, list] of [["guests", [{}, 7]], ["guests", [{}, [{}]]], ["guests", [{}, "x"]], ["guests", [{}, null]], ["tables", [7, {}]]]) {
        const wrong = { ...visit, [field]: list };
        const { message } = refused(() => program.apply(member, JSON.stringify(wrong)), EventError, { code: "wrong_type", field: `${field}[1]` });
        assert.equal(refused(() => program.apply(member, wrong), EventError).message, message);
      }
      // What says of itself that it is plain is plain.
      const plain = { toJSON: () => "7" };
      assert.deepEqual(amounts(program.apply(member, { ...visit, guests: [], tables: [plain] })), ["1"]);
      assert.deepEqual(amounts(program.apply(member, { ...ORDER, coupons: [{ toJSON: () => "A" }] })), ["1"]);
      refused(() => program.apply(member, { ...visit, id: "v-2", guests: [plain] }), EventError, { field: "guests[0]", expected: "an object" });
    },

    "an item that is no record of fields is called by its name": () => {
      const { program, member } = start();
      const counted = Program.compile(`program "Shop" { currency EUR }
wallet points {}
rule split on order when count(order.tenders) > 1 { earn 5 points }`);
      const payer = counted.enroll("m-1", JOINED);
      const wrongs = [[new Map([["amount", 5]]), "a Map"], [new Set(), "a Set"], [Promise.resolve({ amount: 5 }), "a Promise"], [/x/, "a RegExp"], [[], "a list"]];
      for (const [wrong, found] of wrongs) {
        const told = { code: "wrong_type", expected: "an object", found };
        const line = { id: "1", category: "coffee", quantity: 1, amount: 5 };
        refused(() => program.apply(member, { ...ORDER, lines: [line, wrong] }), EventError, { ...told, field: "lines[1]" });
        refused(() => counted.apply(payer, { ...ORDER, tenders: [{}, wrong] }), EventError, { ...told, field: "tenders[1]" });
      }
      refused(() => program.apply(member, { ...ORDER, lines: [new Date(0)] }), EventError, { code: "wrong_type", field: "lines[0]", expected: "an object" });
      assert.equal(member.revision, 0);
    },

    "a type that says how it is written is the type that it says": () => {
      const program = Program.compile(`program "Shop" { currency EUR }
wallet points {}
event ping { vip bool? }
rule base on ping { earn 1 points }
rule vip on ping when ping.vip == true { earn 10 points }`);
      const told = (type) => {
        const member = program.enroll("m-1", JOINED);
        const event = { id: "p-1", at: "2026-11-21T10:00:00Z", vip: true };
        Object.defineProperty(event, "type", { enumerable: true, ...type });
        return [program.apply(member, event), member.save()];
      };
      const plain = told({ value: "ping" });
      assert.equal(plain[0].decisions[0].amount, "11");
      assert.deepEqual(told({ value: { toJSON: () => "ping" } }), plain);
      // One that is another at each asking is asked once.
      let asked = 0;
      assert.deepEqual(told({ get: () => ["ping", "order"][asked++] ?? "visit" }), plain);
      refused(() => told({ value: new String("ping") }), EventError, { code: "wrong_type", field: "type" });
      assert.equal(eventHead({ type: { toJSON: () => "ping" }, id: "p-1", at: "2026-11-21T10:00:00Z" }).type, "ping");
    },

    "what is no record of fields is called by its name": () => {
      const { program, member } = start();
      const bytes = new TextEncoder().encode(EVENT);
      const wrongs = [[new Map(), "a Map"], [bytes.buffer, "an ArrayBuffer"], [new DataView(bytes.buffer), "a DataView"], [new String(EVENT), "a String"]];
      for (const [wrong, found] of wrongs) {
        for (const call of ["apply", "explain", "quote"]) refused(() => program[call](member, wrong), EventError, { code: "invalid_json", found });
      }
    },

    "a cart in bytes that are no text is refused": () => {
      const program = Program.compile(`${TEXT}coupon TENTH automatic { give 10% off order }`);
      const member = program.enroll("m-1", JOINED);
      const cart = '{"at":"2026-11-21T10:00:00+01:00","lines":[{"sku":"_","unit_price":"10.00","quantity":1,"amount":"10.00"}]}';
      const bytes = new TextEncoder().encode(cart);
      assert.equal(program.quote(member, bytes).total, "9");
      bytes[bytes.indexOf(0x5f)] = 0xff;
      refused(() => program.quote(member, bytes), EventError, { code: "invalid_json" });
    },
  };
}
