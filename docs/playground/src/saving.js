// Where the work goes: into the browser, if it is one's own, and into the link.

import { fillSamples } from "./choices.js";
import { $, calmly, desk } from "./desk.js";
import { keepDraft, newDraft } from "./drafts.js";
import { notice, tell } from "./notice.js";
import { fitting } from "./state.js";
import { say } from "./words.js";

/** The fragment that was written last. */
let written = "";

/** Whether an address is the one that stands there already. */
export const isWritten = (fragment) => fragment === written && fragment !== "";

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

/** Writes the link, and what of the history is too much for it; gives how many events that is, or -1 where even the rules are. */
async function writeAddress() {
  const whole = keep();
  const { fragment, left } = await fitting(desk.state);
  written = fragment;
  history.replaceState(null, "", fragment === "" ? location.pathname + location.search : `#${fragment}`);
  const said = fragment === "" ? "tooLong" : left > 0 ? (whole ? "unlinked" : "unkept") : null;
  $("unlinked").hidden = said === null;
  $("unlinked").textContent = said === null ? "" : say(said, left);
  return fragment === "" ? -1 : left;
}

export const saveLater = calmly(250, writeAddress);

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
