// Plays a history through a program, step by step: what each event and each instant in between brings about.

import { Balances } from "./balances.js";
import { isWhole, read } from "./json.js";

/** The most events of one member, and the most instants at which time alone does something. */
export const STEPS_MAX = 20_000;

/** The most states that are kept on the way, from which an explanation sets out. */
const STATES_MAX = 32;

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

/** A member that joins with its first event; an instant that is none is refused with its event, and not the member with it. */
function enrolled(program, id, lines) {
  for (const { event } of lines) {
    if (instantOf(event?.at) === null) continue;
    try {
      return program.enroll(id, event.at);
    } catch (error) {
      if (error.code !== "bad_instant") throw error;
    }
  }
  return program.enroll(id, "2026-01-01T00:00:00Z");
}

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
  const member = joined ? program.enroll(id, joined) : enrolled(program, id, lines);
  const states = new States();
  const close = () => [member, states].forEach((held) => held.close());
  let played = null;
  try {
    const taken = lines.slice(0, STEPS_MAX);
    const told = yield* playFor(program, { member, states, lines: taken, until });
    played = { ...told, left: lines.length - taken.length, explain: (step) => explanation(program, states, taken, step), close };
    return played;
  } finally {
    if (played === null) close();
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

function* playFor(program, { member, states, lines, until }) {
  const steps = [];
  const balances = new Balances(lines.length, () => program.view(member));
  const budget = { left: STEPS_MAX };
  const timePassed = (outcome) => {
    if (outcome.decisions.length === 0) return;
    steps.push({ kind: "time", at: outcome.at, outcome });
    balances.changed(outcome);
  };
  for (const [number, line] of lines.entries()) {
    states.before(number, member);
    const step = { kind: "event", line, number, at: line.event?.at ?? null };
    try {
      for (const outcome of passing(program, member, line.event?.at, budget)) {
        timePassed(outcome);
        yield number;
      }
      step.outcome = program.apply(member, line.text);
      step.at = step.outcome.at;
      balances.changed(step.outcome);
    } catch (error) {
      if (error.name !== "EventError") throw error;
      step.refused = error;
    }
    steps.push(step);
    yield number + 1;
  }
  const played = member.clock;
  const end = instantOf(until) !== null && instantOf(until) > Date.parse(played) ? until : played;
  if (end === until) {
    for (const outcome of passing(program, member, until, budget)) {
      timePassed(outcome);
      yield lines.length;
    }
    timePassed(program.advance(member, until));
  }
  const view = program.view(member);
  return { steps, points: balances.upTo(view), view, end: view.at, played };
}

/** Lets time pass, from each instant at which something comes due to the next. */
function* passing(program, member, to, budget) {
  const limit = instantOf(to);
  if (limit === null) return;
  while (member.nextDue !== null && Date.parse(member.nextDue) <= limit && budget.left > 0) {
    budget.left -= 1;
    const due = member.nextDue;
    yield program.advance(member, due);
    if (member.nextDue === due) break;
  }
}

/** Plays again what was between a state that was kept and a step, and asks there: most steps are never looked at. */
function explanation(program, states, lines, step) {
  if (step.kind !== "event" || step.refused) return null;
  const [from, member] = states.copyBefore(step.number);
  const budget = { left: Infinity };
  const passTo = (to) => void [...passing(program, member, to, budget)];
  try {
    for (const { event, text } of lines.slice(from, step.number)) {
      try {
        passTo(event?.at);
        program.apply(member, text);
      } catch (error) {
        // It was refused the first time as well.
        if (error.name !== "EventError") throw error;
      }
    }
    passTo(step.line.event?.at);
    return { ...program.explain(member, step.line.text) };
  } finally {
    member.close();
  }
}

/** States of a member on its way; of a long one every second, fourth and so on. */
class States {
  #kept = [];
  #stride = 8;

  /** A state before an event, by the number of that event. */
  before(number, member) {
    if (number % this.#stride !== 0) return;
    this.#kept.push([number, member.copy()]);
    if (this.#kept.length <= STATES_MAX) return;
    this.#stride *= 2;
    for (const [, state] of this.#kept.filter(([at]) => at % this.#stride !== 0)) state.close();
    this.#kept = this.#kept.filter(([at]) => at % this.#stride === 0);
  }

  /** The nearest state before an event: which event it is before, and a copy of it. */
  copyBefore(number) {
    const [at, state] = this.#kept.findLast(([at]) => at <= number);
    return [at, state.copy()];
  }

  close() {
    for (const [, state] of this.#kept) state.close();
    this.#kept = [];
  }
}
