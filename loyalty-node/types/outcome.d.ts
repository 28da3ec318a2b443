// What comes out of an event, or of time: decisions, of which `kind` says which keys they have.

import type { EventObject } from "./event.js";
import type { Lack } from "./view.js";

/** What an event, or time, brought about. */
export interface Outcome {
  /** The id of the event; not there for `advance`. */
  event?: string;
  member: string;
  at: string;
  revision: number;
  /** The event was known: these are the decisions of then, and nothing has changed. */
  replayed?: true;
  /** The member's arm in each experiment that has been noted. */
  arms?: Record<string, string>;
  decisions: Decision[];
}

/** What every decision may have, whatever its kind. Amounts are decimal strings. */
export interface DecisionBase {
  /** If time brought it about at another instant than the outcome's. */
  at?: string;
  /** The line of the ledger, for what changes a balance. */
  entry?: number;
  wallet?: string;
  amount?: string;
}

/** One decision: `if (decision.kind === "earned")` and its keys are those of its kind. */
export type Decision = { [Kind in keyof Decisions]: { kind: Kind } & DecisionBase & Decisions[Kind] }[keyof Decisions];

/** A line of the ledger: points of a wallet. */
export interface Posting {
  entry: number;
  wallet: string;
  amount: string;
}

/** An amount out of one lot. */
export interface FromLot {
  lot: number;
  amount: string;
}

/** What has done it: a rule, or the declaration that holds the effects. */
export interface By {
  rule?: string;
  coupon?: string;
  reward?: string;
  challenge?: string;
  wheel?: string;
  quiz?: string;
  survey?: string;
  leaderboard?: string;
  referral?: string;
}

/** The kinds of decisions, each with its keys. */
export interface Decisions {
  /** Points were granted; `pending` until they vest. */
  earned: Posting & { pending: boolean; expires_at: string | null; because: Part[]; vests_at?: string; vests_on?: string; vests_before?: string };
  /** Points of a lot may be spent now. */
  vested: Posting & { lot: number; expires_at: string | null };
  /** Points were taken from lots. */
  spent: Posting & By & { from: FromLot[] };
  /** Points of a lot are gone: `lapsed`, or `not_vested` in time. */
  expired: Posting & { lot: number; reason: "lapsed" | "not_vested" };
  /** A return took points back: what was pending, what lay in lots, what is a debt now, what nobody will collect; below zero where a return before it had taken too much. */
  clawed_back: Posting & { from_pending: string; from_lots: string; debt: string; written_off: string };
  /** Spent points were given back. */
  restored: Posting & { expires_at: string | null };
  /** A rule took points away for good. */
  forfeited: Posting & By;
  /** Points that became available paid a debt. */
  debt_settled: Posting;
  /** Points that came back, or that an order in another's place granted, made up for what a return had written off. */
  write_off_settled: Posting;
  /** Points of a `lot` that had run out are there again, or wait again (`pending`): what would have kept them came in time, and is told late. */
  reinstated: Posting & { lot: number; pending: boolean };
  /** Points are set aside for a reward that waits. */
  held: Posting & { reward: string; until: string; from: FromLot[] };
  /** They are free again. */
  released: Posting & { reward: string; reason: "released" | "lapsed" };
  /** The member has the tag. */
  tagged: { tag: string };
  /** The member has lost the tag. */
  untagged: { tag: string };
  /** An attribute of the member has the value. */
  attribute_set: { field: string; value: string | boolean };
  /** The host sends another member an event. */
  signal: { name: string; to: string };
  /** The level of a ladder is another one. */
  tier_changed: { ladder: string; from: string; to: string; because: "reached" | "not_qualified" | "set" | "set_level_ended"; until: string | null };
  /** A level was judged and stays. */
  tier_kept: { ladder: string; level: string; because: "qualified" | "grace"; until: string | null };
  /** The member is now in a segment that a rule watches. */
  segment_entered: { segment: string };
  /** The member is no longer in it. */
  segment_left: { segment: string };
  /** The member has a coupon. */
  coupon_issued: {
    coupon: string;
    number: number;
    expires_at: string | null;
    code?: string;
    /** The coupon that gave it. */
    from_coupon?: string;
  } & Omit<By, "coupon">;
  /** A coupon has run out unused. */
  coupon_expired: { coupon: string; number: number; code?: string };
  /** A coupon was used on the order. */
  coupon_redeemed: { coupon: string; code?: string; number?: number; discount?: string; lines?: { line: number; discount: string }[] };
  /** A code was not applied, for all of these reasons. */
  coupon_refused: {
    code: string;
    coupon?: string;
    reasons: { reason: CouponRefusal; at?: string; from?: string; condition?: number; limit?: number; in_total?: boolean; budget?: string }[];
  };
  /** The order was called off, and the coupon may be used once more. */
  coupon_given_back: { coupon: string; code?: string; number?: number };
  /** A coupon is gone: what it was given for has come back, or staff took it back. */
  coupon_revoked: { coupon: string; number: number; code?: string };
  /** What is to be paid back of an order whose coupons may lose what they took off. */
  refund_due: { amount: string; returned: string; owed: { coupon: string; code?: string; amount: string }[] };
  /** A reward was taken. */
  reward_redeemed: { reward: string; quantity: number; worth?: string };
  /** A reward was not taken, for all that it lacks. */
  reward_refused: { reward: string; missing: Lack[] };
  /** A reward came back. */
  reward_returned: { reward: string; quantity: string };
  /** The member takes part in a challenge. */
  opted_in: { challenge: string; deadline: string | null };
  /** An event has changed what counts in a challenge. */
  progress: { challenge: string; current: string; goal: string; remaining: string; percent: string; deadline: string | null };
  /** A goal of a challenge is met, and there are more. */
  goal_met: { challenge: string; goal: string; name?: string };
  /** The last goal is met, so many times in all. */
  challenge_completed: { challenge: string; goal: string; times: number; name?: string };
  /** A return has left a goal unmet. */
  goal_revoked: { challenge: string; goal: string; times: number; name?: string };
  /** A goal that moves is another one in the window that begins. */
  goal_changed: { challenge: string; goal: string; deadline: string };
  /** A period without an event was made good by what the member has spent. */
  streak_frozen: { challenge: string; length: number };
  /** A streak has ended. */
  streak_broken: { challenge: string; length: number; best: number };
  /** The member has a badge, or another level of it. */
  badge_awarded: By & { badge: string; level?: string; from?: string };
  /** A badge is gone, or down to a lower level: what it was given for has come back, or staff took it back. */
  badge_revoked: { badge: string; level?: string; to?: string };
  /** Chance has chosen a slice of a wheel, counted from 1. */
  drawn: {
    wheel: string;
    slice: number;
    title?: string;
    occasion: string;
    turn: number;
    number: string;
    position: number;
    of: number;
    rule?: string;
    out_of_stock?: boolean;
  };
  /** A wheel was not turned. */
  not_drawn: { wheel: string; reason: "limit" | "out_of_stock" | "no_card"; rule?: string };
  /** The member may draw once, before `expires_at`. */
  card_issued: Omit<By, "wheel"> & { wheel: string; expires_at: string; from_wheel?: string };
  /** A card was not drawn in time. */
  card_expired: { wheel: string };
  /** A leaderboard is over, and the member has won that place of it. */
  placed: { leaderboard: string; round: string; rank: number; score: string };
  /** The member has an arm of an experiment from now on. */
  assigned: { experiment: string; arm: string; from?: string };
  /** A quiz or a survey is asked. */
  asked: { quiz?: string; survey?: string; message: string; until: string | null };
  /** It is not asked. */
  not_asked: { quiz?: string; survey?: string; reason: "limit" | "not_valid" };
  /** It was answered. */
  answered: { quiz?: string; choice?: string; right?: boolean; survey?: string; score?: number };
  /** A message was no answer to it, or none any more. */
  not_answered: { quiz?: string; survey?: string; reason: "unknown_answer" | "not_asked" | "already_answered" | "question_closed" };
  /** A message is to be sent. */
  message: {
    id: string;
    message: string;
    category: Category;
    language: string;
    send: "text" | "template";
    text: string;
    header?: string;
    footer?: string;
    /** Its parameters in their order, or by their names. */
    template?: { name: string; parameters: Parameter[] | Record<string, Parameter> };
    buttons?: { title: string; payload?: string; url?: string; copy_code?: string; index?: number }[];
    list?: { button: string; sections: { rows: { id: string; title: string; description?: string }[] }[] };
    because: Said[];
  };
  /** A message is not sent. */
  message_suppressed: {
    message: string;
    category: Category;
    reason: Suppression;
    because: Said[];
    value?: string;
    at_most?: number;
    until?: string;
    segment?: string;
  };
  /** Messages wait, for the messenger has refused one. */
  messages_held_back: { until: string | null; error: number; category?: string };
  /** The member agrees to messages, or no longer does. */
  consent: { category: string; state: ConsentState; since: string; how: string; words?: string };
  /** Keys by which the member can be found were noted. */
  identified: { keys: number };
  /** The member tells whom it has to thank. */
  referred: { referral: string; to: string; event: EventObject };
  /** The member's advocate has a share of so much that the member has bought. */
  shared: { referral: string; amount: string; to: string; event: EventObject };
  /** So much of that has come back. */
  share_taken_back: { referral: string; amount: string; to: string; event: EventObject };
  /** A friend has come. */
  brought: { referral: string; by: string };
  /** A friend does not count. */
  referral_refused: { referral: string; by: string };
  /** A friend no longer counts. */
  referral_withdrawn: { referral: string; to: string; event: EventObject };
  /** So many friends have come. */
  friends_reached: { referral: string; friends: number };
  /** A counter over all members moves; below zero it is given back. */
  claim: { counter: string; by: string; limit: string };
  /** The event was taken and could not earn. */
  not_earned: { reason: "before_enrolment" | "paused" | "withdrawn" };
  /** Points left for another member, to whom `event` is to be sent. */
  transferred: Posting & { rule: string; to: string; from: FromLot[]; event: EventObject };
  /** Points of another member came in. */
  received: Posting & { sender: string; expires_at: string | null };
  /** Points of another member were not taken; `event` is for that member. */
  sent_back: { wallet: string; amount: string; to: string; reason: "not_accepted" | "hold_at_most" | "paused" | "before_enrolment"; event: EventObject };
  /** The account earns and spends nothing from here on. */
  paused: { freeze_expiry: boolean };
  /** It does again. */
  resumed: { frozen_days: number };
  /** Another account went up in this one. */
  merged: { from: string; entries_after: number };
  /** A wallet has grown by that of the other account. */
  joined: { entry: number; wallet: string; available: string; pending: string; debt: string };
  /** The account went up in another one. */
  merged_into: { into: string };
  /** Only the sums are left. */
  erased: {};
}

/** What fills a place of a template: a text, and what it was written from. */
export type Parameter = string | { text: string; amount?: string; currency?: string; date?: string; at?: string };

/** Why a message is said, or not. */
export interface Said {
  rule?: string;
  broadcast?: string;
  button?: string;
  survey?: string;
  quiz?: string;
}

/** A part of an earned amount: of a rule or what else gave it, or of a step such as `rounding`. */
export interface Part {
  rule?: string;
  challenge?: string;
  coupon?: string;
  wheel?: string;
  quiz?: string;
  survey?: string;
  reward?: string;
  referral?: string;
  leaderboard?: string;
  step?: string;
  amount: string;
}

/** Why a code was not applied. */
export type CouponRefusal =
  | "unknown_code" | "mistyped_code" | "code_of_another_member" | "not_held" | "already_used" | "named_twice"
  | "expired" | "not_valid_yet" | "not_on_this_weekday" | "not_at_this_hour" | "condition" | "limit_reached"
  | "budget_used_up" | "nothing_to_lower" | "not_beside" | "stopped" | "adds_nothing" | "not_better" | "other_code";

/** Why a message is not sent. */
export type Suppression =
  | "already_said" | "missing_value" | "too_long" | "no_text" | "no_consent" | "withdrawn" | "not_allowed"
  | "outside_window" | "at_most" | "at_most_in_total" | "quiet" | "held" | "backed_off" | "unreachable"
  | "outside_segment" | "paused" | "before_enrolment" | "overtaken";

/** What a message is about: what the member did or asked for, what promotes, or what answers the member. */
export type Category = "utility" | "marketing" | "reply";

/** Whether a member agrees to messages of a category. */
export type ConsentState = "given" | "asked" | "withdrawn";
