// The events are changed: one by one in their steps, or all of them as lines.

import { $, calmly, desk } from "./desk.js";
import { letSteps, showLines, showPanel } from "./drawing.js";
import { events as eventsOf, records } from "./engine.js";
import { replay } from "./history.js";
import { eventsIn, linesIn } from "./json.js";
import { linesOf } from "./play.js";
import { lines } from "./player.js";
import { touched } from "./saving.js";
import { template } from "./template.js";
import { say } from "./words.js";

letSteps({
  jumpToLine(line) {
    showPanel("rules");
    desk.editor.jumpToLine(line);
  },
  replace(index, text) {
    const lines = linesIn(text);
    if (lines.length === 0) return remove(index);
    desk.state.events.splice(index, 1, ...lines);
    desk.marks.apply(index);
    desk.marks.splice(index, 1, lines.length);
    touched();
    replay();
  },
  remove,
  move(index, by) {
    const { marks, state } = desk;
    const to = index + by;
    if (to < 0 || to >= state.events.length) return;
    const [line] = state.events.splice(index, 1);
    state.events.splice(to, 0, line);
    marks.move(index, to);
    touched();
    replay({ focus: { key: `e${to}` } });
  },
  toggled(key, isOpen) {
    desk.marks.open(key, isOpen);
  },
  typed(line, text) {
    desk.marks.type(line, text);
  },
});

function remove(index) {
  desk.state.events.splice(index, 1);
  desk.marks.splice(index, 1, 0);
  touched();
  replay({ focus: { event: index } });
}

/** Adds an event of a type in its first form, and opens it. */
export function addEvent(name) {
  const { marks, state } = desk;
  const symbols = eventsOf(state.rules);
  const symbol = symbols.find((event) => event.name === name);
  if (!symbol) return;
  const { member } = lines().find(({ event }) => event?.member !== undefined)?.event ?? {};
  const lists = new Map(records(state.rules).map(({ name, fields }) => [name, fields]));
  const text = template(symbol, { records: lists, rules: state.rules, lines: linesOf(lines(), state.member) });
  const line = member === undefined ? text : JSON.stringify({ ...JSON.parse(text), member: state.member });
  state.events.push(line);
  const key = `e${state.events.length - 1}`;
  marks.close();
  marks.open(key);
  touched();
  replay({ focus: { key } });
}

/** Shows the events as lines, or as steps again. */
export function turnLines() {
  desk.asText = !desk.asText;
  const { asText } = desk;
  $("lines-box").hidden = !asText;
  $("steps-box").hidden = asText;
  $("as-text").textContent = say(asText ? "asList" : "asText");
  $("as-text").setAttribute("aria-expanded", asText);
  showLines();
  if (asText) $("lines").focus();
}

const replaySoon = calmly(200, replay);

/** Takes the lines as they are written, at once: whatever is drawn in between shows them so. */
export function takeLines(text) {
  const events = eventsIn(text);
  desk.marks.rewrite(desk.state.events, events);
  desk.state.events = events;
  touched();
  replaySoon();
}
