// The rewards of a program, as a shop shows them: what each costs, whether it can be had, and what is missing.

import { code, element, english, name } from "./dom.js";
import { inline, isEmpty } from "./facts.js";
import { meter, ratio, short } from "./meter.js";
import { programUnit, sum, sumIn, unitIn, unitOf } from "./money.js";
import { call, say, word } from "./words.js";

const TOLD = ["available", "missing", "cost", "wallet", "points", "per", "at_least", "pays"];

/**
 * @param offers by name, as the engine tells them
 * @param docs what the program says of each, by name
 */
export function offers(offers, docs) {
  return element("ul", { class: "cards" }, Object.entries(offers).map(([title, offer]) => card(title, offer, docs.get(title))));
}

function card(title, offer, doc) {
  const { available, missing } = offer;
  const rest = Object.entries(offer).filter(([key, value]) => !TOLD.includes(key) && !isEmpty(value));
  return element(
    "li",
    { class: `card${available === true ? " is-open" : ""}` },
    element("header", {}, element("h4", { dir: "auto" }, name(title)), available === true ? element("span", { class: "chip" }, say("canBeHad")) : null),
    element("p", { class: "price" }, price(offer)),
    doc ? element("p", { class: "doc", dir: "auto" }, name(doc)) : null,
    isEmpty(missing) ? null : element("ul", { class: "lacks" }, missing.map(lack)),
    rest.map(([key, value]) => element("p", {}, element("span", { class: "dim" }, call("key", key), " "), inline(value, key))),
  );
}

/** `50 beans`, `100 stars or 50 coins`, or the rate by which points pay. */
function price({ cost, wallet, points, per, at_least: least, pays }) {
  if (wallet === undefined) {
    const way = (one) => Object.entries(one).map(([wallet, amount], index) => [index > 0 ? ` ${say("and")} ` : "", sumIn(amount, wallet)]);
    return (cost ?? []).map((one, index) => [index > 0 ? ` ${say("or")} ` : "", way(one)]);
  }
  const parts = [
    [sumIn(points, wallet), ` ${say("paysFor")} `, sum(per, programUnit())],
    least === undefined ? null : [`${call("key", "at_least")} `, sumIn(least, wallet)],
    pays === undefined ? null : [`${say("worthNow")} `, sum(pays.worth, programUnit())],
  ].filter(Boolean);
  return parts.map((part, index) => [index > 0 ? element("span", { class: "dim" }, " · ", part) : part]);
}

/** One thing that stands in the way. */
function lack({ kind, text, wallet, required, actual, shortfall }) {
  if (kind === "balance" && shortfall !== undefined) {
    return element("li", {}, ratio(actual, required, unitOf(wallet)), meter(actual, required), short(sumIn(shortfall, wallet)));
  }
  const said = text.includes("`") ? english(text) : code(text);
  return element(
    "li",
    {},
    element("span", { class: "dim" }, word("kind", kind) ?? call("key", kind)),
    element("span", { class: "condition" }, said),
    shortfall === undefined || required === undefined ? null : [meter(actual, required), short(sum(shortfall, unitIn(text)))],
  );
}
