// Plays a history through a program, step by step: what each event and each instant in between brings about.

import { Balances } from "./balances.js";
import { LAST, localTime } from "./days.js";
import { isWhole, read } from "./json.js";

/** The most events of one member, and the most instants at which time alone does something. */
export const STEPS_MAX = 20_000;

/** The most states that are kept on the way, from which an explanation sets out. */
const STATES_MAX = 32;

/** From a state that is no further behind than so many events, a member is played again at once. */
const NEAR = 16;

/**
 * @typedef {object} Line One line of the list of events.
 * @property {number} index its place in the list
 * @property {string} text as it is written
 * @property {object} [event] what it says, unless it is no JSON object
 */

/**
 * The lines of a list of events; empty ones are left out.
 * @param known lines that have been read before: no text of theirs is read again
 */
export function readLines(texts, known = []) {
  const events = new Map(known.map(({ text, event }) => [text, event]));
  return texts.map((text, index) => {
    if (known[index]?.text === text) return known[index];
    const event = events.has(text) ? events.get(text) : eventIn(text);
    return event === undefined ? { index, text } : { index, text, event };
  });
}

/** The event that a line says; none if it is no JSON object, which the engine tells in its words when the line is played. */
function eventIn(text) {
  try {
    const event = read(text);
    return isWhole(event) && !Array.isArray(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

/** The members that the events name, in the order in which they are met. */
export function membersOf(lines) {
  const ids = lines.map(({ event }) => event?.member).filter((id) => id !== undefined && id !== null);
  return [...new Set(ids.map(String))];
}

/** The lines that are played for a member: its own, and those that name nobody. */
export function linesOf(lines, member) {
  return lines.filter(({ event }) => event?.member === undefined || event.member === null || String(event.member) === member);
}

const instantOf = (text) => {
  const at = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
};

/** The same in one go, for whoever has the time. */
export function play(program, history) {
  const playing = playInSteps(program, history);
  for (;;) {
    const { done, value } = playing.next();
    if (done) return value;
  }
}

/**
 * Plays the lines in their order, and then lets time pass. A page does other things in between: each turn of the generator is
 * one event or one instant, and gives how many events have been played. One that is not played to its end leaves nothing behind.
 *
 * Time is let pass in single steps, so that what expires or vests is seen when it happens; the engine comes to the same in
 * any number of steps.
 *
 * @returns {Generator<number, Played>}
 */
export function* playInSteps(program, { lines, member: id, joined, until }) {
  const taken = lines.slice(0, STEPS_MAX);
  const course = new Course(program, { id, joined, lines: taken });
  let played = null;
  try {
    for (const number of taken.keys()) yield* course.happen(number);
    const told = yield* course.end(until);
    played = { ...told, left: lines.length - taken.length, explain: (step) => course.explain(step), close: () => course.close() };
    return played;
  } finally {
    if (played === null) course.close();
  }
}

/**
 * @typedef {object} Played What a history came to.
 * @property {object[]} steps each event, and each instant at which time alone did something
 * @property {object[]} points what there was in the wallets over time
 * @property {object} view what the member has in the end
 * @property {string} end the instant of that
 * @property {string} played the instant of the last event, after which time alone passes
 * @property {number} left how many events are too many
 * @property {(step: object) => object | null} explain why a step came to what it did; null where nothing more is known than its
 * outcome. The program must not be closed yet.
 * @property {() => void} close gives the memory of all that back
 */

const END = Date.parse(`${LAST}T23:59:59-14:00`);

/** When an event says that it happens, in the program's time, as all that is taken is told; what is no instant stays as it is written. */
function inOwnTime(program, at) {
  if (instantOf(at) === null) return at;
  try {
    return localTime(program, at);
  } catch (error) {
    if (error.code !== "bad_instant") throw error;
    return at;
  }
}

/** An instant at which a member joins of whom nothing else is known. */
const SOME_DAY = "2026-01-01T00:00:00Z";

/** A member on its way through its events. It joins with the first of them that is taken, unless it is said when. */
class Course {
  #program;
  #id;
  #lines;
  #steps = [];
  #states = new States();
  #balances;
  #member;
  #hasJoined;
  /** When it would have joined with the first event that says when it happens. */
  #first = null;
  #refused = new Set();
  /** Instants at which time alone may still do something in a step of its own, and of those how many that are turned back do not count. */
  #left = STEPS_MAX;
  #spare = STEPS_MAX;

  constructor(program, { id, joined, lines }) {
    this.#program = program;
    this.#id = id;
    this.#lines = lines;
    this.#balances = new Balances(lines.length);
    this.#member = program.enroll(id, joined || SOME_DAY);
    this.#hasJoined = Boolean(joined);
    if (this.#hasJoined) this.#states.keep(0, this.#member.copy());
  }

  /** An event happens. What time does before it happens only if the event is taken: one that is refused leaves all as it was. */
  *happen(number) {
    const line = this.#lines[number];
    if (this.#hasJoined) this.#states.before(number, this.#member);
    const newcomer = this.#hasJoined ? null : this.#newcomer(line);
    const member = newcomer ?? this.#member;
    const step = { kind: "event", line, number, at: line.event?.at ?? null };
    const passed = [];
    try {
      for (const outcome of this.#passing(member, line.event?.at)) {
        passed.push([outcome, this.#wallets(member, outcome)]);
        yield number;
      }
      step.outcome = this.#program.apply(member, line.text);
      step.at = step.outcome.at;
    } catch (error) {
      if (error.name !== "EventError") throw error;
      step.refused = error;
      step.at = inOwnTime(this.#program, step.at);
    } finally {
      if (step.outcome === undefined) newcomer?.close();
    }
    if (step.refused) this.#refuse(number, newcomer === null ? passed.length : 0);
    else {
      if (newcomer) this.#join(number, newcomer);
      for (const [outcome, wallets] of passed) this.#timePassed(outcome, wallets);
      this.#balances.changed(step.outcome, this.#wallets(member, step.outcome));
    }
    this.#steps.push(step);
    yield number + 1;
  }

  /** What all of it has come to, when time has passed until then. */
  *end(until) {
    if (!this.#hasJoined && this.#first !== null) this.#join(this.#lines.length, this.#program.enroll(this.#id, this.#first));
    const played = this.#member.clock;
    const end = instantOf(until) !== null && instantOf(until) > Date.parse(played) ? until : played;
    if (end === until) {
      for (const outcome of this.#passing(this.#member, until)) {
        this.#timePassed(outcome, this.#wallets(this.#member, outcome));
        yield this.#lines.length;
      }
      const outcome = this.#program.advance(this.#member, until);
      this.#timePassed(outcome, this.#wallets(this.#member, outcome));
    }
    const view = this.#program.view(this.#member);
    return { steps: this.#steps, points: this.#balances.upTo(view), view, end: view.at, played };
  }

  /** Plays again what was between a state that was kept and a step, and asks there: most steps are never looked at. */
  explain(step) {
    if (step.kind !== "event" || step.refused) return null;
    const member = this.#stateBefore(step.number);
    try {
      for (const _ of this.#passing(member, step.at, { left: Infinity }));
      return { ...this.#program.explain(member, step.line.text) };
    } finally {
      member.close();
    }
  }

  close() {
    this.#member.close();
    this.#states.close();
  }

  /** A member that joins with an event; one that does not say when it happens is refused to somebody who has nothing. */
  #newcomer({ event }) {
    try {
      const member = this.#program.enroll(this.#id, typeof event?.at === "string" ? event.at : SOME_DAY);
      if (typeof event?.at === "string") this.#first ??= event.at;
      return member;
    } catch (error) {
      if (error.code !== "bad_instant") throw error;
      return this.#program.enroll(this.#id, SOME_DAY);
    }
  }

  #join(number, member) {
    this.#member.close();
    this.#member = member;
    this.#hasJoined = true;
    this.#states.keep(number, this.#program.enroll(this.#id, member.enrolledAt));
  }

  /** An event was refused; where time has passed before that was found, over so many instants, it is turned back. */
  #refuse(number, instants) {
    this.#refused.add(number);
    if (instants === 0) return;
    const spared = Math.min(instants, this.#spare);
    this.#spare -= spared;
    this.#left += spared;
    this.#member.close();
    this.#member = this.#stateBefore(number);
    // The next one may be refused as well, and is then turned back from here.
    this.#states.keepNear(number, this.#member);
  }

  /** The wallets of a member as they are after an outcome that does not say all of them; the whole of it is asked for then alone. */
  #wallets(member, outcome) {
    return this.#balances.saysAll(outcome) ? null : this.#program.view(member).wallets;
  }

  #timePassed(outcome, wallets) {
    if (outcome.decisions.length === 0) return;
    this.#steps.push({ kind: "time", at: outcome.at, outcome });
    this.#balances.changed(outcome, wallets);
  }

  /** Lets time pass, from each instant at which something comes due to the next. */
  *#passing(member, to, budget = null) {
    const limit = instantOf(to);
    // Beyond the last day, the engine lets no time pass.
    if (limit === null || limit > END) return;
    while (member.nextDue !== null && Date.parse(member.nextDue) <= limit && (budget?.left ?? this.#left) > 0) {
      if (budget === null) this.#left -= 1;
      const due = member.nextDue;
      yield this.#program.advance(member, due);
      if (member.nextDue === due) break;
    }
  }

  /** The member as it was before an event, to be closed. */
  #stateBefore(number) {
    const [from, member] = this.#states.copyBefore(number);
    for (let at = from; at < number; at += 1) {
      if (!this.#refused.has(at)) this.#program.apply(member, this.#lines[at].text);
    }
    return member;
  }
}

/** States of a member on its way; of a long one every second, fourth and so on, the first one in any case. */
class States {
  #kept = [];
  #near = null;
  #stride = 8;

  /** A state before an event, by the number of that event; it is closed with all others. */
  keep(number, state) {
    this.#kept.push([number, state]);
  }

  /** A state before an event, unless there is one or it is not its turn. */
  before(number, member) {
    if (number % this.#stride !== 0 || this.#kept.at(-1)?.[0] === number) return;
    this.keep(number, member.copy());
    if (this.#kept.length <= STATES_MAX) return;
    this.#stride *= 2;
    const stays = ([at], index) => index === 0 || at % this.#stride === 0;
    for (const [, state] of this.#kept.filter((one, index) => !stays(one, index))) state.close();
    this.#kept = this.#kept.filter(stays);
  }

  /** One more state, which the next takes the place of; a few events lie between the two. */
  keepNear(number, member) {
    if (this.#near !== null && number - this.#near[0] < NEAR) return;
    this.#near?.[1].close();
    this.#near = [number, member.copy()];
  }

  /** The nearest state before an event: which event it is before, and a copy of it. */
  copyBefore(number) {
    const kept = this.#kept.findLast(([at]) => at <= number);
    const [at, state] = this.#near !== null && this.#near[0] <= number && this.#near[0] > kept[0] ? this.#near : kept;
    return [at, state.copy()];
  }

  close() {
    for (const [, state] of this.#kept) state.close();
    this.#near?.[1].close();
    this.#kept = [];
    this.#near = null;
  }
}
