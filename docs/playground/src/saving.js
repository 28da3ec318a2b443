// Where the work goes: into the browser, if it is one's own, and into the link.

import { fillSamples } from "./choices.js";
import { $, calmly, desk } from "./desk.js";
import { keepDraft, newDraft } from "./drafts.js";
import { keptHere } from "./kept.js";
import { notice, tell } from "./notice.js";
import { fitting } from "./state.js";
import { say } from "./words.js";

/** The fragment that was written last. */
let written = "";

/** Whether an address is the one that stands there already. */
export const isWritten = (fragment) => fragment === written && fragment !== "";

/** How often what is shown has been changed, and how often it had been for the link. */
let [changes, linked] = [0, 0];

const writeLater = calmly(250, writeAddress);

/** What is shown is another, and goes into the link soon. */
export function saveLater() {
  changes += 1;
  writeLater();
}

/** Something has been written: what is shown is one's own from now on, and kept. */
export function touched() {
  desk.source = { draft: desk.source.draft ?? newDraft() };
  saveLater();
}

/** Keeps one's own work in the browser, and gives whether all of it is there. */
export function keep() {
  const { source, state } = desk;
  if (source.draft === undefined || source.test) return false;
  const { id, whole } = keepDraft(source.draft, state);
  source.draft = id;
  fillSamples();
  return whole;
}

/** The link is written a while after the work: until then this tab knows with which draft its address has gone on. */
function noteLink() {
  const { draft, test } = desk.source;
  const isBehind = changes !== linked && draft !== undefined && !test;
  keptHere("behind", isBehind ? JSON.stringify([location.hash.slice(1), draft]) : "");
}

/** The draft with which this tab has gone on from an address that it did not write anew, or nothing. */
export function goneOn(fragment, drafts) {
  try {
    const [behind, id] = JSON.parse(keptHere("behind") || "[]");
    return behind === fragment ? drafts.find((draft) => draft.id === id) : undefined;
  } catch {
    return undefined;
  }
}

/** Before the page goes: what it shows is kept, and found again. */
export function leave() {
  keep();
  noteLink();
}

/** Writes the link, and what of the history is too much for it; gives how many events that is, or -1 where even the rules are. */
async function writeAddress() {
  const [whole, change] = [keep(), changes];
  noteLink();
  const { fragment, left } = await fitting(desk.state);
  written = fragment;
  history.replaceState(null, "", fragment === "" ? location.pathname + location.search : `#${fragment}`);
  linked = change;
  noteLink();
  const said = fragment === "" ? "tooLong" : left > 0 ? (whole ? "unlinked" : "unkept") : null;
  $("unlinked").hidden = said === null;
  $("unlinked").textContent = said === null ? "" : say(said, left);
  return fragment === "" ? -1 : left;
}

export async function share() {
  const left = await writeAddress();
  if (left < 0) return notice(say("tooLong"));
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    // Without leave for the clipboard, or on a page that is not served securely, one copies it oneself.
    return notice(say("notCopied"), { tone: "calm", link: location.href });
  }
  tell(left > 0 ? say("copiedWithout", left) : say("copied"));
}
