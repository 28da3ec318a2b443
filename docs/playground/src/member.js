// What the member has: wallets with their balances over time, and all else in the shape in which the engine tells it.

import { chart } from "./chart.js";
import { code, element } from "./dom.js";
import { series } from "./play.js";
import { amount, call, isInstant, say, when } from "./words.js";

/** Keys that are shown elsewhere. */
const KNOWN = ["member", "at", "revision", "enrolled_at", "wallets"];
/** What the big figure and the picture already say. */
const SMALL = ["available", "lots"];
/** Lots shown before the others are folded. */
const LOTS_SHOWN = 4;

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
  const room = { start, end: start + span * 1.04, width, chosen, units };
  const wallets = series(points).map((line, number) => wallet(line, view.wallets[line.name], { ...room, number }));
  const others = Object.entries(view).filter(([key, value]) => !KNOWN.includes(key) && !isEmpty(value));
  const facts = others.map(([key, value]) =>
    element("section", { class: `fact fact-${key}` }, element("h3", {}, call("key", key)), shown(value)),
  );
  place.replaceChildren(
    element("p", { class: "at dim" }, say("at", when(view.at))),
    element("div", { class: "wallets" }, wallets),
    facts.length > 0 ? element("div", { class: "facts" }, facts) : "",
  );
}

function wallet(line, figures, room) {
  const small = Object.entries(figures).filter(([key, value]) => !SMALL.includes(key) && value !== "0" && !isEmpty(value));
  return element(
    "article",
    { class: `wallet series-${room.number % 6}` },
    element(
      "header",
      {},
      element("h3", { dir: "auto" }, line.name),
      element("p", { class: "balance", "data-wallet": line.name }, amount(figures.available), room.units.has(line.name) ? element("small", {}, room.units.get(line.name)) : null),
    ),
    chart(line, room),
    small.length > 0
      ? element("dl", { class: "figures" }, small.map(([key, value]) => element("div", {}, element("dt", {}, call("key", key)), element("dd", {}, shown(value)))))
      : null,
    lots(figures.lots ?? []),
  );
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
  const rest = rows.splice(LOTS_SHOWN);
  return element(
    "details",
    { class: "lots" },
    element("summary", {}, `${say("lots")} · ${list.length}`),
    element("ul", {}, rows, rest),
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
export function shown(value) {
  if (value === null || value === undefined) return element("span", { class: "dim" }, "–");
  if (Array.isArray(value)) {
    const plain = value.every((item) => item === null || typeof item !== "object");
    if (plain) return element("ul", { class: "chips" }, value.map((item) => element("li", {}, shown(item))));
    return element("ol", { class: "entries" }, value.map((item) => element("li", {}, shown(item))));
  }
  if (typeof value === "object") {
    const entries = Object.entries(value);
    return element(
      "dl",
      { class: "terms" },
      entries.map(([key, inner]) => element("div", {}, element("dt", {}, call("key", key)), element("dd", {}, shown(inner)))),
    );
  }
  if (isInstant(value)) return element("time", { datetime: value, title: value }, when(value));
  if (typeof value === "boolean") return code(String(value));
  return element("span", { dir: "auto" }, typeof value === "string" ? amount(value) : String(value));
}
