// A thousand wrong inputs, each another, the same in every run: each is a proper error, never a crash, and the member is as
// before.

/** Chance that anybody can repeat (mulberry32). */
function chance(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { below, one: (list) => list[below(list.length)] };
}

const TEXT = `program "Shop" { currency EUR }
event order { gift bool?  due date?  promised instant?  pickup time?  floor int? }
wallet points {}
rule base on order { earn 1 points per 1 EUR of order.subtotal }
rule lines on order { earn 1 points per 1 EUR of sum(order.lines.amount where category == "coffee") }
rule codes on order when "A" in order.coupons { earn 1 points }
rule gift on order when order.gift { earn 1 points }
rule due on order when order.due <= 2027-01-01 { earn 1 points }
rule promised on order when order.promised <= 2027-01-01T00:00Z { earn 1 points }
rule pickup on order when order.pickup <= 12:00 { earn 1 points }
rule floor on order when order.floor >= 1 { earn 1 points }
`;
const LINE = { id: "1", category: "coffee", quantity: 1, amount: "3.50" };
const ORDER = {
  type: "order",
  id: "o-1",
  member: "m-1",
  at: "2026-11-21T10:00:00+01:00",
  currency: "EUR",
  subtotal: "37.50",
  coupons: ["A"],
  gift: true,
  due: "2026-12-01",
  promised: "2026-12-01T00:00:00Z",
  pickup: "10:30",
  floor: 3,
  lines: [LINE],
};

function cyclic() {
  const self = { of: [] };
  self.of.push(self);
  return self;
}

const NOWHERE = [
  () => Symbol("x"),
  () => () => 1,
  () => class {},
  cyclic,
  () => new Map([["a", 1]]),
  () => new Proxy({}, {}),
  () => ({ toJSON: () => ({}) }),
  () => "\ud800 half",
  () => "half \udfff",
  () => NaN,
  () => Infinity,
  () => -Infinity,
  () => new Date(NaN),
  () => /x/,
  () => new Uint8Array(3),
  () => ({ toJSON: cyclic }),
];
// Wrong for numbers, and for what is not text: too large, too long, too fine, or none at all.
const NO_NUMBER = [
  ...NOWHERE,
  () => true,
  () => "",
  () => "many",
  () => "1,5",
  () => "0x10",
  () => "1e",
  () => " 1",
  () => "١٢",
  () => [1],
  () => 2 ** 53,
  () => 2 ** 64,
  () => 1e300,
  () => 5e-324,
  () => Number.MAX_VALUE,
  () => 0.1 + 0.2,
  () => 10n ** 40n,
  () => "9".repeat(200),
  () => `0.${"1".repeat(100)}`,
  () => "1e999999999",
  () => new Date(0),
];
const LONG = () => "x".repeat(5_000);
const NO_ID = [...NOWHERE, () => true, () => "", () => 2 ** 53, () => 1.5, () => [], LONG, () => new Date(0)];
const NO_LIST = [...NOWHERE, () => 7, () => "A", () => true, () => ({ 0: LINE, length: 1 }), () => new Set([LINE])];
const NO_MOMENT = [...NOWHERE, () => 7, () => true, () => "soon", () => "2026-02-30T00:00:00Z", () => [], () => "2026-13-01", () => "25:00"];

/** Field → values that it may not have. What is missing is wrong for the envelope only: a subtotal is that of the lines. */
const WRONG = {
  type: [...NO_ID, () => null, () => undefined, () => "refunds", () => "Order", () => "__proto__", () => "constructor", () => 7],
  id: [...NO_ID, () => null, () => undefined],
  member: [...NO_ID, () => "m-2", () => 7],
  at: [...NO_MOMENT, () => null, () => undefined, () => new Date(-1), () => new Date(8.64e15), () => "2026-11-21T10:00:00", () => "1969-01-01T00:00:00Z"],
  currency: [...NO_ID, () => "USD", () => "eur"],
  subtotal: [...NO_NUMBER, () => -1, () => "-0.01"],
  coupons: [...NO_LIST, () => [Symbol("x")], () => [{}], () => [[]], () => ["A", "\ud800"], () => [LONG()], () => Array(10_001).fill("A")],
  gift: [...NOWHERE, () => 1, () => "true", () => []],
  due: [...NO_MOMENT, () => new Date(0), () => "2026-12-01T00:00:00Z"],
  promised: [...NO_MOMENT, () => "2026-12-01"],
  pickup: [...NO_MOMENT, () => new Date(0)],
  floor: [...NO_NUMBER, () => 1.5, () => "1.5"],
  revision: [...NO_NUMBER, () => -1, () => 0, () => 2, () => 1.5, () => "one"],
  lines: [...NO_LIST, () => [LINE, 7], () => [null, "x"], () => [LINE, [LINE]], () => [LINE, LINE, cyclic].flat(), () => Array(10_001).fill(LINE)],
};
const WRONG_IN_LINE = { amount: [...NO_NUMBER, () => -1], category: [...NOWHERE, () => true, () => [], LONG] };

/** Runs every wrong value of every field, and `count` inputs of chance, and gives what was not as it should be. */
export function playRandom(loyalty, count, seed = 1) {
  const { EventError, Program, RulesError, StateError } = loyalty;
  const program = Program.compile(TEXT);
  const other = Program.compile(TEXT.replaceAll("points", "stars"));
  const member = program.enroll("m-1", "2026-01-01T00:00:00Z");
  // A history, so that there is something to damage.
  program.apply(member, { ...ORDER, id: "o-0" });
  const { below, one } = chance(seed);
  const before = member.save();
  const json = JSON.stringify(ORDER);
  const damaged = (text) => {
    // A cut is never JSON; what is put in is a sign that JSON has nowhere.
    const at = 1 + below(text.length - 2);
    return one([() => text.slice(0, at), () => `${text.slice(0, at)}\u0007${text.slice(at)}`, () => text + one(["}", ",", "x", text])])();
  };
  const kinds = {
    "a field": () => {
      const field = one(Object.keys(WRONG));
      const event = { ...ORDER, [field]: one(WRONG[field])() };
      return [field, EventError, () => program[one(["apply", "explain"])](member, event)];
    },
    "a field of a line": () => {
      const field = one(Object.keys(WRONG_IN_LINE));
      const lines = [LINE, { ...LINE, id: "2", [field]: one(WRONG_IN_LINE[field])() }, LINE];
      return [field, EventError, () => program.apply(member, { ...ORDER, lines })];
    },
    "JSON text": () => ["text", EventError, () => program.apply(member, damaged(json))],
    "JSON bytes": () => {
      const bytes = new TextEncoder().encode(damaged(json));
      return ["bytes", EventError, () => program.apply(member, bytes)];
    },
    "bytes of chance": () => {
      const bytes = Uint8Array.from({ length: below(100) }, () => below(256));
      return ["bytes", EventError, () => program.apply(member, bytes)];
    },
    "no event": () => {
      const event = one([() => 7, () => null, () => undefined, () => [], () => Symbol("x"), () => () => 1, () => true, () => 1n, () => "\ud800", () => "", cyclic, () => new Date(), () => new Map(), () => Object.create(null)])();
      return [String(typeof event), EventError, () => program.apply(member, event)];
    },
    "no member": () => {
      const wrong = one([null, undefined, 7, {}, [], program, Object.create(member), new Proxy(member, {}), "m-1"]);
      return ["member", TypeError, () => program[one(["apply", "advance", "view", "explain"])](wrong, ORDER)];
    },
    "a closed member": () => {
      const closed = member.copy();
      closed.close();
      return ["closed", TypeError, () => one([() => program.apply(closed, ORDER), () => program.explain(closed, ORDER), () => closed.save(), () => closed.copy(), () => closed.id])()];
    },
    "a closed program": () => {
      const closed = Program.compile(TEXT);
      closed.close();
      return ["closed", TypeError, () => one([() => closed.apply(member, ORDER), () => closed.view(member), () => closed.enroll("m-1", ORDER.at), () => closed.title])()];
    },
    "another program's member": () => ["other", EventError, () => other.apply(member, ORDER)],
    "options": () => {
      const wrong = one([7, "now", null, { nwo: 1 }, { now: 7 }, { now: {} }, { now: Symbol("x") }, true]);
      return ["options", TypeError, () => program.apply(member, ORDER, wrong)];
    },
    "an instant": () => {
      const wrong = one([() => "soon", () => new Date(NaN), () => "2026-02-30T00:00:00Z", () => "9999-01-01T00:00:00Z", () => "", () => new Date(-8.64e15)])();
      return ["instant", EventError, () => program[one(["advance", "view"])](member, wrong)];
    },
    "a state": () => {
      const at = below(before.length);
      const state = one([() => damaged(before), () => before.replace(/"(available|issued)":"[^"]*"/, '"$1":"99"'), () => before.slice(at), () => "null", () => "[]"])();
      // A cut at the very beginning leaves it whole.
      return ["state", state === before ? undefined : StateError, () => program.load(state)];
    },
    "a state in bytes": () => {
      const bytes = member.saveBinary();
      const cut = bytes.slice(0, below(bytes.length));
      return ["state", StateError, () => program.load(one([cut, Uint8Array.from([...bytes, 0]), new Uint8Array(0)]))];
    },
    "a program's text": () => {
      const text = one([damaged(TEXT).slice(0, -1) + "}", TEXT.slice(below(30) + 1), "{".repeat(100), "rule", `${TEXT}${TEXT}`, "\u0000"]);
      return ["text", RulesError, () => Program.compile(`${text} @`)];
    },
  };
  const failures = [];
  const inputs = [];
  for (const [field, values] of Object.entries(WRONG)) {
    for (const value of values) inputs.push(["a field", field, EventError, () => program.apply(member, { ...ORDER, [field]: value() })]);
  }
  for (const [field, values] of Object.entries(WRONG_IN_LINE)) {
    for (const value of values) {
      inputs.push(["a field of a line", field, EventError, () => program.apply(member, { ...ORDER, lines: [LINE, { ...LINE, [field]: value() }] })]);
    }
  }
  for (let number = 0; number < count; number += 1) {
    const kind = one(Object.keys(kinds));
    inputs.push([kind, ...kinds[kind]()]);
  }
  for (const [number, [kind, what, Class, call]] of inputs.entries()) {
    let thrown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    const said = thrown === undefined ? "nothing was thrown" : `${thrown?.name}: ${thrown?.message}`;
    const proper = Class === undefined || (thrown instanceof Class && thrown instanceof Error && thrown.message !== "");
    if (!proper) failures.push(`${number}, ${kind} (${what}): expected a ${Class.name}, ${said}`);
    if (member.save() !== before) {
      failures.push(`${number}, ${kind} (${what}): the member has changed`);
      break;
    }
  }
  // And all still works.
  const last = program.apply(member, { ...ORDER, id: "the last one" });
  if (last.decisions[0]?.kind !== "earned") failures.push("nothing is earned any more");
  return { inputs: inputs.length, failures };
}
