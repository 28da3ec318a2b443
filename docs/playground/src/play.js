// Plays a history through a program, step by step: what each event and each instant in between brings about.

import { isWhole, read } from "./json.js";

/** The most events of one member, and the most instants at which time alone does something. */
export const STEPS_MAX = 2000;

/**
 * @typedef {object} Line One line of the list of events.
 * @property {number} index its place in the list
 * @property {string} text as it is written
 * @property {object} [event] what it says, unless it is no JSON object
 */

/** The lines of a list of events; empty ones are left out. */
export function readLines(texts) {
  return texts.map((text, index) => {
    try {
      const event = read(text);
      if (isWhole(event) && !Array.isArray(event)) return { index, text, event };
    } catch {
      // Told by the engine when the line is played, in its words.
    }
    return { index, text };
  });
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

/**
 * Plays the lines in their order, and then lets time pass.
 *
 * Time is let pass in single steps, so that what expires or vests is seen when it happens; the engine comes to the same in
 * any number of steps.
 *
 * @returns {{steps: object[], points: object[], view: object, member: object, end: string, played: string}} `played`
 * is the instant of the last event, after which time alone passes
 */
export function play(program, { lines, member: id, joined, until }) {
  const member = joined ? program.enroll(id, joined) : enrolled(program, id, lines);
  const steps = [];
  const points = [];
  const note = () => {
    const view = program.view(member);
    points.push({ at: Date.parse(view.at), view });
  };
  let budget = STEPS_MAX;
  const passTo = (to) => {
    const limit = instantOf(to);
    if (limit === null) return;
    while (member.nextDue !== null && Date.parse(member.nextDue) <= limit && budget > 0) {
      budget -= 1;
      const due = member.nextDue;
      const outcome = program.advance(member, due);
      if (outcome.decisions.length > 0) steps.push({ kind: "time", at: outcome.at, outcome });
      note();
      if (member.nextDue === due) break;
    }
  };
  note();
  for (const line of lines.slice(0, STEPS_MAX)) {
    const step = { kind: "event", line, at: line.event?.at ?? null };
    try {
      passTo(line.event?.at);
      step.explanation = { ...program.explain(member, line.text) };
      step.outcome = program.apply(member, line.text);
      step.at = step.outcome.at;
      note();
    } catch (error) {
      if (error.name !== "EventError") throw error;
      step.refused = error;
      delete step.explanation;
    }
    steps.push(step);
  }
  const played = member.clock;
  const end = instantOf(until) !== null && instantOf(until) > Date.parse(played) ? until : played;
  if (end === until) {
    passTo(until);
    const outcome = program.advance(member, until);
    if (outcome.decisions.length > 0) steps.push({ kind: "time", at: outcome.at, outcome });
    note();
  }
  const view = program.view(member);
  return { steps, points, view, member, end: view.at, played, left: lines.length - Math.min(lines.length, STEPS_MAX) };
}

/** The figures of each wallet over time: `{ name, points: [{ at, available, pending }] }`. Numbers, for drawing only. */
export function series(points) {
  const names = Object.keys(points.at(-1)?.view.wallets ?? {});
  return names.map((name) => ({
    name,
    points: points.map(({ at, view }) => {
      const { available, pending, debt } = view.wallets[name];
      return { at, available: Number(available) - Number(debt), pending: Number(pending), shown: { ...view.wallets[name], at: view.at } };
    }),
  }));
}
