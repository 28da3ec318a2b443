// Why: each decision with the parts that it is the sum of, and each rule that came to nothing with all that it lacked.
//
// The engine tells this as a document whose keys may grow. What is said of the program (`said`, on its `line`) becomes code
// with a way to it; all else is shown by its shape.

import { code, element, english, name } from "./dom.js";
import { figure, programUnit, sum, unitOf } from "./money.js";
import { amount, areNames, call, isInstant, say, when, word } from "./words.js";

/** Keys of an explanation that stand elsewhere on the page. */
const ELSEWHERE = ["event", "type", "member", "at", "decisions", "silent", "earned"];
/** Keys of a decision that its first line tells in its own way. */
const FIRST = ["kind", "wallet", "amount", "pending", "entry", "at", "because", "line"];
/** Keys that a part of a sum tells in its own way. */
const PART = ["rule", "step", "amount", "line"];
/** Keys whose values are sentences of the engine. */
const NOTES = ["note", "text"];
/** Keys of an entry of code that its line tells in its own way. */
const SAID = ["kind", "step", "said", "line", "unit", "note", "actual", "required", "shortfall", "used", "of", "missing", "figures", "condition", "until", "exact", "result"];
/** What repeats in numbers what the code beside it says. */
const REPEATED = ["points", "per", "amount", "multipliers"];

/** Whether there is nothing to be seen in a value. */
function isNothing(value) {
  if (value === null || value === undefined || value === false || value === "0") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

const isPlain = (value) => value === null || typeof value !== "object";

/** The whole of it for one step: what came of it and, where there is one, the engine's explanation. */
export function why(outcome, explanation, actions) {
  const decisions = explanation?.decisions ?? outcome.decisions;
  const silent = explanation?.silent ?? [];
  const more = Object.entries(explanation ?? {}).filter(([key, value]) => !ELSEWHERE.includes(key) && !isNothing(value));
  return element(
    "section",
    { class: "why" },
    decisions.length > 0
      ? element("ol", { class: "decisions" }, decisions.map((decision) => decided(decision, actions)))
      : element("p", { class: "dim none" }, say("nothing")),
    more.map(([key, value]) => [element("h3", { class: "part" }, call("key", key)), element("div", { class: "more-told" }, told(value, actions, key))]),
    silent.length > 0
      ? [element("h3", { class: "part" }, say("silent")), element("ul", { class: "silent" }, silent.map((rule) => kept(rule, actions)))]
      : null,
  );
}

function decided(decision, actions) {
  const { kind, wallet, amount: whole, because, line } = decision;
  const unit = unitOf(wallet) ?? (kind === "refund_due" ? programUnit() : null);
  const within = { ...actions, unit };
  const rest = Object.entries(decision).filter(([key, value]) => !FIRST.includes(key) && !isNothing(value));
  const facts = rest.filter(([, value]) => isPlain(value));
  const entries = rest.filter(([, value]) => !isPlain(value));
  if (because !== undefined && !Array.isArray(because)) facts.push(["because", because]);
  return element(
    "li",
    {},
    element(
      "p",
      { class: "decision" },
      element("span", { class: "kind" }, call("kind", kind)),
      whole === undefined ? null : element("b", {}, sum(whole, unit)),
      wallet === undefined ? null : name(wallet),
      line ? toLine(line, actions) : null,
      facts.map(([key, value]) => element("span", { class: "more" }, `${call("key", key)} `, plain(value, key, within))),
    ),
    Array.isArray(because) ? parts(because, whole, within) : null,
    entries.map(([key, value]) => element("div", { class: "entry" }, heading(key, value), told(value, within, key))),
  );
}

/** The sum, part by part, each with what it was worked out from; what is no amount has parts that only say where it is from. */
function parts(because, whole, actions) {
  const rows = because.map((part) => {
    const { rule, step, amount: own, line } = part;
    const rest = Object.entries(part).filter(([key, value]) => !PART.includes(key) && !isNothing(value));
    const facts = rest.filter(([, value]) => isPlain(value));
    const inner = rest.filter(([, value]) => !isPlain(value));
    return element(
      "tr",
      {},
      own === undefined ? null : element("td", { class: "number", dir: "ltr" }, figure(own, actions.unit, { signed: true })),
      element(
        "td",
        own === undefined ? { colspan: 2 } : {},
        rule ? name(rule) : step ? call("step", step) : null,
        line ? [" ", toLine(line, actions)] : null,
        facts.map(([key, value]) => element("span", { class: "more" }, ` ${call("key", key)} `, plain(value, key, actions))),
        inner.map(([key, value]) => element("div", { class: "from" }, told(value, actions, key))),
      ),
    );
  });
  const total = element(
    "tfoot",
    {},
    element("tr", {}, element("td", { class: "number", dir: "ltr" }, figure(whole, actions.unit)), element("td", {}, say("total"))),
  );
  return element("table", { class: "parts" }, element("tbody", {}, rows), because.length > 1 && whole !== undefined ? total : null);
}

/** The name of an entry, unless it says it by itself, as `vest after 14 days` does. */
function heading(key, value) {
  const word = call("key", key);
  return String(value?.said ?? "").startsWith(`${word} `) ? null : element("span", { class: "dim" }, `${word} `);
}

function kept({ rule, line, reasons }, actions) {
  return element(
    "li",
    {},
    element("span", { class: "rule" }, name(rule), " ", toLine(line, actions)),
    element("ul", {}, reasons.map((reason) => element("li", {}, told(reason, actions)))),
  );
}

/** Any value: entries of code, lists of them, and objects key by key. */
function told(value, actions, key) {
  if (isPlain(value)) return plain(value, key, actions);
  if (Array.isArray(value)) {
    if (value.every(isPlain)) return value.map((item, index) => [index > 0 ? ", " : "", plain(item, key, actions)]);
    if (value.every(isSmall)) return value.map((item, index) => [index > 0 ? " · " : "", small(item, key, actions)]);
    return element("ul", { class: "told" }, value.map((item) => element("li", {}, told(item, actions, key))));
  }
  const label = (inner) => (areNames(key) ? name(inner) : call("key", inner));
  if (value.said !== undefined || value.condition !== undefined || value.exact !== undefined) return saying(value, actions);
  const { rule, line, wallet } = value;
  const within = unitOf(wallet) ? { ...actions, unit: unitOf(wallet) } : actions;
  const of = (name) => (unitOf(name) ? { ...actions, unit: unitOf(name) } : within);
  const entries = Object.entries(value).filter(([key, inner]) => !["rule", "line", "wallet"].includes(key) && !isNothing(inner));
  const facts = entries.filter(([, inner]) => isPlain(inner));
  const inner = entries.filter(([, inner]) => !isPlain(inner));
  return [
    element(
      "span",
      { class: "facts-line" },
      rule ? element("span", { class: "rule" }, name(rule), line ? [" ", toLine(line, actions)] : null) : null,
      wallet ? element("span", { class: "rule" }, name(wallet)) : null,
      facts.map(([key, fact]) => element("span", { class: "more" }, label(key), " ", plain(fact, key, within))),
    ),
    inner.map(([key, entry]) => element("div", { class: "entry" }, element("span", { class: "dim" }, label(key), " "), told(entry, of(key), key))),
  ];
}

/** Whether an object is but a few plain values, as `{ lot, amount }` is. */
const isSmall = (value) => !isPlain(value) && Object.keys(value).length <= 2 && Object.values(value).every(isPlain) && value.said === undefined;

function small(value, within, actions) {
  const label = (key) => (areNames(within) ? name(key) : call("key", key));
  return Object.entries(value).map(([key, inner], index) => [index > 0 ? ", " : "", label(key), " ", plain(inner, key, actions)]);
}

/** What the program says, and what that came to: `order.subtotal >= 50 EUR — is 42.86 EUR · 7.14 EUR short`. */
function saying(entry, actions) {
  const { said, condition, line, unit, note, actual, required, shortfall, used, of, missing, figures, until, exact, result } = entry;
  const money = (value) => measured(value, unit, said);
  const facts = [];
  // What is missing is named further on, where it is known.
  if (actual === null && !(missing?.length > 0)) facts.push([say("missing")]);
  else if (actual !== null && actual !== undefined) facts.push([`${say("is")} `, element("b", {}, money(actual))]);
  if (required !== undefined && shortfall === undefined && said === undefined) facts.push([`${call("key", "required")} `, money(required)]);
  if (shortfall !== undefined) facts.push([element("span", { class: "shortfall" }, around("short", money(shortfall)))]);
  if (used !== undefined) facts.push([say("usedUp", used, of)]);
  if (missing?.length > 0) facts.push([`${say("missing")}: `, missing.map((name, index) => [index > 0 ? ", " : "", code(name)])]);
  if (until) facts.push([`${call("key", "until")} `, plain(until)]);
  if (exact !== undefined) facts.push([element("span", { dir: "ltr" }, `${figure(exact, actions.unit)} → `, element("b", {}, figure(result, actions.unit)))]);
  if (note && actual === undefined) facts.push([sentence(note)]);
  // A figure that is said in other words than the entry itself.
  const others = (figures ?? []).filter((other) => other.said !== said && other.value !== undefined);
  for (const other of others) {
    facts.push([code(other.said), " = ", other.value === null ? say("missing") : element("b", {}, measured(other.value, other.unit, other.said))]);
  }
  const rest = Object.entries(entry).filter(([key, value]) => !SAID.includes(key) && !(said && REPEATED.includes(key)) && !isNothing(value));
  for (const [key, value] of rest) facts.push([`${call("key", key)} `, told(value, actions, key)]);
  const text = said ?? condition;
  return [
    text === undefined ? null : code(text, { class: "said" }),
    text !== undefined && line ? [" ", toLine(line, actions)] : null,
    // Each fact turns by itself, whichever way the words beside it run.
    facts.map((fact, index) => [index === 0 ? (text === undefined ? "" : " — ") : " · ", element("bdi", {}, fact)]),
  ];
}

/** A value with its unit: `45.00 EUR`, `12 points`. */
function measured(value, unit, said) {
  if (/^[A-Z]{3}$/.test(unit ?? "") && typeof value === "string") return sum(value, unit);
  return [plain(value, dayOf(said)), unit ? [" ", name(unit)] : null];
}

/** Keys of amounts that are in the wallet of the decision that tells them. */
const IN_WALLET = [
  "amount", "taken", "taken_before", "taken_back", "restored", "restored_before", "given_back", "granted", "kept", "due", "own_lots", "from_pending",
  "written_off", "room", "excess", "cap", "left", "settled", "total",
];
/** Keys of amounts of money, whatever is paid with. */
const IN_MONEY = ["worth", "subtotal", "discount", "shipping_discount"];

/** The key of a value that is a day of the week, as what is said of the program tells; a text may look the same. */
const dayOf = (said) => (/\.weekday\b|^valid\b.*\[/.test(said ?? "") ? "weekday" : undefined);

/** A sentence of the page around something that is no text. */
function around(key, middle) {
  const [before, after] = say(key, "\0").split("\0");
  return [before, middle, after];
}

function plain(value, key, actions) {
  if (isInstant(value)) return element("time", { datetime: value }, when(value));
  if (value === true) return "✓";
  if (value === false) return say("no");
  if (typeof value !== "string") return element("bdi", {}, value === null ? "–" : String(value));
  if (NOTES.includes(key)) return sentence(value);
  const unit = IN_WALLET.includes(key) ? actions?.unit : IN_MONEY.includes(key) ? programUnit() : null;
  return word(key, value) ?? (unit ? sum(value, unit) : name(amount(value)));
}

/** What the engine says in a sentence of its own: in the language of the page if it is one that it always says so. */
const sentence = (note) => word("note", note) ?? english(note);

export function toLine(line, actions) {
  return element("button", { type: "button", class: "link", onclick: () => actions.jumpToLine(line) }, say("line", line));
}
