// The list of programs to choose from: one's own work, and the samples.

import { $, desk } from "./desk.js";
import { element } from "./dom.js";
import { drafts } from "./drafts.js";
import { say, shortly } from "./words.js";

export const samples = globalThis.LOYALTY_SAMPLES ?? [];

/** A piece of a text, which turns by itself: what is to be chosen can hold no elements. */
const isolated = (text) => `\u2068${text}\u2069`;

export function fillSamples() {
  const { source } = desk;
  const own = drafts();
  const named = ({ title, at }) => `${isolated(title || say("untitled"))} · ${isolated(shortly(at))}`;
  const linked = source.sample === undefined && !own.some(({ id }) => id === source.draft);
  $("sample").replaceChildren(
    ...(linked ? [element("option", { value: "" }, say(source.draft === undefined ? "own" : "drafts"))] : []),
    ...(own.length > 0 ? [element("optgroup", { label: say("drafts") }, own.map((draft) => element("option", { value: `draft:${draft.id}` }, named(draft))))] : []),
    element("optgroup", { label: say("samples") }, samples.map(({ name, title }) => element("option", { value: name }, title))),
  );
  $("sample").value = linked ? "" : (source.sample ?? `draft:${source.draft}`);
}
