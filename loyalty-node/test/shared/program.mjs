// What the border between JavaScript and the core adds, beside what the corpus shows: values in and out, errors and their
// properties, arguments of wrong types. A list of tests, so that a browser can run them too.

const TEXT = `program "Corner Shop" { currency EUR  timezone "Europe/Berlin"  version 3 }
event order { promised instant?  due date? }
wallet points { expire 12 months after earning }
rule base on order { earn 1 points per 1 EUR of order.subtotal }
rule lines on order { earn 1 points per 1 of sum(order.lines.quantity where category == "coffee") }
rule soon on order when order.promised <= 2027-01-01T00:00Z { earn 1 points }
rule dated on order when order.due <= 2027-01-01 { earn 1 points }
test "ten" { on order { subtotal 10.00 EUR }  expect earned == 10 points }
test "wrong" { on order { subtotal 10.00 EUR }  expect earned == 11 points }
`;
const JOINED = "2026-01-01T00:00:00Z";
const ORDER = { type: "order", id: "o-1", member: "m-1", at: "2026-11-21T10:00:00+01:00", subtotal: "37.50" };
const EVENT = JSON.stringify(ORDER);

/** The tests by name. `assert` is Node's, or what does the same in a browser. */
export function programTests(loyalty, assert) {
  const { BroadcastEstimate, check, EventError, eventHead, format, init, Leaderboard, Member, Program, Replay, Report, RulesError, StateError } = loyalty;
  const start = () => {
    const program = Program.compile(TEXT);
    return { program, member: program.enroll("m-1", JOINED) };
  };
  /** The error that a call throws, whose class and properties are as said. */
  const refused = (call, Class, properties = {}) => {
    let error;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    assert.ok(error instanceof Class, `expected a ${Class.name}, found ${error?.name}: ${error?.message}`);
    assert.ok(error instanceof Error);
    for (const [name, value] of Object.entries(properties)) assert.deepEqual(error[name], value);
    return error;
  };
  const amounts = (outcome) => outcome.decisions.map(({ amount }) => amount);

  return {
    "a program says its title, version and text": () => {
      const { program } = start();
      assert.deepEqual([program.title, program.version, program.text], ["Corner Shop", 3, TEXT]);
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
      for (const wrong of [{ top: 1.5 }, { top: "3" }, { neighbours: -1 }, { closed: 1 }, { around: "ana" }, { places: 3 }]) {
        refused(() => program.leaderboard("month_cups", new Date(), wrong), TypeError);
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
        refused(() => program.apply(member, { ...ORDER, [field]: 820982911946154508 }), EventError, {
          code: "wrong_type",
          field,
          expected: "a text, or a whole number below 2^53",
          found: "820982911946154500",
          help: "send its digits as a text: a number this large may have been rounded before it came here",
        });
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
      const told = { code: "bad_instant", found: "`tomorrow`" };
      refused(() => program.enroll("m-2", "tomorrow"), EventError, told);
      refused(() => program.apply(member, EVENT, { now: "tomorrow" }), EventError, told);
      refused(() => program.advance(member, "tomorrow"), EventError, told);
      refused(() => program.view(member, "tomorrow"), EventError, told);
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

    "the head of an event says whose it is": () => {
      const head = { type: "order", id: "o-1", member: "m-1", at: "2026-11-21T09:00:00Z" };
      for (const event of [ORDER, EVENT, new TextEncoder().encode(EVENT)]) assert.deepEqual(eventHead(event), head);
      assert.deepEqual(eventHead({ type: 7, member: 8n, at: new Date(NaN) }), { type: "7", id: null, member: "8", at: null });
      for (const wrong of [7, null, [], "[]", "{", new Uint8Array([255])]) refused(() => eventHead(wrong), EventError, { code: "invalid_json" });
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

    "what an object inherits is not read": () => {
      const text = TEXT.replace("promised instant?", "promised instant?  constructor text?").replace("order.promised <=", 'order.constructor == "x" or order.promised <=');
      const program = Program.compile(text);
      const member = program.enroll("m-1", JOINED);
      assert.deepEqual(amounts(program.apply(member, ORDER)), ["37"]);
      assert.deepEqual(amounts(program.apply(member, { ...ORDER, id: "o-2", constructor: "x" })), ["38"]);
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

    "counters are an object of numbers": () => {
      const { program, member } = start();
      for (const counters of [new Map([["a", 1]]), new Set(), [], null, 5, new Date()]) {
        assert.match(refused(() => program.apply(member, EVENT, { counters }), TypeError).message, /^`counters`: expected an object of numbers/);
      }
      assert.equal(member.revision, 0);
    },

    "a history is played in one call": async () => {
      const { program } = start();
      const orders = ["m-1", "m-2", "m-1"].map((member, at) => ({ ...ORDER, id: `o-${at}`, member }));
      const lines = orders.map((order) => JSON.stringify(order)).join("\n");
      async function* late() {
        yield* orders;
      }
      const forms = [lines, new TextEncoder().encode(lines), orders, lines.split("\n"), late(), orders.map((order) => new TextEncoder().encode(JSON.stringify(order)))];
      for (const events of forms) {
        const replay = await program.replay(events);
        assert.deepEqual([replay.members().map(({ id }) => id), replay.refused, replay.outcomes], [["m-1", "m-2"], [], []]);
        assert.deepEqual([replay.summary.events, replay.summary.members, replay.summary.conserved], [3, 2, true]);
        assert.equal(replay.summary.wallets.points.issued, "111");
        const member = replay.member("m-1");
        assert.equal(program.view(member).wallets.points.available, "74");
        assert.equal(replay.member("nobody"), undefined);
      }
      const replay = await program.replay(orders, { outcomes: true, until: new Date("2028-01-01T00:00:00Z") });
      assert.deepEqual(replay.outcomes.map(({ decisions }) => decisions[0].kind), ["earned", "earned", "earned", "expired", "expired"]);
      assert.equal(replay.summary.wallets.points.expired, "111");
      replay.close();
      refused(() => replay.summary, TypeError);
    },

    "a history goes on from the states that its first part has left": async () => {
      const { program } = start();
      const orders = ["m-1", "m-2", "m-1", "m-3"].map((member, at) => ({ ...ORDER, id: `o-${at}`, member }));
      const text = (events) => events.map((order) => JSON.stringify(order)).join("\n");
      const saved = (replay) => replay.members().map((member) => member.save());
      const whole = await program.replay(orders);
      const [first, second] = [orders.slice(0, 2), orders.slice(2)];
      const part = await program.replay(first);
      const forms = [saved(part), part.members().map((member) => member.saveBinary()), new Set(saved(part))];
      for (const states of forms) {
        for (const events of [second, text(second)]) {
          const rest = await program.replay(events, { states });
          assert.deepEqual([rest.summary.events, saved(rest)], [2, saved(whole)]);
        }
      }
      // What was known before is known again.
      assert.equal((await program.replay(first, { states: forms[0] })).summary.replayed, 2);
      for (const states of ["{}", new Uint8Array(2), null, 7, {}, [7], [{}], [null], ["\ud800"]]) {
        await assert.rejects(program.replay([], { states }), TypeError);
      }
      for (const states of [["{}"], ["no state"], [new Uint8Array([9, 9])], [""]]) {
        await assert.rejects(program.replay([], { states }), { name: "StateError" });
      }
    },

    "what is closed while it is in use": async () => {
      const { program, member } = start();
      const history = program.replay([ORDER, { ...ORDER, id: "o-2" }]);
      program.close();
      assert.equal((await history).summary.applied, 2);
      refused(() => program.title, TypeError);
      const closing = (what) => Object.defineProperty({ ...ORDER }, "subtotal", { enumerable: true, get: () => (what.close(), "37.50") });
      for (const call of ["apply", "explain", "quote"]) {
        const other = start();
        assert.equal(refused(() => other.program[call](other.member, closing(other.member)), TypeError).message, "the member is closed");
        assert.equal(refused(() => other.program[call](start().member, closing(other.program)), TypeError).message, "the program is closed");
      }
      member.close();
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

    "what is no record of fields is called by its name": () => {
      const { program, member } = start();
      const bytes = new TextEncoder().encode(EVENT);
      const wrongs = [[new Map(), "a Map"], [bytes.buffer, "an ArrayBuffer"], [new DataView(bytes.buffer), "a DataView"], [new String(EVENT), "a String"]];
      for (const [wrong, found] of wrongs) {
        for (const call of ["apply", "explain", "quote"]) refused(() => program[call](member, wrong), EventError, { code: "invalid_json", found });
      }
    },

    "a history refuses what is no text, and reads it as no other": async () => {
      const { program } = start();
      const half = (id) => JSON.stringify({ ...ORDER, id: "?" }).replace("?", id);
      const bytes = (text, last) => Uint8Array.from([...new TextEncoder().encode(text).slice(0, -2), ...last, 0x22, 0x7d]);
      const odd = [half("\ud800"), half("\udc00"), bytes(EVENT, [0xff]), bytes(EVENT, [0xfe]), `\ufeff${EVENT}`, new TextEncoder().encode(`\ufeff${EVENT}`)];
      const { refused, summary } = await program.replay([...odd, EVENT]);
      assert.deepEqual([summary.applied, refused.map(({ line, error }) => [line, error.code])], [1, odd.map((_, at) => [at + 1, "invalid_json"])]);
      const lines = await program.replay([half("\ud800"), EVENT, half("\udc00")].join("\n"));
      assert.deepEqual([lines.summary.applied, lines.refused.map(({ line, error }) => [line, error.code])], [1, [[1, "invalid_json"], [3, "invalid_json"]]]);
    },

    "a long history gives others a turn": async () => {
      const { program } = start();
      let turns = 0;
      const events = Array.from({ length: 3000 }, (_, at) => ({ ...ORDER, id: `o-${at}` }));
      const waiting = setInterval(() => (turns += 1));
      const packed = [];
      const { summary } = await program.replay(events.map((event, at) => Object.defineProperty(event, "at", { get: () => (packed.push([at, turns]), ORDER.at) })));
      clearInterval(waiting);
      assert.equal(summary.applied, 3000);
      assert.ok(packed.at(-1)[1] > packed[0][1], `${turns} turns`);
    },

    "a history tells what it refused": async () => {
      const { program } = start();
      const events = [ORDER, { ...ORDER, id: "o-2", subtotal: -1 }, "{", 5, null, { ...ORDER, id: "o-3", member: undefined }, new Uint8Array([255])];
      const { refused, summary } = await program.replay(events);
      const told = refused.map(({ line, event, error }) => [line, event, error.code, error instanceof EventError]);
      assert.deepEqual(told, [
        [2, "o-2", "negative_amount", true],
        [3, null, "invalid_json", true],
        [4, null, "invalid_json", true],
        [5, null, "invalid_json", true],
        [6, "o-3", "missing_field", true],
        [7, null, "invalid_json", true],
      ]);
      assert.deepEqual([summary.events, summary.applied, summary.refused], [7, 1, 6]);
      for (const wrong of [7, null, undefined, {}]) {
        let error;
        await program.replay(wrong).catch((thrown) => (error = thrown));
        assert.ok(error instanceof TypeError);
      }
      let error;
      await program.replay([], { until: "tomorrow" }).catch((thrown) => (error = thrown));
      assert.ok(error instanceof EventError && error.code === "bad_instant");
      await program.replay([], { outcome: true }).catch((thrown) => (error = thrown));
      assert.ok(error instanceof TypeError);
      for (const threads of [0, -1, 1.5, NaN, "two", null, 2n]) {
        await program.replay([], { threads }).catch((thrown) => (error = thrown));
        assert.match(error.message, /^`threads`: expected a whole number from 1, found /);
      }
    },

    "a history comes to the same on any number of threads": async () => {
      const { program } = start();
      const events = Array.from({ length: 3000 }, (_, n) => ({ ...ORDER, id: `o-${n % 2900}`, member: `m-${n % 70}` }));
      events.push({ ...ORDER, id: undefined }, { ...ORDER, member: 7.5 });
      const came = async (history, threads) => {
        const { summary, outcomes, refused } = await program.replay(history, { outcomes: true, until: "2028-01-01T00:00:00Z", threads });
        return [summary, outcomes, refused];
      };
      const alone = await came(events, 1);
      assert.equal(alone[0].events, 3002);
      const texts = events.map((event) => JSON.stringify(event)).join("\n");
      for (const threads of [undefined, 2, 3, 1e9]) {
        assert.deepEqual(await came(events, threads), alone);
        assert.deepEqual((await came(texts, threads)).slice(0, 2), alone.slice(0, 2));
      }
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

    "a cart in bytes that are no text is refused": () => {
      const program = Program.compile(`${TEXT}coupon TENTH automatic { give 10% off order }`);
      const member = program.enroll("m-1", JOINED);
      const cart = '{"at":"2026-11-21T10:00:00+01:00","lines":[{"sku":"_","unit_price":"10.00","quantity":1,"amount":"10.00"}]}';
      const bytes = new TextEncoder().encode(cart);
      assert.equal(program.quote(member, bytes).total, "9");
      bytes[bytes.indexOf(0x5f)] = 0xff;
      refused(() => program.quote(member, bytes), EventError, { code: "invalid_json" });
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
