// What is money, and how it is written: with all its decimals, and the name of its currency.

import { element } from "./dom.js";
import { amount } from "./words.js";

/** Currencies whose minor unit is no hundredth, as the engine counts them. */
export const DECIMALS = { 0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF", 3: "BHD IQD JOD KWD LYD OMR TND" };

const decimals = (currency) => Number(Object.keys(DECIMALS).find((digits) => DECIMALS[digits].split(" ").includes(currency)) ?? 2);

/** The currencies of wallets and measures that hold money, and the measures of ladders, by name; the program's own as well. */
let units = new Map();
let ladders = new Map();
let currency = null;

/** Learns them from a program: its text, and what the engine tells of its pieces and of its declarations. */
export function learnUnits(rules, tokens, outline) {
  const unit = ({ detail }) => /^(?:holds |money in `)([A-Z]{3})/.exec(detail)?.[1];
  units = new Map(outline.filter(unit).map((symbol) => [symbol.name, unit(symbol)]));
  // Wherever its line begins, and whatever a comment says: the engine tells what is a word of the language.
  const pieces = tokens.map(([start, end, kind]) => ({ text: rules.slice(start, end), kind })).filter(({ kind }) => !["comment", "doc"].includes(kind));
  const is = (piece, word) => piece?.kind === "keyword" && piece.text === word;
  currency = pieces[pieces.findIndex((piece) => is(piece, "currency")) + 1]?.text ?? null;
  if (!/^[A-Z]{3}$/.test(currency)) currency = null;
  const declared = pieces.flatMap((piece, index) => (is(piece, "tiers") && is(pieces[index + 2], "by") ? [[pieces[index + 1].text, pieces[index + 3]?.text]] : []));
  ladders = new Map(declared);
}

/** The currency in which a wallet or a measure is told, or null for one of points or numbers. */
export const unitOf = (name) => units.get(name) ?? null;

/** The currency of what a ladder is climbed by, or null. */
export const unitOfLadder = (ladder) => unitOf(ladders.get(ladder));

/** The currency of the program, or null. */
export const programUnit = () => currency;

/** The currency that a piece of code compares with, or null. */
export const unitIn = (said) => /\d ([A-Z]{3})\b/.exec(said ?? "")?.[1] ?? null;

/** Whether a value is an amount, as the engine writes one. */
export const isAmount = (text) => /^-?\d+(\.\d+)?$/.test(text);

/** The digits of an amount: of money with all its decimals. */
export function figure(text, unit, { signed = false } = {}) {
  return amount(text, { signed, least: unit ? decimals(unit) : 0 });
}

/** An amount as it is read: `1.30 EUR`, or the figure alone where it is no money. */
export function sum(text, unit, options) {
  const digits = figure(text, unit, options);
  if (!unit || !isAmount(text)) return element("bdi", { dir: "ltr" }, digits);
  return element("bdi", { class: "own sum", dir: "ltr" }, `${digits}\u00a0${unit}`);
}

/** An amount with the wallet that it is in: `50 points`, `1.30 EUR cashback`. */
export function sumIn(text, wallet, options) {
  return [sum(text, unitOf(wallet), options), " ", element("bdi", { class: "own" }, wallet)];
}
