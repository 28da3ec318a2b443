// What a cart would get.

import type { Figure } from "./explanation.js";
import type { Lack, Offer } from "./view.js";

/** What a cart would get. `docs/quotes.md` describes every key. */
export interface Quote {
  at: string;
  member: string;
  subtotal: string;
  discount: string;
  shipping: string;
  shipping_discount: string;
  /** What lines of kind `discount` lower the order by. */
  credit?: string;
  /** The money that the rewards named by the cart pay of it. */
  paid?: string;
  total: string;
  /** No lawful combination takes off more. */
  complete: boolean;
  /** The rules that would refuse the order, and what they say to the member. */
  refused?: { rule: string; text: string | null }[];
  applied: AppliedCoupon[];
  lines: QuotedLine[];
  not_applied: { coupon?: string; code?: string; reasons: WhyNot[] }[];
  /** Coupons that only lack a sum of the order. */
  hints?: { coupon: string; short: string; gives: string; text: string }[];
  /** The rewards that the cart names: what is spent on each, or what it lacks. */
  taken?: { reward: string; quantity: number; available: boolean; spent?: Record<string, string>; worth?: string; missing?: Lack[] }[];
  /** Of every reward what it costs and what it lacks. */
  rewards?: Record<string, Offer>;
}

/** A coupon that applies, and what it takes off. */
export interface AppliedCoupon {
  coupon: string;
  code?: string;
  number?: number;
  discount?: string;
  lines?: { line: number; id?: string; sku?: string; discount: string }[];
  shipping?: string;
  /** For the host to add. */
  gifts?: { sku: string; quantity: number }[];
}

/** A line of the cart, counted from 1. */
export interface QuotedLine {
  line: number;
  id?: string;
  sku?: string;
  amount: string;
  discount: string;
  net: string;
  /** What each unit costs. */
  units?: { count: number; net: string }[];
}

/** Why a coupon does not apply. */
export interface WhyNot {
  reason: CouponHindrance;
  /** In the language that was asked for. */
  text: string;
  said?: string;
  line?: number;
  note?: string;
  actual?: string | boolean | null;
  required?: string | boolean | null | (string | boolean)[];
  unit?: string;
  shortfall?: string;
  excess?: string;
  missing?: string[];
  figures?: Figure[];
  until?: string;
  at?: string;
  from?: string;
  of?: string;
  /** The coupons that stand in its way. */
  coupons?: string[];
}

/** What keeps a coupon from applying to a cart. */
export type CouponHindrance =
  | "unknown_code" | "mistyped_code" | "code_of_another_member" | "named_twice" | "too_many_codes" | "not_in_force"
  | "not_held" | "used" | "expired" | "not_valid_now" | "condition" | "limit_reached" | "budget_used_up"
  | "nothing_to_lower" | "not_named" | "not_beside" | "stopped" | "adds_nothing" | "not_better" | "other_code";
