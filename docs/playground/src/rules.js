// The rules are compiled as they are written: what is wrong with them is told, and what is right is played.

import { $, desk } from "./desk.js";
import { element } from "./dom.js";
import { check, compile as compiled, events as eventsOf, format, outline, scenarios, tokens, usesChance } from "./engine.js";
import { replay } from "./history.js";
import { learnUnits } from "./money.js";
import { player } from "./player.js";
import { failures, showProblems } from "./problems.js";
import { touched } from "./saving.js";
import { say } from "./words.js";

export function compile() {
  const { editor } = desk;
  const text = editor.text();
  desk.state.rules = text;
  const found = check(text.toWellFormed());
  let tests = null;
  let next = null;
  if (!found.some(({ severity }) => severity === "error")) {
    next = compiled(text);
    tests = next.runTests();
  }
  const all = [...found, ...(tests ? failures(tests, text) : [])];
  editor.show(all);
  showProblems($("problems"), { found: all, tests, jump: editor.jump, mend: editor.mend });
  $("stale").hidden = next !== null;
  $("result").classList.toggle("is-stale", next === null);
  if (next) take(next, text);
  replay();
}

/** From here on it is this program that is played. */
function take(program, text) {
  player.stop();
  if (desk.program !== desk.shown?.program) desk.program?.close();
  desk.program = program;
  desk.histories = scenarios(text);
  const declared = outline(text);
  learnUnits(text, tokens(text), declared);
  desk.docs = new Map(declared.map(({ name, docs }) => [name, docs]));
  fillOffers();
  $("chance").hidden = !usesChance(text);
}

/** What the program offers to play: the histories of its tests, and the events that it knows. */
export function fillOffers() {
  const { histories, state } = desk;
  $("histories").hidden = histories.length === 0;
  $("histories").replaceChildren(
    element("option", { value: "" }, say("historyFrom")),
    ...histories.map(({ title }, index) => element("option", { value: index }, title)),
  );
  $("add").replaceChildren(
    element("option", { value: "" }, say("add")),
    ...eventsOf(state.rules).map(({ name, docs }) => element("option", { value: name, title: docs }, name)),
  );
}

/** Takes what has been typed into the rules a moment ago. */
export function takeRules() {
  if (desk.editor.text() === desk.state.rules) return;
  touched();
  compile();
}

export function formatRules() {
  const { editor } = desk;
  try {
    editor.replace(format(editor.text().toWellFormed()));
  } catch (error) {
    if (error.name !== "RulesError") throw error;
    // The problems stand beneath the editor already.
  }
}
