// The challenges of a program: how far the member is in each, what is still to be done, and by when.

import { element, name } from "./dom.js";
import { inline, isEmpty } from "./facts.js";
import { meter, ratio } from "./meter.js";
import { amount, call, say, when } from "./words.js";

const TOLD = ["current", "goal", "remaining", "percent", "completed", "times", "deadline", "best", "goals", "steps", "opted_in"];

/**
 * @param challenges by name, as the engine tells them
 * @param docs what the program says of each, by name
 */
export function challenges(challenges, docs) {
  return element("ul", { class: "cards" }, Object.entries(challenges).map(([title, challenge]) => card(title, challenge, docs.get(title))));
}

function card(title, challenge, doc) {
  const { current, goal, remaining, completed, deadline, goals, steps, opted_in: joined } = challenge;
  const rest = Object.entries(challenge).filter(([key, value]) => !TOLD.includes(key) && !isEmpty(value) && value !== false);
  const done = completed || (!isEmpty(steps) && steps.every(({ done_at: at }) => at !== null));
  return element(
    "li",
    { class: `card${done ? " is-open" : ""}` },
    element("header", {}, element("h4", { dir: "auto" }, name(title)), state(challenge)),
    doc ? element("p", { class: "doc", dir: "auto" }, name(doc)) : null,
    // Steps and an open invitation say how far one is by themselves.
    steps !== undefined || joined === false ? null : element("p", { class: "progress" }, ratio(current, goal), meter(current, goal)),
    isEmpty(goals) ? null : milestones(goals),
    isEmpty(steps) ? null : checklist(steps),
    element("p", { class: "notes dim" }, notes(challenge, remaining, deadline).map((note) => element("span", {}, note))),
    rest.map(([key, value]) => element("p", {}, element("span", { class: "dim" }, call("key", key), " "), inline(value, key))),
  );
}

function state({ completed, times, opted_in: joined }) {
  if (joined === false) return element("span", { class: "chip quiet" }, say("notJoined"));
  if (!completed && times === 0) return null;
  const text = completed ? call("key", "completed") : say("before");
  return element("span", { class: completed ? "chip" : "chip quiet" }, text, times > 1 ? ` ${say("times", times)}` : "");
}

function notes({ completed, best }, remaining, deadline) {
  const found = [];
  if (!completed && remaining !== null && remaining !== "0") found.push(say("toGo", amount(remaining)));
  if (deadline !== null) found.push(`${call("key", "until")} ${when(deadline)}`);
  if (best > 0) found.push(`${call("key", "best")} ${best}`);
  return found;
}

function milestones(goals) {
  return element("ul", { class: "marks" }, goals.map(({ name: own, goal, met }) => mark(met, [own ? [name(own), " "] : null, element("b", {}, amount(goal))])));
}

function checklist(steps) {
  return element("ul", { class: "marks" }, steps.map(({ event, done_at: at }) => mark(at !== null, [name(event), at ? element("span", { class: "dim" }, ` ${when(at, { time: false })}`) : null])));
}

/** Something that is done or not, which is told to those who do not see it, too. */
function mark(done, text) {
  return element("li", { class: done ? "is-done" : null }, element("span", { class: "tick-mark", role: "img", "aria-label": say(done ? "done" : "notDone") }, done ? "✓" : "○"), " ", element("span", {}, text));
}
