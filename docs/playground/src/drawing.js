// What was played, drawn: the member, the steps of a page, the lines; and the focus among the steps.

import { isDay } from "./days.js";
import { $, desk } from "./desk.js";
import { element } from "./dom.js";
import { focusIn, focusOn } from "./focus.js";
import { choosePanel } from "./frame.js";
import { showRefused } from "./lines.js";
import { showMember } from "./member.js";
import { pageOf, showPages, within } from "./pages.js";
import { STEPS_MAX } from "./play.js";
import { holdSteps, isOfLines } from "./player.js";
import { showSteps } from "./timeline.js";
import { say } from "./words.js";

/** What can be done with a step, as `showSteps` wants it: said once, by whoever does it. */
let actions;

export function letSteps(does) {
  actions = does;
}

export function draw() {
  const { shown, state } = desk;
  if (!shown) return;
  const width = Math.max(260, Math.min($("member-view").clientWidth - 34, 900));
  // What is shown is not what the member has, and is told where that is looked at.
  $("cut").hidden = shown.left === 0;
  $("cut").textContent = shown.left === 0 ? "" : say("cut", STEPS_MAX, shown.left);
  showMember($("member-view"), shown, { width, chosen: reveal, docs: desk.docs });
  drawSteps();
  // A day that is being mended stays as it is typed.
  for (const [key, day] of [["joined", state.joined || shown.view.enrolled_at], ["until", shown.end]]) {
    if (isDay($(key).value)) $(key).value = day.slice(0, 10);
  }
  showLines();
}

function drawSteps() {
  const { shown, marks } = desk;
  const count = shown.steps.length;
  const page = within(desk.page, count);
  desk.page = page;
  holdSteps();
  const focus = focusIn($("steps"));
  showSteps($("steps"), shown, { page, marks, actions });
  if (focus !== null) focusOn($("steps"), focus, { preventScroll: true });
  if (count === 0) $("steps").append(element("li", { class: "empty" }, say("noEvents")));
  if (shown.left > 0 && page === pageOf(count - 1)) $("steps").append(element("li", { class: "empty" }, say("moreLeft", shown.left)));
  showPages([$("pages"), $("pages-below")], page, count, (number, drawn) => {
    turnTo(number);
    drawn();
    $("pages").scrollIntoView({ block: "nearest" });
  });
}

function turnTo(page) {
  if (page === desk.page) return;
  desk.page = page;
  drawSteps();
}

export function showLines() {
  const { shown, state, asText } = desk;
  if (!asText) return;
  if (document.activeElement !== $("lines")) $("lines").value = state.events.join("\n");
  // Of lines that have changed since, it is not known yet.
  if (isOfLines()) showRefused($("refused"), $("lines"), shown.steps, state.events);
}

/** Where a page has room for one panel, shows this one. */
export function showPanel(name) {
  choosePanel(name);
  draw();
}

/** Opens the last step at or before an instant. */
function reveal(at) {
  const { steps, keys } = desk.shown;
  const index = steps.findLastIndex((step) => Date.parse(step.at ?? "") <= at);
  if (index < 0) return;
  turnTo(pageOf(index));
  const step = $("steps").querySelector(`[data-key="${CSS.escape(keys[index])}"]`);
  step.open = true;
  step.scrollIntoView({ block: "nearest" });
  step.querySelector("summary").focus();
}

/**
 * Gives the focus to a step, on its page.
 * @param focus what `focusIn` tells, or the place of an `event` in the list; null for none
 * @param from what had it when that was asked for: whoever has gone elsewhere since stays there
 */
export function goTo(focus, from) {
  const now = document.activeElement;
  if (focus === null || (now !== from && now !== document.body && !$("steps").contains(now))) return;
  const key = focus.key ?? keyNear(focus.event);
  if (key === null) return $("add").focus();
  const index = desk.shown.keys.indexOf(key);
  if (index >= 0) turnTo(pageOf(index));
  focusOn($("steps"), { ...focus, key });
}

/** The key of the first event at or behind a place in the list, or else of the last one; null if there is none. */
function keyNear(place) {
  const { steps, keys } = desk.shown;
  const isEvent = ({ kind }) => kind === "event";
  const next = steps.findIndex((step) => isEvent(step) && step.line.index >= place);
  return keys[next >= 0 ? next : steps.findLastIndex(isEvent)] ?? null;
}
