// What needs no browser: the state in the address, and that a history played in single steps comes to what the engine says.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Program } from "../../../loyalty-wasm/pkg/node/index.mjs";
import { outline, tokens } from "../../../loyalty-wasm/pkg/node/loyalty_core.js";
import { DECIMALS, learnUnits, programUnit, unitOf, unitOfLadder } from "../src/money.js";
import { Balances, series } from "../src/balances.js";
import { linesOf, membersOf, play, readLines } from "../src/play.js";
import { endOf, later, startOf } from "../src/days.js";
import { eventsIn, linesIn, read, written } from "../src/json.js";
import { marks } from "../src/scale.js";
import { decode, encode, fitting } from "../src/state.js";
import { template } from "../src/template.js";
import { call, speak, word } from "../src/words.js";
import { ar } from "../src/words/ar.js";
import { en } from "../src/words/en.js";

const SAMPLES = join(import.meta.dirname, "../samples");
const sample = (name) => ({
  rules: readFileSync(join(SAMPLES, `${name}.loyalty`), "utf8"),
  events: linesIn(readFileSync(join(SAMPLES, `${name}.events.jsonl`), "utf8")),
});

test("a state comes back from its fragment", async () => {
  const { rules, events } = sample("qahwa");
  const state = { rules: `${rules}// 🎁`, events, member: "نورة", joined: "", until: "2027-01-01T23:59:59+03:00" };
  const fragment = await encode(state);
  assert.match(fragment, /^1\.[A-Za-z0-9_-]+$/);
  assert.deepEqual(await decode(fragment), { ...state, left: 0 });
});

test("what is too much for a link leaves the rules in it, and counts the rest", async () => {
  let seed = 7;
  const noise = (length) => Array.from({ length }, () => ((seed = (seed * 48271) % 2147483647) % 36).toString(36)).join("");
  const state = { rules: "program", events: [`{"a":"${noise(99_000)}"}`, "{}"], member: "m-1", joined: "", until: "" };
  const { fragment, left } = await fitting(state);
  assert.equal(left, 2);
  assert.deepEqual(await decode(fragment), { ...state, events: [], left: 2 });
  assert.deepEqual(await fitting({ ...state, rules: noise(99_000) }), { fragment: "", left: 2 });
  assert.equal((await fitting({ ...state, events: [] })).left, 0);
});

test("a fragment that holds no state is none", async () => {
  for (const fragment of ["", "1", "1.", "1.!!!", "2.abcd", "1.AAAA", "sample=x"]) assert.equal(await decode(fragment), null, fragment);
  const cut = (await encode({ rules: "x".repeat(99), events: [], member: "", joined: "", until: "" })).slice(0, -6);
  assert.equal(await decode(cut), null);
});

for (const [name, member] of [["corner-shop", "m-7"], ["qahwa", "نورة"], ["roastery", "m-12"]]) {
  test(`${name}: single steps come to what the engine says of the whole`, () => {
    const { rules, events } = sample(name);
    const program = Program.compile(rules);
    const until = "2028-06-01T00:00:00Z";
    const lines = linesOf(readLines(events), member);
    const played = play(program, { lines, member, joined: "", until });
    const other = program.enroll(member, JSON.parse(events[0]).at);
    for (const event of events) program.apply(other, event);
    program.advance(other, until);
    const [{ revision: _, ...mine }, { revision: __, ...theirs }] = [played.view, program.view(other)];
    assert.deepEqual(mine, theirs);
    assert.ok(played.steps.every(({ refused }) => refused === undefined));
    assert.equal(played.steps.filter(({ kind }) => kind === "event").length, events.length);
    // What an event explains adds up to what it decides.
    for (const step of played.steps.filter(({ kind }) => kind === "event")) {
      const told = (decisions) => decisions.map(({ kind, wallet, amount }) => ({ kind, wallet, amount }));
      assert.deepEqual(told(played.explain(step).decisions), told(step.outcome.decisions));
    }
    const last = series(played.points).map((line) => [line.name, line.points.at(-1).shown.available]);
    assert.deepEqual(Object.fromEntries(last), Object.fromEntries(Object.entries(played.view.wallets).map(([wallet, { available }]) => [wallet, available])));
  });
}

test("a long history keeps a few states and balances, and any of its steps can be explained", () => {
  const program = Program.compile(`program "Shop" { currency EUR }\nwallet points { expire 12 months after earning }\nrule base on order { earn 1 points per 1 EUR of order.subtotal }`);
  const order = (number) => JSON.stringify({ type: "order", id: `o-${number}`, at: new Date(Date.UTC(2026, 0, 1, number)).toISOString(), subtotal: number === 3 ? "none" : number });
  const lines = readLines(Array.from({ length: 700 }, (_, number) => order(number)));
  const played = play(program, { lines, member: "m-1", joined: "", until: "2027-01-03T00:00:00Z" });
  assert.ok(played.points.length > 200 && played.points.length <= 500, `${played.points.length}`);
  // 0 + 1 + … + 699 without the third; those of the first day, 0 to 23, and of the second one have run out.
  assert.deepEqual([played.points.at(-1).wallets.points.available, played.view.wallets.points.available], ["243522", "243522"]);
  assert.equal(played.steps[3].refused.code, "wrong_type");
  assert.equal(played.explain(played.steps[3]), null);
  for (const number of [4, 127, 128, 699]) assert.equal(played.explain(played.steps[number]).decisions[0].amount, `${number}`);
  played.close();
});

/** The programs of the corpus, each with its steps: the events, and how far time passes. */
function* corpus() {
  const folder = join(import.meta.dirname, "../../../corpus/good");
  for (const name of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".case"))) {
    const [head, ...sections] = readFileSync(join(folder, name), "utf8").split("=== outcomes\n")[0].split("=== ");
    const bodies = (wanted) => sections.filter((section) => section.startsWith(`${wanted}\n`)).map((section) => section.slice(wanted.length + 1));
    const lines = bodies("steps").join("").split("\n");
    const enrolled = lines.find((line) => line.startsWith("enroll "))?.slice("enroll ".length);
    const steps = lines.filter((line) => /^(\{|advance )/.test(line));
    const first = JSON.parse(steps.find((line) => line.startsWith("{")) ?? "{}");
    yield { name, rules: bodies("program")[0], secret: /^secret: (.*)$/m.exec(head)?.[1], id: String(first.member ?? "m-1"), at: enrolled ?? first.at, steps };
  }
}

test("balances summed up from decisions are those of the engine, after every step of the corpus", () => {
  const wrong = new Set();
  let [steps, looks] = [0, 0];
  for (const { name, rules, secret, id, at, steps: lines } of corpus()) {
    if (at === undefined) continue;
    const program = Program.compile(rules, secret ? { secret } : {});
    const member = program.enroll(id, at);
    const balances = new Balances(0);
    for (const line of lines) {
      try {
        const outcome = line.startsWith("{") ? program.apply(member, line) : program.advance(member, line.slice("advance ".length));
        const isSaid = balances.saysAll(outcome);
        if (!isSaid) looks += 1;
        balances.changed(outcome, isSaid ? null : program.view(member).wallets);
      } catch (error) {
        if (error.name !== "EventError") throw error;
        continue;
      }
      steps += 1;
      const { at, wallets } = program.view(member);
      const figures = ({ available, pending, debt }) => [available, pending, debt].join();
      // What is said of the end is the view: another instant, then, so that the last one is what was summed up.
      const [summed] = balances.upTo({ at: "2199-01-01T00:00:00Z", enrolled_at: at, wallets }).slice(-2);
      for (const wallet of Object.keys(wallets)) {
        if (figures(summed.wallets[wallet]) !== figures(wallets[wallet])) wrong.add(`${name}: ${wallet} ${figures(summed.wallets[wallet])}, not ${figures(wallets[wallet])}`);
      }
    }
  }
  assert.deepEqual([...wrong], []);
  assert.ok(steps > 3000 && looks < steps / 50, `${looks} of ${steps}`);
});

test("a member is looked at once, however long its history is", () => {
  const program = Program.compile(`program "Shop" { currency EUR }\nwallet points { vest after 14 days expire 12 months after earning }\nrule base on order { earn 1 points per 1 EUR of order.subtotal }`);
  const order = (number) => JSON.stringify({ type: "order", id: `o-${number}`, at: new Date(Date.UTC(2026, 0, 1, 7 * number)).toISOString(), subtotal: "5.00" });
  const lines = readLines(Array.from({ length: 400 }, (_, number) => order(number)));
  const parse = JSON.parse;
  let letters = 0;
  JSON.parse = (text, ...rest) => ((letters += text.length), parse(text, ...rest));
  try {
    play(program, { lines, member: "m-1", joined: "", until: "" }).close();
  } finally {
    JSON.parse = parse;
  }
  // A line for each lot that is there in the end.
  assert.ok(letters < 500 * lines.length, `${letters} letters for ${lines.length} events`);
});

test("lines that stay are not read again", () => {
  const first = readLines(['{"id":"a"}', "no json", '{"id":"b"}']);
  const second = readLines(['{"id":"a"}', '{"id":"c"}', "no json", '{"id":"b"}'], first);
  assert.equal(second[0], first[0]);
  assert.equal(second[3].event, first[2].event);
  assert.deepEqual(second.map(({ index, event }) => [index, event?.id]), [[0, "a"], [1, "c"], [2, undefined], [3, "b"]]);
});

test("a refused event leaves the rest as it is, and says why", () => {
  const program = Program.compile(sample("corner-shop").rules);
  const lines = readLines(["no json", '{"type":"order","id":"o-1","at":"2026-01-05T10:00:00+01:00","subtotal":"ten"}', '{"type":"order","id":"o-2","at":"2026-01-06T10:00:00+01:00","subtotal":"10"}']);
  const played = play(program, { lines, member: "m-1", joined: "", until: "" });
  assert.deepEqual(played.steps.map(({ refused }) => refused?.code ?? null), ["invalid_json", "wrong_type", null]);
  assert.equal(played.view.wallets.points.pending, "10");
});

const YEAR = Program.compile(`program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
wallet points { expire 12 months after earning }
rule base on order { earn 1 points per 1 EUR of order.subtotal }`);
const order = (id, at, subtotal, more = {}) => JSON.stringify({ type: "order", id, at, subtotal, ...more });
const done = ({ refused, outcome }) => refused?.code ?? outcome.decisions.map(({ kind, amount, reason }) => `${kind} ${amount ?? reason}`).join();

test("a refused event lets no time pass", () => {
  const other = { currency: "USD" };
  const texts = [
    order("o-1", "2026-01-05T10:00:00Z", "5.00"),
    order("o-2", "2027-06-05T10:00:00Z", "5.00", other),
    order("o-3", "2026-02-01T10:00:00Z", "7.00"),
    order("o-4", "3000-01-01T10:00:00Z", "7.00"),
    order("o-5", "2027-06-05T10:00:00Z", "5.00", other),
    order("o-6", "2026-02-02T10:00:00Z", "1.00"),
    order("o-7", "2027-01-10T10:00:00Z", "2.00"),
  ];
  const played = play(YEAR, { lines: readLines(texts), member: "m-1", joined: "", until: "" });
  // The five of the first order run out on 5 January 2027: between the last two that are taken.
  assert.deepEqual(played.steps.map(done), ["earned 5", "wrong_currency", "earned 7", "bad_instant", "wrong_currency", "earned 1", "expired 5", "earned 2"]);
  assert.deepEqual(played.points.map(({ wallets }) => wallets.points.available), ["0", "5", "12", "13", "8", "10"]);
  assert.equal(played.view.wallets.points.expired, "5");
  assert.equal(played.explain(played.steps.at(-1)).decisions[0].amount, "2");
  played.close();
});

test("many refused events in a row are turned back from near by, and change nothing", () => {
  const good = Array.from({ length: 100 }, (_, number) => order(`o-${number}`, new Date(Date.UTC(2026, 0, 1 + number)).toISOString(), "1.00"));
  const bad = Array.from({ length: 100 }, (_, number) => order(`x-${number}`, "2027-02-01T10:00:00Z", "1.00", { currency: "USD" }));
  const mixed = play(YEAR, { lines: readLines(good.flatMap((text, number) => [text, bad[number]])), member: "m-1", joined: "", until: "2027-03-01T00:00:00Z" });
  const alone = play(YEAR, { lines: readLines(good), member: "m-1", joined: "", until: "2027-03-01T00:00:00Z" });
  assert.deepEqual(mixed.steps.filter(({ refused }) => !refused).map(done), alone.steps.map(done));
  assert.deepEqual(mixed.view, alone.view);
  for (const played of [mixed, alone]) played.close();
});

test("a member joins with the first event that is taken, as in a history that is replayed", async () => {
  const texts = ["no json", order("o-2", "2027-06-05T10:00:00Z", "5.00", { currency: "USD" }), order("o-1", "2026-01-05T10:00:00Z", "5.00")];
  const played = play(YEAR, { lines: readLines(texts), member: "m-1", joined: "", until: "" });
  assert.deepEqual(played.steps.map(done), ["invalid_json", "wrong_currency", "earned 5"]);
  assert.equal(played.explain(played.steps[2]).decisions[0].amount, "5");
  const replayed = await YEAR.replay(texts.slice(1).map((text) => text.replace("{", '{"member":"m-1",')));
  assert.equal(played.view.enrolled_at, YEAR.view(replayed.member("m-1")).enrolled_at);
  assert.equal(played.view.wallets.points.available, replayed.summary.wallets.points.available);
  // Where none is taken, the first that says when it happens.
  assert.match(play(YEAR, { lines: readLines(texts.slice(0, 2)), member: "m-1", joined: "", until: "" }).view.enrolled_at, /^2027-06-05/);
  assert.match(play(YEAR, { lines: [], member: "m-1", joined: "2026-03-01T00:00:00Z", until: "" }).view.enrolled_at, /^2026-03-01/);
  assert.throws(() => play(YEAR, { lines: [], member: "x".repeat(200), joined: "", until: "" }), { name: "EventError" });
});

test("events are read as lines, as a list, or as one object, with their digits", () => {
  const lines = ['{"id":"a","points":12345678901234567890}', '{"id":"b, ]}","lines":[{"n":[1,2]},{}]}'];
  const list = `[\n  ${lines.join(" ,\n  ").replaceAll(":", ": ")}\n]\n`;
  assert.deepEqual(eventsIn(lines.join("\r\n\n")), lines);
  assert.deepEqual(eventsIn(list), lines);
  assert.deepEqual(eventsIn(`\uFEFF${list}`), lines);
  assert.deepEqual(eventsIn('{\n  "id": "a"\n}\n'), ['{"id":"a"}']);
  assert.deepEqual(eventsIn("[]"), []);
  assert.deepEqual(eventsIn(" \n"), []);
  // What is no JSON stays as it is, for the engine to say so.
  assert.deepEqual(eventsIn("[\n{"), ["[", "{"]);
});

test("numbers keep the digits that they came with", () => {
  const text = '{ "id": 9007199254740993123, "price": 12.50, "n": [1, -0.5, 1e400], "#": "#9", "esc": "\\u0023\\u0023", "o": {} }';
  const event = read(text);
  assert.deepEqual([event.id, event.price, ...event.n].map(String), ["9007199254740993123", "12.50", "1", "-0.5", "1e400"]);
  assert.deepEqual([event["#"], event.esc], ["#9", "##"]);
  assert.equal(written(event), text.replace("\\u0023\\u0023", "##"));
  assert.deepEqual(membersOf(readLines(['{"member":9007199254740993}', '{"member":9007199254740992}'])), ["9007199254740993", "9007199254740992"]);
  assert.throws(() => read('{"a":1'), SyntaxError);
});

test("a month later is the same day, or the last one of a shorter month", () => {
  const days = [["2026-01-31", 1], ["2028-01-31", 1], ["2026-01-30", 1], ["2028-02-29", 12], ["2026-12-15", 1], ["2026-05-31", 1], ["2199-12-15", 1]];
  assert.deepEqual(days.map(([day, months]) => later(day, months)), ["2026-02-28", "2028-02-29", "2026-02-28", "2029-02-28", "2027-01-15", "2026-06-30", "2199-12-30"]);
});

test("a day begins and ends where the program is, on the days as well on which clocks are changed", () => {
  const inZone = (zone) => Program.compile(`// was: timezone "Asia/Tokyo"\nprogram "C" { currency EUR timezone "${zone}" }\nwallet points {}`);
  for (const [zone, day, start, end] of [
    ["Europe/Berlin", "2026-01-05", "2026-01-05T00:00:00+01:00", "2026-01-05T23:59:59+01:00"],
    ["Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00", "2026-03-29T23:59:59+02:00"],
    ["Europe/Berlin", "2026-10-25", "2026-10-25T00:00:00+02:00", "2026-10-25T23:59:59+01:00"],
    // Clocks go forward from midnight to one, and back from midnight to eleven.
    ["Africa/Cairo", "2026-04-24", "2026-04-24T01:00:00+03:00", "2026-04-24T23:59:59+03:00"],
    ["Africa/Cairo", "2026-10-29", "2026-10-29T00:00:00+03:00", "2026-10-29T23:59:59+02:00"],
    ["Pacific/Kiritimati", "2199-12-30", "2199-12-30T00:00:00+14:00", "2199-12-30T23:59:59+14:00"],
    ["Pacific/Pago_Pago", "1970-01-02", "1970-01-02T00:00:00-11:00", "1970-01-02T23:59:59-11:00"],
  ]) {
    const program = inZone(zone);
    assert.deepEqual([startOf(day, program), endOf(day, program)], [start, end], `${zone} ${day}`);
  }
  assert.equal(endOf("2026-05-05", null), "2026-05-05T23:59:59Z");
});

test("a refused event is told in the time of the program, as one that is taken", () => {
  const texts = [order("o-1", "2026-01-05T09:00:00Z", "5.00"), order("o-2", "2026-01-05T09:00:00Z", "5.00", { currency: "USD" }), order("o-3", "soon", "5.00")];
  const played = play(YEAR, { lines: readLines(texts), member: "m-1", joined: "", until: "" });
  assert.deepEqual(played.steps.map(({ at }) => at), ["2026-01-05T10:00:00+01:00", "2026-01-05T10:00:00+01:00", "soon"]);
  played.close();
});

test("the currency of a program is known wherever it is said, and not from a comment", () => {
  const learn = (head) => {
    const rules = `// currency USD\n${head}\nwallet cash { holds EUR } measure spend = sum(order.subtotal) tiers status by spend { base {}  gold from 5 EUR {} }`;
    learnUnits(rules, JSON.parse(tokens(rules)), JSON.parse(outline(rules)));
    return [programUnit(), unitOf("cash"), unitOfLadder("status")];
  };
  for (const head of ['program "C" { currency EUR }', 'program "C" { timezone "Europe/Berlin"  currency EUR }', 'program "C"\n{\n  currency // once USD\n  EUR\n}']) {
    assert.deepEqual(learn(head), ["EUR", "EUR", "EUR"], head);
  }
  assert.equal(learn('program "currency USD" {}')[0], null);
});

test("a scale has round figures, and nought", () => {
  assert.deepEqual(marks(0, 340), [0, 100, 200, 300]);
  assert.deepEqual(marks(0, 920), [0, 250, 500, 750]);
  assert.deepEqual(marks(0, 9, { whole: true }), [0, 5]);
  assert.deepEqual(marks(0, 1), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(marks(0, 1, { whole: true }), [0, 1]);
  assert.deepEqual(marks(-30, 100), [0, 50, 100]);
  assert.deepEqual(marks(0, 0.03), [0, 0.01, 0.02, 0.03]);
  assert.deepEqual(marks(0, 1_250_000), [0, 500_000, 1_000_000]);
});

test("currencies have the decimals that the engine counts", () => {
  const source = readFileSync(join(import.meta.dirname, "../../../loyalty-core/src/check/currency.rs"), "utf8");
  const lists = [...source.matchAll(/^\s+\((\d), "([A-Z ]+)"\),$/gm)].map(([, digits, codes]) => [digits, codes]);
  assert.deepEqual(Object.fromEntries(lists), DECIMALS);
});

test("every refusal of the documentation has its words in both languages", () => {
  const page = readFileSync(join(import.meta.dirname, "../../embedding.md"), "utf8");
  const table = page.split("<!-- refusals -->")[1].trim().split("\n\n")[0];
  const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code).sort();
  assert.ok(codes.length > 40, `${codes.length}`);
  for (const { refusal } of [en, ar]) assert.deepEqual(Object.keys(refusal).sort(), codes);
});

test("Arabic has every word that the engine has in the corpus", () => {
  speak("ar");
  const kinds = new Set();
  const corpus = join(import.meta.dirname, "../../../corpus");
  for (const name of readdirSync(corpus, { recursive: true }).filter((name) => name.endsWith(".case"))) {
    for (const [, kind] of readFileSync(join(corpus, name), "utf8").split("=== outcomes")[1].matchAll(/\{"kind":"(\w+)"/g)) kinds.add(kind);
  }
  assert.ok(kinds.size > 60, `${kinds.size}`);
  const untold = [...kinds].filter((kind) => /[A-Za-z]/.test(call("kind", kind)) && !/^[A-Z]/.test(kind) && word("kind", kind) === null);
  speak("en");
  assert.deepEqual(untold, []);
});

test("Arabic has every sentence of the engine that is always the same", () => {
  const folder = join(import.meta.dirname, "../../../loyalty-core/src/engine/explain");
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".rs"));
  const said = files.flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/\.saying\("([^"]+)"\)/g)].map(([, note]) => note));
  assert.deepEqual(Object.keys(ar.value.note), [...new Set(said)].sort());
});

test("members are those that the events name", () => {
  const lines = readLines(['{"member":"a"}', '{"member":7}', "{}", '{"member":"a"}']);
  assert.deepEqual(membersOf(lines), ["a", "7"]);
  assert.deepEqual(linesOf(lines, "7").map(({ index }) => index), [1, 2]);
});

test("a first form of an event is one that the program takes", () => {
  const { rules } = sample("corner-shop");
  const field = (name, detail) => ({ name, detail });
  const records = new Map([["line", [field("category", "text?"), field("amount", "money"), field("roast", "text?")]]]);
  const order = { name: "order", fields: [field("subtotal", "money shared, with a default"), field("lines", "[line]?"), field("branch", "text?")] };
  const text = template(order, { records, rules, lines: readLines(['{"type":"order","id":"order-2","at":"2026-02-28T10:00:00+01:00"}']) });
  assert.deepEqual(JSON.parse(text), { type: "order", id: "order-3", at: "2026-03-01T10:00:00+01:00", lines: [{ category: "tea", amount: "20.00" }] });
  const program = Program.compile(rules);
  const member = program.enroll("m-1", "2026-01-01T00:00:00Z");
  assert.equal(program.apply(member, text).decisions[0].amount, "60");
});

test("what the documentation tells to run is what the tests of the project run", () => {
  const root = join(import.meta.dirname, "../../..");
  const page = readFileSync(join(root, "docs/playground/README.md"), "utf8");
  const script = readFileSync(join(root, "test"), "utf8");
  const commands = page.split("```sh\n")[1].split("```")[0].trim().split("\n").map((line) => line.split("#")[0].trim());
  assert.equal(commands.length, 3);
  // The packages are fetched by a function of the script, which does so where they are missing.
  const run = (command) => script.includes(command) || (/ ci$/.test(command) && script.includes("packages docs/playground"));
  for (const command of commands) assert.ok(run(command), command);
});
