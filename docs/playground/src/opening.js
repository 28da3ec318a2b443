// What takes the place of what is shown: a sample, a draft, a file, a test, a link; and the way back to one's own work.

import { fillSamples, samples } from "./choices.js";
import { desk, fresh } from "./desk.js";
import { element } from "./dom.js";
import { drafts, newDraft, takeDraft } from "./drafts.js";
import { readFile } from "./files.js";
import { replay } from "./history.js";
import { notice } from "./notice.js";
import { compile, takeRules } from "./rules.js";
import { goneOn, isWritten, keep, touched } from "./saving.js";
import { decode, empty } from "./state.js";
import { say } from "./words.js";

function show({ rules, events, member, joined, until }, from, marks) {
  Object.assign(desk.state, { rules, events: [...events], member, joined, until });
  desk.source = { ...from };
  fresh(marks);
  desk.editor.open(rules);
  compile();
  fillSamples();
  // A program without a history is shown at work by the longest of its own tests.
  const [longest] = [...desk.histories].sort((one, other) => other.events.length - one.events.length);
  if (events.length === 0 && longest && from.draft === undefined) playTest(longest);
}

/** Before something else takes its place: a way back to what is no sample as it stands. */
function putAside() {
  const { source, state, marks } = desk;
  if (source.sample !== undefined || state.rules === "") return;
  const before = { ...state, events: [...state.events] };
  keep();
  const back = () => {
    notice("");
    show(before, source, marks);
  };
  notice(say("putAside"), { tone: "calm", act: [say("bringBack"), back] });
}

/** Opens what is chosen from the list of programs. */
export function openProgram(value) {
  takeRules();
  const sample = samples.find(({ name }) => name === value);
  const draft = drafts().find(({ id }) => `draft:${id}` === value);
  if (!sample && !draft) return;
  notice("");
  putAside();
  if (sample) return show(sample, { sample: value });
  takeDraft(draft.id);
  show(draft.state, { draft: draft.id });
  if (draft.left > 0) notice(say("draftWithout", draft.left));
}

function openDraft({ id, state: work, left }) {
  takeDraft(id);
  show(work, { draft: id });
  notice(left > 0 ? say("draftWithout", left) : "");
}

/** Plays one of the program's own tests. */
export function openTest(test) {
  const { source } = desk;
  if (!source.test) {
    notice("");
    putAside();
    // What is worked at from here on is another draft: the one before keeps its events.
    desk.source = source.draft === undefined ? { ...source, test: true } : { draft: newDraft(), test: true };
  }
  playTest(test);
}

function playTest({ events, enrolled, until }) {
  Object.assign(desk.state, { events: [...events], member: "m-1", joined: enrolled, until });
  fresh();
  replay();
}

export async function openFile(file) {
  const { text, events, fault: wrong } = await readFile(file);
  if (wrong) return notice(say(wrong, file.name));
  notice("");
  takeRules();
  if (text === desk.state.rules) return;
  putAside();
  desk.source = {};
  if (text !== undefined) {
    desk.editor.replace(text);
    return takeRules();
  }
  Object.assign(desk.state, { events, until: "", joined: "" });
  fresh();
  touched();
  replay();
}

export function saveFile(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  element("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

/** Opens what the address holds, or what this tab has made of it since; without anything in it, what was worked at last, or a sample. */
export async function openAddress() {
  const fragment = location.hash.slice(1);
  if (isWritten(fragment)) return;
  const own = drafts();
  const mine = goneOn(fragment, own);
  if (mine) return openDraft(mine);
  const found = await decode(fragment);
  if (found) return openLink(found, own);
  if (fragment === "" && own.length > 0) return openDraft(own[0]);
  const [, wanted] = /^sample=(.*)$/.exec(fragment) ?? [];
  const asked = samples.find(({ name }) => name === wanted);
  const sample = asked ?? samples[0];
  show(sample ?? empty(), { sample: sample?.name ?? "" });
  if (wanted !== undefined && !asked) notice(say("badSample", plainly(wanted)));
  else if (fragment !== "" && !asked) notice(say("badLink"));
  else notice("");
}

function openLink(found, own) {
  const draft = own.find(({ state: { rules, events } }) => rules === found.rules && (found.left > 0 ? events.length === found.left : events.join("\n") === found.events.join("\n")));
  if (draft) takeDraft(draft.id);
  show(found.left > 0 && draft ? draft.state : found, draft ? { draft: draft.id } : {});
  notice(found.left > 0 && !draft ? say("linkWithout", found.left) : "");
}

/** A piece of an address as people read it. */
function plainly(piece) {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
