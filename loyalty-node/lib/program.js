"use strict";
// Programs: compiled once, used for any number of members.

const { together } = require("./accounts.js");
const { count, decoded, instant, kind, object, options, points, secret, text, whole } = require("./arguments.js");
const { newEstimate } = require("./broadcast.js");
const { ready } = require("./core.js");
const { revived, told } = require("./errors.js");
const { Packer } = require("./event.js");
const { outcomeOf } = require("./flat.js");
const { newLeaderboard } = require("./leaderboard.js");
const { memberHandle, newMember } = require("./member.js");
const { newReplay } = require("./replay.js");
const { newReport } = require("./report.js");

/** Only `compile` makes programs. */
const MAKE = Symbol("make");

class Program {
  #handle;
  #packer;
  /** What a member asks of the program that it belongs to. */
  #owner = {
    program: this,
    save: (state) => this.#open.save(state),
    saveBinary: (state) => this.#open.saveBinary(state),
  };

  constructor(make, handle) {
    if (make !== MAKE) throw new TypeError("call Program.compile; there is no other way to make a program");
    this.#handle = handle;
    this.#packer = new Packer(JSON.parse(handle.reads()));
  }

  static compile(program, given) {
    const { name = "program", secret: key } = options(given, ["name", "secret"]);
    const [called, source, bytes] = [text(name, "name"), text(program, "text"), secret(key)];
    return new Program(MAKE, told(() => ready().Program.compile(source, called, bytes)));
  }

  get #open() {
    if (this.#handle === null) throw new TypeError("the program is closed");
    return this.#handle;
  }

  get title() {
    return this.#open.title;
  }

  get version() {
    return this.#open.version;
  }

  get text() {
    return this.#open.text;
  }

  get warnings() {
    return JSON.parse(this.#open.warnings());
  }

  enroll(id, at) {
    const [who, when] = [text(id, "id"), instant(at, "at")];
    return newMember(told(() => this.#open.enroll(who, when)), this.#owner);
  }

  apply(member, event, given) {
    const program = this.#open;
    const state = memberHandle(member);
    let [now, counters] = [];
    if (given !== undefined) {
      const known = options(given, ["counters", "now"]);
      now = optionalInstant(known.now, "now");
      if (known.counters !== undefined) counters = countersOf(known.counters);
    }
    let outcome;
    try {
      if (typeof event === "string") outcome = program.apply(state, whole(event), now, counters);
      else if (event instanceof Uint8Array) outcome = program.applyBytes(state, event, now, counters);
      else outcome = program.applyPacked(state, this.#packer.pack(object(event)), now, counters);
    } catch (thrown) {
      throw revived(thrown);
    }
    return outcomeOf(outcome);
  }

  advance(member, to, given) {
    const state = memberHandle(member);
    const when = instant(to, "to");
    const { counters } = options(given, ["counters"]);
    const known = counters === undefined ? undefined : countersOf(counters);
    return outcomeOf(told(() => this.#open.advance(state, when, known)));
  }

  quote(member, cart, given) {
    const program = this.#open;
    const state = memberHandle(member);
    const { codes = [], counters = {}, language = "en", others = true } = options(given, ["codes", "counters", "language", "others"]);
    if (!Array.isArray(codes)) throw new TypeError(`\`codes\`: expected a list of strings, found ${kind(codes)}`);
    if (typeof others !== "boolean") throw new TypeError(`\`others\`: expected true or false, found ${kind(others)}`);
    const asked = [codes.map((code) => text(code, "codes")), countersOf(counters), others, text(language, "language")];
    const quote = told(() => {
      if (typeof cart === "string") return program.quote(state, whole(cart), ...asked);
      if (cart instanceof Uint8Array) return program.quote(state, decoded(cart), ...asked);
      return program.quotePacked(state, this.#packer.packAs("order", object(cart)), ...asked);
    });
    return JSON.parse(quote);
  }

  broadcastEstimate(broadcast, given) {
    const program = this.#open;
    const { counters = {} } = options(given, ["counters"]);
    const known = countersOf(counters);
    const handle = told(() => {
      if (typeof broadcast === "string") return program.broadcastEstimate(whole(broadcast), known);
      if (broadcast instanceof Uint8Array) return program.broadcastEstimate(decoded(broadcast), known);
      return program.broadcastEstimatePacked(this.#packer.pack(object(broadcast)), known);
    });
    return newEstimate(handle);
  }

  leaderboard(name, at, given) {
    const program = this.#open;
    const { around, closed = false, neighbours = 2, top } = options(given, ["around", "closed", "neighbours", "top"]);
    if (typeof closed !== "boolean") throw new TypeError(`\`closed\`: expected true or false, found ${kind(closed)}`);
    const [board, when] = [text(name, "name"), instant(at, "at")];
    const places = top === undefined ? undefined : count(top, "top");
    const each = count(neighbours, "neighbours");
    if (around === undefined) return newLeaderboard(told(() => program.leaderboard(board, when, closed, places)));
    const state = memberHandle(around);
    return newLeaderboard(told(() => program.leaderboardAround(board, when, closed, places, state, each)));
  }

  report(given) {
    const program = this.#open;
    const { active = [], period, values = {} } = options(given, ["active", "period", "values"]);
    if (!Array.isArray(active)) throw new TypeError(`\`active\`: expected a list of strings, found ${kind(active)}`);
    const events = active.map((name) => text(name, "active"));
    const length = period === undefined ? undefined : text(period, "period");
    const worth = namedAmounts(values, "values");
    return newReport(told(() => program.report(length, events, worth)));
  }

  view(member, at) {
    const state = memberHandle(member);
    const when = at === undefined ? state.clock : instant(at, "at");
    return JSON.parse(told(() => this.#open.view(state, when)));
  }

  explain(member, event) {
    const program = this.#open;
    const state = memberHandle(member);
    return explanation(() => {
      if (typeof event === "string") return program.explain(state, new TextEncoder().encode(whole(event)));
      if (event instanceof Uint8Array) return program.explain(state, event);
      return program.explainPacked(state, this.#packer.pack(object(event)));
    });
  }

  explainAdvance(member, to) {
    const program = this.#open;
    const [state, when] = [memberHandle(member), instant(to, "to")];
    return explanation(() => program.explainAdvance(state, when));
  }

  audit(member, event) {
    const state = memberHandle(member);
    const id = text(event, "event");
    return JSON.parse(told(() => this.#open.audit(state, id)));
  }

  merge(into, absorbed, at) {
    const program = this.#open;
    const when = instant(at, "at");
    return told(() => together([into, absorbed], (states) => program.merge(states, when)));
  }

  erase(member, pseudonym, at) {
    const state = memberHandle(member);
    const [name, when] = [text(pseudonym, "pseudonym"), instant(at, "at")];
    return JSON.parse(told(() => this.#open.erase(state, name, when)));
  }

  export(member) {
    const state = memberHandle(member);
    return JSON.parse(told(() => this.#open.export(state)));
  }

  poolSpend(members, payment) {
    const program = this.#open;
    const given = options(payment, ["at", "id", "points", "wallet"]);
    const [id, wallet] = [text(given.id, "id"), text(given.wallet, "wallet")];
    const [amount, when] = [points(given.points, "points"), instant(given.at, "at")];
    return told(() => together(members, (states) => program.poolSpend(states, id, wallet, amount, when)));
  }

  poolGiveBack(members, back) {
    const program = this.#open;
    const given = options(back, ["at", "id", "payment", "points"]);
    const [id, payment] = [text(given.id, "id"), text(given.payment, "payment")];
    const amount = given.points === undefined ? undefined : points(given.points, "points");
    const when = instant(given.at, "at");
    return told(() => together(members, (states) => program.poolGiveBack(states, id, payment, amount, when)));
  }

  sendBack(received) {
    const program = this.#open;
    const back = told(() => {
      if (typeof received === "string") return program.sendBack(whole(received));
      if (received instanceof Uint8Array) return program.sendBack(decoded(received));
      return program.sendBackPacked(this.#packer.pack(object(received)));
    });
    return JSON.parse(back);
  }

  migrate(old, member, at) {
    const program = this.#open;
    if (!(old instanceof Program)) throw new TypeError(`\`old\`: expected a Program, found ${kind(old)}`);
    const [before, state, when] = [old.#open, memberHandle(member), instant(at, "at")];
    const migrated = told(() => program.migrate(before, state, when));
    const { report, moves, outcome } = JSON.parse(migrated.told());
    const after = newMember(migrated.member(), this.#owner, report);
    migrated.free?.();
    return { member: after, report, moves, outcome };
  }

  load(state) {
    const program = this.#open;
    let loaded;
    if (state instanceof Uint8Array) loaded = told(() => program.loadBinary(state));
    else if (typeof state === "string") loaded = told(() => program.load(text(state, "state")));
    else {
      // An object has been through a parser that rounds whole numbers beyond 2^53, which the state has.
      throw new TypeError(`\`state\`: expected the string or the bytes that were saved, as they are, found ${kind(state)}`);
    }
    const member = newMember(loaded.member(), this.#owner, JSON.parse(loaded.migration()));
    loaded.free?.();
    return member;
  }

  runTests() {
    return JSON.parse(this.#open.runTests());
  }

  policies() {
    return JSON.parse(this.#open.policies());
  }

  async replay(events, given) {
    const program = this.#open;
    const { outcomes = false, until } = options(given, ["outcomes", "until"]);
    if (typeof outcomes !== "boolean") throw new TypeError(`\`outcomes\`: expected true or false, found ${kind(outcomes)}`);
    const end = optionalInstant(until, "until");
    const history = await historyOf(events, this.#packer);
    try {
      const replay = typeof history === "string" ? "replayPacked" : "replay";
      return newReplay(await program[replay](history, outcomes, end), this.#owner);
    } catch (thrown) {
      throw revived(thrown);
    }
  }

  close() {
    this.#handle?.free?.();
    this.#handle = null;
  }
}

/** What the core explains: its data, which also tells itself to people. */
function explanation(ask) {
  const [json, words, html] = told(ask);
  return Object.defineProperties(JSON.parse(json), {
    toString: { value: () => words },
    toHtml: { value: () => html },
  });
}

/** Counters over all members: names and digits by turns. */
function countersOf(counters) {
  return namedAmounts(counters, "counters");
}

/** Names and digits by turns. */
function namedAmounts(amounts, field) {
  if (amounts === null || typeof amounts !== "object" || Array.isArray(amounts)) {
    throw new TypeError(`\`${field}\`: expected an object of numbers, found ${kind(amounts)}`);
  }
  return Object.entries(amounts).flatMap(([name, value]) => [text(name, field), points(value, `${field}.${name}`)]);
}

function optionalInstant(value, name) {
  return value === undefined ? undefined : instant(value, name);
}

/** A history as the bytes of its lines, or as one packed string. */
async function historyOf(events, packer) {
  if (events instanceof Uint8Array) return events;
  if (typeof events === "string") return new TextEncoder().encode(events);
  if (events === null || typeof events !== "object" || !(Symbol.iterator in events || Symbol.asyncIterator in events)) {
    throw new TypeError(`\`events\`: expected lines of JSON or an iterable of events, found ${kind(events)}`);
  }
  const parts = [];
  for await (const event of events) parts.push(packer.item(event));
  return parts.join("");
}

module.exports = { Program };
