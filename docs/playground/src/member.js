// What the member has: wallets with their balances over time, and all else in the shape in which the engine tells it.

import { chart } from "./chart.js";
import { element, name } from "./dom.js";
import { series } from "./play.js";
import { amount, areNames, call, isInstant, say, when, word } from "./words.js";

/** Keys that are shown elsewhere. */
const KNOWN = ["member", "at", "revision", "enrolled_at", "wallets", "tiers"];
/** What the big figure and the picture already say. */
const SMALL = ["available", "lots", "expiring"];
/** Days of expiry that a wallet names by itself; the others stand among its lots. */
const DAYS_SHOWN = 3;

/**
 * Draws a member.
 * @param units the currencies of wallets of money, by name
 */
export function showMember(place, { view, points, end }, { width, chosen, units }) {
  const times = points.map(({ at }) => at);
  const last = Date.parse(end);
  const start = Math.min(...times);
  // A history of one instant still has some width, and what comes last some room behind it.
  const span = Math.max(last - start, 86_400_000);
  const room = { start, end: start + span * 1.04, offset: offsetOf(view.at), width, chosen, units };
  const wallets = series(points).map((line, number) => wallet(line, view.wallets[line.name], { ...room, number }));
  const others = Object.entries(view).filter(([key, value]) => !KNOWN.includes(key) && !isEmpty(value));
  const facts = others.map(([key, value]) =>
    element("section", { class: `fact fact-${key}` }, element("h3", {}, call("key", key)), shown(value, key)),
  );
  const parts = [
    element("p", { class: "at dim" }, say("at", when(view.at))),
    element("div", { class: "wallets" }, wallets),
    Object.entries(view.tiers ?? {}).map(([title, standing]) => ladder(title, standing)),
    facts.length > 0 ? element("div", { class: "facts" }, facts) : "",
  ];
  place.replaceChildren(...parts.flat());
}

/** How far the program's clocks are ahead of UTC at an instant, in milliseconds. */
function offsetOf(at) {
  return Date.parse(`${at.slice(0, 19)}Z`) - Date.parse(at);
}

function wallet(line, figures, room) {
  const small = Object.entries(figures).filter(([key, value]) => !SMALL.includes(key) && value !== "0" && !isEmpty(value));
  return element(
    "article",
    { class: `wallet series-${room.number % 6}` },
    element(
      "header",
      {},
      element("h3", { dir: "auto" }, name(line.name)),
      element("p", { class: "balance", "data-wallet": line.name }, amount(figures.available), room.units.has(line.name) ? element("small", {}, name(room.units.get(line.name))) : null),
    ),
    // A wallet in which nothing ever was has no picture.
    line.points.some(({ available, pending }) => available !== 0 || pending !== 0) ? chart(line, room) : null,
    small.length > 0
      ? element("dl", { class: "figures" }, small.map(([key, value]) => element("div", {}, element("dt", {}, call("key", key)), element("dd", {}, shown(value)))))
      : null,
    expiring(figures.expiring ?? []),
    lots(figures.lots ?? []),
  );
}

/** The next days on which something runs out. */
function expiring(days) {
  if (days.length === 0) return null;
  const items = days.slice(0, DAYS_SHOWN).map(({ expires_at, amount: left }) =>
    element("li", {}, element("b", {}, amount(left)), " ", element("time", { datetime: expires_at }, when(expires_at))),
  );
  const more = days.length - DAYS_SHOWN;
  return element("p", { class: "expiring" }, element("span", { class: "dim" }, call("key", "expiring")), element("ul", {}, items, more > 0 ? element("li", { class: "dim" }, `+ ${more}`) : null));
}

/** A level with what it gives, how far the next one is, and what keeps this one. */
function ladder(title, { level, since, until, benefits, next, stay, ...more }) {
  const gives = Object.entries(benefits ?? {}).map(([key, value]) => element("li", {}, name(key), " ", shown(value)));
  const rest = Object.entries(more).filter(([, value]) => !isEmpty(value) && value !== false);
  return element(
    "article",
    { class: "ladder" },
    element(
      "header",
      {},
      element("h3", { dir: "auto" }, name(title)),
      element("b", { class: "level", dir: "auto" }, name(level)),
      since ? element("span", { class: "dim" }, `${call("key", "since")} ${when(since, { time: false })}`) : null,
      until ? element("span", { class: "dim" }, `${call("key", "until")} ${when(until)}`) : null,
      gives.length > 0 ? element("ul", { class: "chips" }, gives) : null,
    ),
    [["next", next], ["stay", stay]].map(([key, goal]) => (goal ? aim(key, goal) : null)),
    rest.length > 0 ? element("dl", { class: "figures" }, rest.map(([key, value]) => element("div", {}, element("dt", {}, call("key", key)), element("dd", {}, inline(value, key))))) : null,
  );
}

/** What is missing for a level, each with how far one has come. */
function aim(key, { level, until, missing, ...more }) {
  const lacks = (missing ?? []).map(({ condition, actual, required, shortfall }) =>
    element(
      "li",
      {},
      element("span", {}, conditionOf(condition), ": ", element("b", {}, plainly(actual)), required === undefined ? null : ` / ${plainly(required)}`),
      shortfall === undefined || Number(required) <= 0 ? null : meter(actual, required),
      shortfall === undefined ? null : element("span", { class: "shortfall" }, say("short", amount(shortfall))),
    ),
  );
  const rest = Object.entries(more).filter(([, value]) => !isEmpty(value) && value !== false);
  return element(
    "div",
    { class: "aim" },
    element("p", {}, element("span", { class: "dim" }, `${call("key", key)} `), level ? element("b", { dir: "auto" }, name(level)) : null, until ? element("span", { class: "dim" }, ` ${call("key", "until")} ${when(until)}`) : null),
    lacks.length > 0 ? element("ul", {}, lacks) : null,
    rest.map(([other, value]) => element("p", {}, element("span", { class: "dim" }, `${call("key", other)} `), inline(value, other))),
  );
}

/** A condition by its name: `threshold` is the engine's word, all else is how the program says it. */
const conditionOf = (condition) => (condition === "threshold" ? call("key", condition) : name(condition));

/** How far one has come, drawn. */
function meter(actual, required) {
  return element("meter", { min: 0, max: required, value: Math.min(Math.max(Number(actual ?? 0), 0), Number(required)) });
}

const plainly = (value) => (value === null || value === undefined ? "–" : isInstant(value) ? when(value) : amount(String(value)));

/** An object on one line. */
function inline(value, key) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return shown(value, key);
  return element("span", { class: "inline" }, Object.entries(value).map(([inner, item]) => element("span", {}, element("span", { class: "dim" }, label(key, inner), " "), inline(item, inner))));
}

function lots(list) {
  if (list.length === 0) return null;
  const rows = list.map(({ amount: left, vests_at, vests_on, expires_at }) =>
    element(
      "li",
      {},
      element("b", {}, amount(left)),
      vests_at || vests_on ? element("span", { class: "vests" }, `${say("vests")} ${vests_at ? when(vests_at, { time: false }) : vests_on}`) : null,
      element("span", { class: "dim" }, `${say("expires")} ${expires_at ? lastDay(expires_at) : say("never")}`),
    ),
  );
  return element(
    "details",
    { class: "lots" },
    element("summary", {}, `${say("lots")} · ${list.length}`),
    element("ul", {}, rows),
  );
}

/** What ends at midnight is good through the day before. */
function lastDay(text) {
  return when(text, { time: !/T00:00:00/.test(text) });
}

function isEmpty(value) {
  if (value === null || value === undefined) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Any value of a document by its shape: lists as chips, objects as lists of terms, instants and amounts in the reader's way. */
export function shown(value, key) {
  if (value === null || value === undefined) return element("span", { class: "dim" }, "–");
  if (Array.isArray(value)) {
    const plain = value.every((item) => item === null || typeof item !== "object");
    if (plain) return element("ul", { class: "chips" }, value.map((item) => element("li", {}, shown(item, key))));
    return element("ol", { class: "entries" }, value.map((item) => element("li", {}, shown(item, key))));
  }
  if (typeof value === "object") {
    const entries = Object.entries(value);
    return element(
      "dl",
      { class: "terms" },
      entries.map(([inner, item]) => element("div", {}, element("dt", {}, label(key, inner)), element("dd", {}, shown(item, inner)))),
    );
  }
  if (isInstant(value)) return element("time", { datetime: value, title: value }, when(value));
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (typeof value !== "string") return String(value);
  return word(key, value) ?? element("span", { dir: "auto" }, name(amount(value)));
}

/** The name of a value within another one: the program's own, or a word of the engine's. */
const label = (within, key) => (areNames(within) ? name(key) : call("key", key));
