// A level with what it gives, how far the next one is, and what keeps this one.

import { code, element, name } from "./dom.js";
import { figures, inline, isEmpty, plain } from "./facts.js";
import { meter, ratio, short } from "./meter.js";
import { sum, unitIn, unitOfLadder } from "./money.js";
import { call, when } from "./words.js";

export function ladder(title, { level, since, until, benefits, next, stay, meter: height, ...more }) {
  const unit = unitOfLadder(title);
  const gives = Object.entries(benefits ?? {}).map(([key, value]) => element("li", {}, name(key), " ", plain(value, key)));
  return element(
    "article",
    { class: "ladder" },
    element(
      "header",
      {},
      element("h3", { dir: "auto" }, name(title)),
      element("b", { class: "level", dir: "auto" }, name(level)),
      since ? element("span", { class: "dim" }, `${call("key", "since")} ${when(since, { time: false })}`) : null,
      until ? element("span", { class: "dim" }, `${call("key", "until")} ${when(until, { time: false })}`) : null,
      gives.length > 0 ? element("ul", { class: "chips" }, gives) : null,
    ),
    [["next", next], ["stay", stay]].map(([key, goal]) => (goal ? aim(key, goal, unit) : null)),
    // What is missing of a threshold says the height, too.
    [next, stay].some((goal) => goal?.missing?.some(({ condition }) => condition === "threshold")) ? null : figures([["meter", height]], unit),
    figures(Object.entries(more)),
  );
}

/** What is missing for a level, each with how far one has come. */
function aim(key, { level, until, missing, ...more }, unit) {
  const rest = Object.entries(more).filter(([, value]) => !isEmpty(value) && value !== false);
  return element(
    "div",
    { class: "aim" },
    element("p", {}, element("span", { class: "dim" }, `${call("key", key)} `), level ? element("b", { dir: "auto" }, name(level)) : null, until ? element("span", { class: "dim" }, ` ${call("key", "until")} ${when(until, { time: false })}`) : null),
    isEmpty(missing) ? null : element("ul", { class: "lacks" }, missing.map((lack) => lacking(lack, unit))),
    rest.map(([other, value]) => element("p", {}, element("span", { class: "dim" }, `${call("key", other)} `), inline(value, other))),
  );
}

/** A condition that does not hold: `threshold` is the engine's word, all else is how the program says it. */
function lacking({ condition, actual, required, shortfall }, unit) {
  const own = condition === "threshold" ? unit : unitIn(condition);
  return element(
    "li",
    {},
    element("span", { class: "condition" }, condition === "threshold" ? call("key", condition) : code(condition)),
    actual === undefined && required === undefined ? null : ratio(actual, required, own),
    shortfall === undefined ? null : [meter(actual, required), short(sum(shortfall, own))],
  );
}
