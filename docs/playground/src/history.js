// The history is played, and drawn when it has been.

import { FIRST, isDay, LAST } from "./days.js";
import { $, desk } from "./desk.js";
import { element } from "./dom.js";
import { draw, goTo } from "./drawing.js";
import { focusIn } from "./focus.js";
import { fault } from "./notice.js";
import { linesOf, membersOf } from "./play.js";
import { holdSteps, lines, player } from "./player.js";
import { saveLater } from "./saving.js";
import { keysOf } from "./timeline.js";
import { say } from "./words.js";

export const outOfRange = () => say("outOfRange", FIRST, LAST);

/** What was played last, or is being played: the program and all that it is played with. */
let asked = [];

/**
 * Plays the history, and draws what it came to.
 * @param focus what is to have the focus then, as `focusIn` tells it, or the place of an `event` in the list; what has it now, if it says nothing
 */
export function replay({ focus = focusIn($("steps")) } = {}) {
  const { state, program } = desk;
  const from = document.activeElement;
  saveLater();
  if (!program) return;
  for (const key of ["joined", "until"]) fault($(key), "");
  for (const key of ["joined", "until"].filter((key) => !isDay(state[key].slice(0, 10)))) {
    state[key] = "";
    fault($(key), outOfRange());
  }
  const all = lines();
  fillMembers(membersOf(all));
  const before = asked;
  asked = [program, all, state.member, state.joined, state.until];
  if (asked.every((part, index) => part === before[index])) {
    if (player.busy) return;
    draw();
    goTo(focus, from);
    return;
  }
  const history = { ...state, lines: linesOf(all, state.member) };
  const done = (played) => {
    const { shown } = desk;
    shown?.close();
    // The steps of a program are explained by it for as long as they are shown.
    if (shown && shown.program !== program) shown.program.close();
    desk.shown = { ...played, program, keys: keysOf(played.steps), all };
    draw();
    goTo(focus, from);
  };
  try {
    player.play(program, history, done);
  } catch (error) {
    asked = before;
    if (error.name !== "EventError") throw error;
    // The id of the member is refused. What is shown stays that of the one before.
    fault($("member"), say("badMember"));
  }
  holdSteps();
}

function fillMembers(ids) {
  const { state } = desk;
  fault($("member"), "");
  if (ids.length > 0 && !ids.includes(state.member)) [state.member] = ids;
  const many = ids.length > 1;
  $("member").hidden = many;
  $("members").hidden = !many;
  $("member").value = state.member;
  if (!many) return;
  const known = [...$("members").options].map(({ value }) => value);
  if (known.length !== ids.length || known.some((id, index) => id !== ids[index])) {
    $("members").replaceChildren(...ids.map((id) => element("option", { value: id }, id)));
  }
  $("members").value = state.member;
}
