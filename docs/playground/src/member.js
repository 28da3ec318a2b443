// What the member has: wallets with their balances over time, levels, rewards, challenges, and all else by its shape.

import { challenges } from "./challenges.js";
import { series } from "./balances.js";
import { chart } from "./chart.js";
import { element, name } from "./dom.js";
import { fact, figures, isEmpty } from "./facts.js";
import { ladder } from "./ladder.js";
import { figure, unitOf } from "./money.js";
import { offers } from "./offers.js";
import { call, say, when } from "./words.js";

/** Keys that are shown in their own way. */
const KNOWN = ["member", "at", "revision", "enrolled_at", "wallets", "tiers", "rewards", "challenges"];
/** What the big figure and the picture already say. */
const SMALL = ["available", "lots", "expiring"];
/** Days of expiry that a wallet names by itself; the others stand among its lots. */
const DAYS_SHOWN = 3;
/** Lots that are listed. */
const LOTS_SHOWN = 200;

/**
 * Draws a member.
 * @param docs what the program says of its declarations, by name
 */
export function showMember(place, { view, points, end }, { width, chosen, docs }) {
  const times = points.map(({ at }) => at);
  const last = Date.parse(end);
  const start = Math.min(...times);
  // A history of one instant still has some width, and what comes last some room behind it.
  const span = Math.max(last - start, 86_400_000);
  const room = { start, end: start + span * 1.04, offset: offsetOf(view.at), width, chosen };
  const wallets = series(points).map((line, number) => wallet(line, view.wallets[line.name], { ...room, number }));
  const others = Object.entries(view).filter(([key, value]) => !KNOWN.includes(key) && !isEmpty(value));
  const parts = [
    element("p", { class: "at dim" }, say("at", when(view.at))),
    element("div", { class: "wallets" }, wallets),
    Object.entries(view.tiers ?? {}).map(([title, standing]) => ladder(title, standing)),
    [["rewards", offers], ["challenges", challenges]].map(([key, cards]) => (isEmpty(view[key]) ? "" : section(key, cards(view[key], docs)))),
    others.length > 0 ? element("div", { class: "facts" }, others.map(([key, value]) => section(key, fact(key, value)))) : "",
  ];
  place.replaceChildren(...parts.flat());
}

const section = (key, content) => element("section", { class: `fact fact-${key}` }, element("h3", {}, call("key", key)), content);

/** How far the program's clocks are ahead of UTC at an instant, in milliseconds. */
function offsetOf(at) {
  return Date.parse(`${at.slice(0, 19)}Z`) - Date.parse(at);
}

function wallet(line, told, room) {
  const unit = unitOf(line.name);
  return element(
    "article",
    { class: `wallet series-${room.number % 6}` },
    element(
      "header",
      {},
      element("h3", { dir: "auto" }, name(line.name)),
      element("p", { class: "balance", "data-wallet": line.name }, element("bdi", { dir: "ltr" }, figure(told.available, unit)), unit ? [" ", element("small", {}, name(unit))] : null),
    ),
    // A wallet in which nothing ever was has no picture.
    line.points.some(({ available, pending }) => available !== 0 || pending !== 0) ? chart(line, { ...room, unit }) : null,
    figures(Object.entries(told).filter(([key]) => !SMALL.includes(key)), unit),
    expiring(told.expiring ?? [], unit),
    lots(told.lots ?? [], unit),
  );
}

/** The next days on which something runs out. */
function expiring(days, unit) {
  if (days.length === 0) return null;
  const items = days.slice(0, DAYS_SHOWN).map(({ expires_at, amount: left }) =>
    element("li", {}, element("b", { dir: "ltr" }, figure(left, unit)), " ", element("time", { datetime: expires_at }, when(expires_at))),
  );
  const more = days.length - DAYS_SHOWN;
  return element("div", { class: "expiring" }, element("span", { class: "dim" }, call("key", "expiring")), element("ul", {}, items, more > 0 ? element("li", { class: "dim" }, `+ ${more}`) : null));
}

/** The lots of a wallet, the first to go at first. There may be thousands: they are drawn when somebody looks at them. */
function lots(list, unit) {
  if (list.length === 0) return null;
  const rows = element("ul", {});
  const draw = () => {
    if (rows.children.length > 0) return;
    const more = list.length - LOTS_SHOWN;
    rows.append(...list.slice(0, LOTS_SHOWN).map((one) => lot(one, unit)), more > 0 ? element("li", { class: "dim" }, `+ ${more}`) : "");
  };
  return element("details", { class: "lots", ontoggle: draw }, element("summary", {}, `${say("lots")} · ${list.length}`), rows);
}

function lot({ amount: left, vests_at, vests_on, expires_at }, unit) {
  return element(
    "li",
    {},
    element("b", { dir: "ltr" }, figure(left, unit)),
    vests_at || vests_on ? element("span", { class: "vests" }, `${say("vests")} ${vests_at ? when(vests_at, { time: false }) : vests_on}`) : null,
    element("span", { class: "dim" }, `${say("expires")} ${expires_at ? when(expires_at) : say("never")}`),
  );
}
