"use strict";
// Programs: compiled once, used for any number of members.

const { together } = require("./accounts.js");
const { count, instant, isBytes, isRecord, json, kind, object, options, plain, points, secret, text, texts, whole } = require("./arguments.js");
const { newEstimate } = require("./broadcast.js");
const { ready } = require("./core.js");
const { revived, told } = require("./errors.js");
const { lines, Packer } = require("./event.js");
const { exactClass } = require("./exact.js");
const { outcomeOf } = require("./flat.js");
const { newLeaderboard } = require("./leaderboard.js");
const { memberHandle, newMember } = require("./member.js");
const { played, turn } = require("./played.js");
const { newReplay } = require("./replay.js");
const { newReport } = require("./report.js");
const { Held, shownAs } = require("./shown.js");
const { Chunks, expectEvent } = require("./stream.js");
const { Unwanted } = require("./unwanted.js");

/** A history is not divided further. */
const THREADS_MAX = 256;

/** Only `compile` makes programs. */
const MAKE = Symbol("make");

// What a host hands over may run code of its own where it is read, and that may close a member or a program. So whatever is read of
// arguments is read before a handle is taken.
class Program extends Held {
  #handle;
  #packer;
  /** How many histories are being played: the last of them takes a closed program with it. */
  #playing = 0;
  /** What a member asks of the program that it belongs to. */
  #owner = {
    program: this,
    save: (state) => this.#open.save(state),
    saveBinary: (state) => this.#open.saveBinary(state),
    same: (one, other) => this.#open.sameState(one, other),
  };

  constructor(make, handle) {
    if (make !== MAKE) throw new TypeError("call Program.compile; there is no other way to make a program");
    super();
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
    let [now, counters] = [];
    if (given !== undefined) {
      const known = options(given, ["counters", "now"]);
      now = optionalInstant(known.now, "now");
      if (known.counters !== undefined) counters = countersOf(known.counters);
    }
    let [program, state] = [this.#open, memberHandle(member)];
    let outcome;
    try {
      if (typeof event === "string") outcome = program.apply(state, lent(whole(event)), now, counters);
      else if (isBytes(event)) outcome = program.apply(state, plain(event, "event"), now, counters);
      else {
        const packed = this.#packer.pack(object(event));
        // The event's own code may have closed either.
        [program, state] = [this.#open, memberHandle(member)];
        outcome = program.applyPacked(state, lent(packed), now, counters);
      }
    } catch (thrown) {
      throw revived(thrown);
    }
    return outcomeOf(outcome);
  }

  advance(member, to, given) {
    const [when, known] = [instant(to, "to"), optionalCounters(given)];
    const [program, state] = [this.#open, memberHandle(member)];
    return outcomeOf(told(() => program.advance(state, when, known)));
  }

  quote(member, cart, given) {
    const { codes = [], counters = {}, language = "en", others = true } = options(given, ["codes", "counters", "language", "others"]);
    if (typeof others !== "boolean") throw new TypeError(`\`others\`: expected true or false, found ${kind(others)}`);
    const asked = [texts(codes, "codes"), countersOf(counters), others, text(language, "language")];
    const [program, state] = [this.#open, memberHandle(member)];
    const quote = told(() => {
      if (typeof cart === "string") return program.quote(state, whole(cart), ...asked);
      if (isBytes(cart)) return program.quote(state, json(cart, "cart"), ...asked);
      const packed = this.#packer.packAs("order", object(cart));
      return this.#open.quotePacked(memberHandle(member), packed, ...asked);
    });
    return JSON.parse(quote);
  }

  broadcastEstimate(broadcast, given) {
    const { counters = {} } = options(given, ["counters"]);
    const known = countersOf(counters);
    const program = this.#open;
    const handle = told(() => {
      if (typeof broadcast === "string") return program.broadcastEstimate(whole(broadcast), known);
      if (isBytes(broadcast)) return program.broadcastEstimate(json(broadcast, "broadcast"), known);
      const packed = this.#packer.pack(object(broadcast));
      return this.#open.broadcastEstimatePacked(packed, known);
    });
    return newEstimate(handle);
  }

  leaderboard(name, at, given) {
    const { around, closed = false, neighbours = 2, top } = options(given, ["around", "closed", "neighbours", "top"]);
    if (typeof closed !== "boolean") throw new TypeError(`\`closed\`: expected true or false, found ${kind(closed)}`);
    const [board, when] = [text(name, "name"), instant(at, "at")];
    const places = top === undefined ? undefined : count(top, "top");
    const each = count(neighbours, "neighbours");
    const program = this.#open;
    if (around === undefined) return newLeaderboard(told(() => program.leaderboard(board, when, closed, places)));
    const state = memberHandle(around);
    return newLeaderboard(told(() => program.leaderboardAround(board, when, closed, places, state, each)));
  }

  report(given) {
    const { active = [], period, values = {} } = options(given, ["active", "period", "values"]);
    const events = texts(active, "active");
    const length = period === undefined ? undefined : text(period, "period");
    const worth = namedAmounts(values, "values");
    return newReport(told(() => this.#open.report(length, events, worth)));
  }

  view(member, at) {
    const given = at === undefined ? undefined : instant(at, "at");
    const [program, state] = [this.#open, memberHandle(member)];
    return JSON.parse(told(() => program.view(state, given ?? state.clock)));
  }

  explain(member, event, given) {
    const known = optionalCounters(given);
    const [program, state] = [this.#open, memberHandle(member)];
    return explanation(() => {
      if (typeof event === "string") return program.explain(state, new TextEncoder().encode(whole(event)), known);
      if (isBytes(event)) return program.explain(state, plain(event, "event"), known);
      const packed = this.#packer.pack(object(event));
      return this.#open.explainPacked(memberHandle(member), packed, known);
    });
  }

  explainAdvance(member, to, given) {
    const [when, known] = [instant(to, "to"), optionalCounters(given)];
    const [program, state] = [this.#open, memberHandle(member)];
    return explanation(() => program.explainAdvance(state, when, known));
  }

  audit(member, event) {
    const state = memberHandle(member);
    const id = text(event, "event");
    return JSON.parse(told(() => this.#open.audit(state, id)));
  }

  merge(into, absorbed, at) {
    const when = instant(at, "at");
    return told(() => together([into, absorbed], (states) => this.#open.merge(states, when)));
  }

  erase(member, pseudonym, at) {
    const [name, when] = [text(pseudonym, "pseudonym"), instant(at, "at")];
    const [program, state] = [this.#open, memberHandle(member)];
    return JSON.parse(told(() => program.erase(state, name, when)));
  }

  export(member) {
    const state = memberHandle(member);
    return JSON.parse(told(() => this.#open.export(state)));
  }

  poolSpend(members, payment) {
    const given = options(payment, ["at", "id", "points", "wallet"]);
    const [id, wallet] = [text(given.id, "id"), text(given.wallet, "wallet")];
    const [amount, when] = [points(given.points, "points"), instant(given.at, "at")];
    return told(() => together(members, (states) => this.#open.poolSpend(states, id, wallet, amount, when)));
  }

  poolGiveBack(members, back) {
    const given = options(back, ["at", "id", "payment", "points"]);
    const [id, payment] = [text(given.id, "id"), text(given.payment, "payment")];
    const amount = given.points === undefined ? undefined : points(given.points, "points");
    const when = instant(given.at, "at");
    return told(() => together(members, (states) => this.#open.poolGiveBack(states, id, payment, amount, when)));
  }

  sendBack(received) {
    const program = this.#open;
    const back = told(() => {
      if (typeof received === "string") return program.sendBack(whole(received));
      if (isBytes(received)) return program.sendBack(json(received, "received"));
      const packed = this.#packer.pack(object(received));
      return this.#open.sendBackPacked(packed);
    });
    return JSON.parse(back);
  }

  migrate(old, member, at) {
    if (!(old instanceof Program)) throw new TypeError(`\`old\`: expected a Program, found ${kind(old)}`);
    const when = instant(at, "at");
    const [program, before, state] = [this.#open, old.#open, memberHandle(member)];
    const migrated = told(() => program.migrate(before, state, when));
    const { report, moves, outcome } = JSON.parse(migrated.told());
    const after = newMember(migrated.member(), this.#owner, report);
    migrated.free();
    return { member: after, report, moves, outcome };
  }

  load(state) {
    const program = this.#open;
    let loaded;
    if (isBytes(state)) loaded = told(() => program.loadBinary(plain(state, "state")));
    else if (typeof state === "string") loaded = told(() => program.load(text(state, "state")));
    else {
      // An object has been through a parser that rounds whole numbers beyond 2^53, which the state has.
      throw new TypeError(`\`state\`: expected the string or the bytes that were saved, as they are, found ${kind(state)}`);
    }
    const member = newMember(loaded.member(), this.#owner, JSON.parse(loaded.migration()));
    loaded.free();
    return member;
  }

  runTests() {
    return JSON.parse(this.#open.runTests());
  }

  policies() {
    return JSON.parse(this.#open.policies());
  }

  async replay(events, given) {
    const known = options(given, ["outcomes", "until", "states", "threads", "counters", "signal"]);
    const { outcomes = false, until, states, threads, signal } = known;
    if (typeof outcomes !== "boolean") throw new TypeError(`\`outcomes\`: expected true or false, found ${kind(outcomes)}`);
    const end = optionalInstant(until, "until");
    const members = statesOf(states);
    if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
      throw new TypeError(`\`threads\`: expected a whole number from 1, found ${typeof threads === "number" ? threads : kind(threads)}`);
    }
    const counters = known.counters === undefined ? undefined : countersOf(known.counters);
    const unwanted = new Unwanted(signal);
    const program = this.#open;
    this.#playing += 1;
    try {
      // Bytes are the host's, which may fill them anew once this has returned: the core copies them before that.
      const history = written(events) ?? (await unwanted.before(packedOf(events, this.#packer, unwanted)));
      const replay = typeof history === "string" ? "replayPacked" : "replay";
      const count = threads && Math.min(threads, THREADS_MAX);
      return newReplay(await played((stop) => program[replay](history, members, outcomes, end, counters, count, stop), unwanted), this.#owner);
    } finally {
      unwanted.forget();
      this.#playing -= 1;
      if (this.#handle === null && this.#playing === 0) program.free();
    }
  }

  close() {
    if (this.#playing === 0) this.#handle?.free();
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
  if (!isRecord(amounts)) {
    throw new TypeError(`\`${field}\`: expected an object of numbers, found ${kind(amounts)}`);
  }
  return Object.entries(amounts).flatMap(([name, value]) => [text(name, field), points(value, `${field}.${name}`)]);
}

const encoder = new TextEncoder();
const room = new Uint8Array(1 << 14);

/** The UTF-8 of a text for a call that copies it at once: in one room for all, which is quicker than to pass the text itself. */
function lent(text) {
  // No character of a string becomes more than three bytes.
  if (text.length * 3 > room.length) return encoder.encode(text);
  return room.subarray(0, encoder.encodeInto(text, room).written);
}

/** The one option of what looks at counters and takes no other. */
function optionalCounters(given) {
  const { counters } = options(given, ["counters"]);
  return counters === undefined ? undefined : countersOf(counters);
}

function optionalInstant(value, name) {
  return value === undefined ? undefined : instant(value, name);
}

/** The bytes of a history that is there as lines. */
function written(events) {
  if (isBytes(events)) return plain(events, "events");
  if (typeof events === "string") return lines(events);
}

/** A history that comes event by event as one packed string, or the bytes of a stream. */
async function packedOf(events, packer, unwanted) {
  if (events === null || typeof events !== "object" || !(Symbol.iterator in events || Symbol.asyncIterator in events)) {
    throw new TypeError(`\`events\`: expected lines of JSON or an iterable of events, found ${kind(events)}`);
  }
  const parts = [];
  const chunks = new Chunks(events);
  for await (const event of events) {
    unwanted.check();
    if (chunks.take(event)) continue;
    if (parts.length === 0) expectEvent(event);
    parts.push(packer.item(event));
    if (parts.length % AT_ONCE === 0) await turn();
  }
  return chunks.lines ?? parts.join("");
}

/** Saved states, strings or bytes as they are, as bytes. */
function statesOf(states) {
  if (states === undefined) return [];
  if (states === null || typeof states !== "object" || isBytes(states) || !(Symbol.iterator in states)) {
    throw new TypeError(`\`states\`: expected an iterable of saved states, found ${kind(states)}`);
  }
  return Array.from(states, (state) => {
    if (isBytes(state)) return new Uint8Array(plain(state, "states"));
    if (typeof state === "string") return new TextEncoder().encode(text(state, "states"));
    throw new TypeError(`\`states\`: expected strings or bytes as they were saved, found ${kind(state)}`);
  });
}

/** So many events are packed before others have a turn: some milliseconds. */
const AT_ONCE = 256;

exactClass(Program);
shownAs(Program, ["title", "version"], "`program.text` is its text");

module.exports = { Program };
