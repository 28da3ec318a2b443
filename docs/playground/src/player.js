// The lines that are played, the player that is at work on them, and how the page says so.

import { $, desk } from "./desk.js";
import { readLines } from "./play.js";
import { Player } from "./playing.js";
import { say } from "./words.js";

export const player = new Player(showWorking);

let read = { texts: [], lines: [] };

/** The lines of the list, read once for as long as they stay what they are: there may be tens of thousands. */
export function lines() {
  const { events } = desk.state;
  const same = read.texts.length === events.length && read.texts.every((text, index) => text === events[index]);
  if (!same) read = { texts: [...events], lines: readLines(events, read.lines) };
  return read.lines;
}

/** Whether what is drawn was played from the lines that were read last. */
export const isOfLines = () => desk.shown?.all === read.lines;

/** While the steps may be other events by now, none of them is to be changed or removed in the place of another one. */
export function holdSteps() {
  $("steps").inert = player.busy && !isOfLines();
}

/** Says that a history is being played that takes long, and how far it is; null for none. */
function showWorking(progress) {
  for (const place of ["member-view", "steps"]) $(place).setAttribute("aria-busy", progress !== null);
  $("result").classList.toggle("is-working", progress !== null);
  // The figure is not told anew with every event: only the words stand where changes are read out.
  const words = progress === null ? "" : say("working");
  if ($("working").textContent !== words) $("working").textContent = words;
  $("progress").hidden = progress === null;
  if (progress !== null) Object.assign($("progress"), { max: Math.max(progress.of, 1), value: progress.played });
}
