// One's own work, kept in this browser: the last few programs that somebody has written here, each with its history.

import { kept } from "./kept.js";

const DRAFTS_MAX = 5;
/** Letters of a history that is kept: browsers have room for some five million, and one draft is not to crowd out all others. */
const LETTERS_MAX = 2_000_000;

/**
 * @typedef {object} Draft
 * @property {string} id
 * @property {string} title what its program calls itself
 * @property {number} at when it was worked at last
 * @property {object} state what `state.js` holds of a page
 * @property {number} left how many of its events there was no room for
 */

/** All of them, the last one first. */
export function drafts() {
  try {
    const list = JSON.parse(kept("drafts") ?? "[]");
    return Array.isArray(list) ? list.filter(isDraft) : [];
  } catch {
    return [];
  }
}

/** What this page knows of the drafts that it works at: when each was kept last, and what it was then. */
const known = new Map();

const wordsOf = ({ rules, events, member, joined, until }) => JSON.stringify([rules, events, member, joined, until]);

/** From here on, a draft is worked at on this page. */
export function takeDraft(id) {
  const draft = drafts().find((other) => other.id === id);
  if (draft) known.set(id, { at: draft.at, words: wordsOf(draft.state) });
}

/** A key that no other draft has. */
export const newDraft = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;

/**
 * Keeps a draft and gives the id that it has, and whether all of it is kept: older ones make room, and then its own events. One that another
 * page has kept in the meantime stays as it is, and what is kept here is another.
 * @returns {{ id: string, whole: boolean }}
 */
export function keepDraft(id, state) {
  const { rules, events, member, joined, until } = state;
  const words = wordsOf(state);
  const before = drafts().find((other) => other.id === id);
  const seen = known.get(id);
  // What has not been changed here is not kept once more.
  if (before && (seen?.words === words || wordsOf(before.state) === words)) return { id, whole: before.left === 0 };
  if (before && before.at !== seen?.at) return keepDraft(newDraft(), state);
  const title = /^\s*program\s+"((?:[^"\\]|\\.)*)"/m.exec(rules)?.[1] ?? "";
  const fits = events.reduce((sum, line) => sum + line.length, 0) <= LETTERS_MAX;
  const left = fits ? 0 : events.length;
  const at = Math.max(Date.now(), (drafts()[0]?.at ?? 0) + 1);
  const draft = { id, title, at, state: { rules, events: fits ? [...events] : [], member, joined, until }, left };
  let list = [draft, ...drafts().filter((other) => other.id !== id)].slice(0, DRAFTS_MAX);
  while (!kept("drafts", JSON.stringify(list))) {
    if (list.length > 1) list = list.slice(0, -1);
    else if (draft.left === 0 && events.length > 0) Object.assign(draft, { state: { ...draft.state, events: [] }, left: events.length });
    else return { id, whole: false };
  }
  known.set(id, { at, words });
  return { id, whole: draft.left === 0 };
}

function isDraft(draft) {
  const { rules, events, member, joined, until } = draft?.state ?? {};
  const texts = [draft?.id, rules, member, joined, until];
  return texts.every((text) => typeof text === "string") && Array.isArray(events) && events.every((line) => typeof line === "string");
}
