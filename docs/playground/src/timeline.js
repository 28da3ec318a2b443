// The history step by step: each event or instant with what it brought about, and why.

import { code, element, name } from "./dom.js";
import { compact, isWhole, oneLine, written } from "./json.js";
import { programUnit, sum, unitOf } from "./money.js";
import { PAGE } from "./pages.js";
import { refusal } from "./refusals.js";
import { why } from "./why.js";
import { call, say, when, word } from "./words.js";

/** Keys of an event that its line shows elsewhere. */
const ENVELOPE = ["type", "id", "member", "at", "currency"];
/** Fields of an event that its line has room for. */
const FIELDS_SHOWN = 3;

/** A key for each step, which it keeps when the history is played anew: the place of its event, or the instant at which time did it. */
export function keysOf(steps) {
  const seen = new Map();
  return steps.map((step) => {
    const base = step.kind === "event" ? `e${step.line.index}` : `t${step.at}`;
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    return count === 0 ? base : `${base}.${count}`;
  });
}

/**
 * Draws the steps of a page.
 * @param marks which of them are open, and what is typed into them
 * @param actions `jumpToLine(line)`, `replace(index, text)`, `remove(index)`, `move(index, by)`, `toggled(key, open)`, `typed(line, text)`
 */
export function showSteps(place, { steps, keys, explain }, { page, marks, actions }) {
  const start = page * PAGE;
  const items = steps.slice(start, start + PAGE).map((step, index) => {
    const key = keys[start + index];
    return item(step, key, { marks, explain, actions });
  });
  place.replaceChildren(...items);
}

function item(step, key, { marks, explain, actions }) {
  const details = element("details", { class: `step ${step.kind}${step.refused ? " refused" : ""}`, "data-key": key, "data-at": Date.parse(step.at ?? "") });
  details.append(summary(step));
  details.open = marks.isOpen(key);
  let filled = false;
  const fill = () => {
    if (filled || !details.open) return;
    filled = true;
    details.append(body(step, { marks, explain, actions }));
  };
  fill();
  details.addEventListener("toggle", () => {
    fill();
    actions.toggled(key, details.open);
  });
  return element("li", {}, details);
}

function summary(step) {
  const { kind, at, line, refused } = step;
  const event = line?.event ?? {};
  const what =
    kind === "time"
      ? element("span", { class: "what" }, say("timePasses"))
      : line.event === undefined
        ? element("span", { class: "what" }, code(line.text, { class: "dim" }))
        : element("span", { class: "what" }, element("b", { dir: "auto" }, name(plain(event.type ?? "–"))), " ", element("span", { class: "id", dir: "auto" }, name(plain(event.id ?? ""))));
  const fields = Object.entries(event).filter(([key, value]) => !ENVELOPE.includes(key) && value !== null);
  const told = fields.slice(0, FIELDS_SHOWN).map(([key, value]) =>
    element("span", { class: "field", dir: "auto" }, name(key), " ", name(brief(value))),
  );
  return element(
    "summary",
    {},
    element("time", { datetime: at ?? "" }, at ? when(at) : "–"),
    what,
    told.length > 0 ? element("span", { class: "fields" }, told) : null,
    element("span", { class: "chips-row" }, refused ? element("span", { class: "chip bad" }, say("refused")) : chips(step.outcome)),
  );
}

function brief(value) {
  if (Array.isArray(value)) {
    if (!value.some(isWhole)) return value.join(", ");
    return `${value.length} × ${value.map((item) => item?.sku ?? item?.category ?? item?.kind ?? "").filter(Boolean).slice(0, 2).join(", ") || "…"}`;
  }
  return isWhole(value) ? "…" : String(value);
}

/** Kinds of decisions whose amount is money of the program, in no wallet. */
const MONEY = ["refund_due"];

/** Kinds of decisions that take from the member, and such that only wait. */
const TAKES = ["spent", "expired", "clawed_back", "forfeited", "debt_settled", "write_off_settled"];

function chips({ decisions, replayed }) {
  if (replayed) return element("span", { class: "chip quiet" }, say("replayed"));
  if (decisions.length === 0) return element("span", { class: "chip quiet" }, say("nothing"));
  return decisions.map((decision) => {
    const { kind, wallet, amount: figure, pending } = decision;
    if (figure === undefined) {
      return element("span", { class: `chip other kind-${kind}` }, `${call("kind", kind)} `, about(decision));
    }
    // What is in no wallet, or was there before, is a figure and no change.
    const still = kind === "vested" || wallet === undefined;
    const sign = TAKES.includes(kind) ? "−" : still ? "" : "+";
    const tone = TAKES.includes(kind) ? "takes" : pending === true ? "waits" : still ? "other" : "gives";
    const word = kind === "earned" ? (pending === true ? say("key").pending : "") : call("kind", kind);
    return element(
      "span",
      { class: `chip ${tone} kind-${kind}` },
      element("b", { dir: "ltr" }, sign, sum(figure, wallet === undefined ? (MONEY.includes(kind) ? programUnit() : null) : unitOf(wallet))),
      " ",
      wallet === undefined ? null : name(wallet),
      word ? element("small", {}, ` ${word}`) : null,
    );
  });
}

/** What a decision without an amount is about, in a word or two. */
function about(decision) {
  const { name: own, field, value, ladder, from, to, level, reason } = decision;
  if (field !== undefined) return name(`${field} = ${plain(value)}`);
  if (ladder !== undefined) return name(`${ladder} ${from ? `${from} → ` : ""}${to ?? level ?? ""}`);
  const told = ABOUT.map((key) => decision[key]).find((text) => typeof text === "string");
  const named = told ?? (to && own ? `${own} → ${to}` : own) ?? decision.rule;
  return [named === undefined ? null : name(named), reason === undefined ? null : [named === undefined ? "" : " · ", word("reason", reason) ?? name(reason)]];
}

/** Keys of a decision that name what it is about, the nearest first. */
const ABOUT = [
  "tag", "segment", "reward", "coupon", "code", "badge", "challenge", "wheel", "quiz", "survey", "message", "experiment", "referral",
  "leaderboard", "counter", "category",
];

const plain = (value) => (isWhole(value) ? written(value) : String(value));

function body(step, { marks, explain, actions }) {
  const parts = [];
  if (step.refused) parts.push(refusal(step.refused));
  else parts.push(why(step.outcome, explain(step), actions));
  if (step.kind === "event") parts.push(editing(step, { marks, actions }));
  return element("div", { class: "body" }, parts);
}

/** The event as it is sent, to be changed. */
function editing({ line }, { marks, actions }) {
  const text = element("textarea", { class: "json", dir: "ltr", spellcheck: "false", rows: 3, "data-part": "json", "aria-label": say("edit") });
  // What would be lost by laying it out, as a key that stands twice, is shown as it is.
  const exact = line.event && compact(written(line.event)) === compact(line.text);
  text.value = marks.typedInto(line) ?? (exact ? pretty(line.event) : line.text);
  text.addEventListener("input", () => actions.typed(line, text.value));
  text.rows = Math.min(text.value.split("\n").length, 16);
  const apply = () => actions.replace(line.index, oneLine(text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) apply();
  });
  const button = (key, act, look = "") => element("button", { type: "button", class: look, "data-part": key, onclick: act }, say(key));
  return element(
    "section",
    { class: "editing" },
    element("h3", { class: "part" }, say("edit")),
    text,
    element(
      "div",
      { class: "row" },
      button("apply", apply, "primary"),
      button("earlier", () => actions.move(line.index, -1)),
      button("later", () => actions.move(line.index, 1)),
      button("remove", () => actions.remove(line.index), "quiet-bad"),
    ),
  );
}

/** A field a line; what is within fields stays on its line. */
function pretty(event) {
  const entries = Object.entries(event).map(([key, value]) => {
    const list = Array.isArray(value) && value.some(isWhole);
    const inner = list ? `[\n${value.map((item) => `    ${written(item)}`).join(",\n")}\n  ]` : written(value);
    return `  ${JSON.stringify(key)}: ${inner}`;
  });
  return `{\n${entries.join(",\n")}\n}`;
}
