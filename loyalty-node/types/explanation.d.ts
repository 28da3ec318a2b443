// Why an event would bring what it would, and what was missing for the rest.

import type { Decision, Part } from "./outcome.js";

/**
 * What an event would bring and why, and what was missing for the rest. `toString()` tells it to people, `toHtml()` is a
 * piece of HTML with its own style. `docs/explain.md` describes every key.
 */
export interface Explanation {
  /** The event's id; null where time alone is explained. */
  event: string | null;
  type?: string;
  member: string;
  at: string;
  replayed?: true;
  decisions: Explained[];
  /** For refunds and cancellations: what the order had granted and what is kept. */
  returned?: Returned;
  /** The other rules on the event, and those that were set off for nothing. */
  silent: { rule: string; line: number; reasons: Reason[] }[];
  toString(): string;
  toHtml(): string;
}

/** A decision with what it was decided from; `line` is that of the rule, where one rule decided it. */
export type Explained = ExplainedEarning | (Exclude<Decision, { kind: "earned" }> & Story);

/** Points that were earned, and each part of them. */
export type ExplainedEarning = Omit<Extract<Decision, { kind: "earned" }>, "because"> & Story & { because: ExplainedPart[] };

/** What an explanation adds to a decision. */
export interface Story {
  rule?: string;
  line?: number;
  /** Of points earned: the clause that was chosen. */
  vest?: Chosen;
  expire?: Chosen;
  /** Of points that no rule spent: an order that is paid with them, the streak of the `challenge` that they keep, or staff. */
  taken_for?: "order" | "streak" | "staff";
  challenge?: string;
  /** Of points spent, transferred, converted or forfeited. */
  effect?: Quoted;
  figures?: Figure[];
  /** Of points spent, transferred or converted: the caps and the greatest balance that left less than the effect asks for. */
  limits?: Step[];
  /** Of a level reached or lost: what it asks for. */
  asked?: { level: string; line?: number; required?: string; parts?: Reason[]; figures?: Figure[] } | string;
  /** Of points that vest or run out. */
  earned_at?: string | null;
  earned_by?: string;
  last_activity?: string;
  clause?: Quoted;
  /** Of debt taken on or settled. */
  debt_before?: string;
  debt_after?: string;
  /** Of a rule that follows on an edited order: on how much it had followed, what there is now, and what is new. */
  set_off?: { before: string; now: string; more: string };
}

/** A part of an earned amount, and the steps to it. */
export interface ExplainedPart extends Part {
  line?: number;
  /** The conditions that hold. */
  holding?: Reason[];
  steps?: Step[];
}

/** What the program says on a line. */
export interface Quoted {
  said: string;
  line: number;
}

/** The clause that was chosen of several, and why not those before it. */
export interface Chosen {
  said?: string;
  line?: number;
  passed_over?: Reason[];
}

/** A number that was read; of sums and counts over a list, which of its items were taken in. */
export interface Figure {
  said: string;
  value: string | boolean | null;
  unit?: string;
  over?: string;
  items?: number[];
  of?: number;
}

/** What a wallet's rounding did. */
export interface Rounding {
  mode: string;
  scope: string;
  exact: string;
  result: string;
  before?: string;
}

/** A step to an amount. Which keys it has, its `step` says: `docs/explain.md` lists them. */
export interface Step extends Partial<Rounding> {
  step: "earn" | "multiply" | "cap" | "lot" | "effect" | "rounding" | "hold_at_most";
  said?: string;
  line?: number;
  amount?: string;
  points?: string;
  per?: string;
  of?: string;
  unit?: string;
  blocks?: string;
  figures?: Figure[];
  by_line?: { line: number; amount: string }[];
  factor_before?: string;
  factor_after?: string;
  multipliers?: string;
  cap?: string;
  rule?: string;
  group?: string;
  wallet?: string;
  room?: string;
  asked?: string;
  left?: string;
  until?: string;
  most?: string;
  held?: string;
}

/** Something that kept a rule from firing, or a condition that holds. */
export interface Reason extends Partial<Rounding> {
  kind: "condition" | "valid" | "limit" | "nothing" | "cap" | "hold_at_most" | "rounding";
  said?: string;
  line?: number;
  /** In words. */
  note?: string;
  actual?: string | boolean | null;
  /** A list where one of several would do. */
  required?: string | boolean | null | (string | boolean)[];
  unit?: string;
  shortfall?: string;
  excess?: string;
  missing?: string[];
  figures?: Figure[];
  /** When it is otherwise, as far as the calendar alone says so. */
  until?: string;
  parts?: Reason[];
  /** Of a limit: so many times of so many. */
  used?: number;
  of?: number;
  group?: string;
  rule?: string;
  wallet?: string;
  cap?: string;
  per?: string;
  room?: string;
  asked?: string;
  left?: string;
  most?: string;
  held?: string;
}

/** What a return takes back and gives back. */
export interface Returned {
  order: string;
  ordered_at: string;
  /** Nothing of the order is kept. */
  whole: boolean;
  taken: {
    wallet: string;
    granted: string;
    kept: string;
    taken_before: string;
    due: string;
    own_lots: string;
    parts: {
      rule: string;
      line?: number;
      granted: string;
      kept: string;
      of?: { said: string; then: string | boolean | null; kept: string | boolean | null; unit?: string };
    }[];
    rounding: Rounding;
    clawback?: Quoted;
  }[];
  restored: { wallet: string; spent: string; restored_before: string; restore?: Quoted }[];
}
