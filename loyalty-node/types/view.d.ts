// What a member has.

import type { ConsentState } from "./outcome.js";

/** What a member has at an instant. Keys that may be missing are there for programs that have such things, or members. */
export interface View {
  member: string;
  at: string;
  revision: number;
  enrolled_at: string;
  /** Not there for an account that is open and awake. */
  account?: { state: "paused" | "merged" | "erased"; since?: string; freeze_expiry?: boolean; into?: string };
  wallets: Record<string, Wallet>;
  /** By ladder. */
  tiers: Record<string, Tier>;
  contact?: Contact;
  challenges?: Record<string, Challenge>;
  measures: Record<string, string | null>;
  segments: string[];
  rewards?: Record<string, Offer>;
  experiments?: Record<string, { arm: string; since: string }>;
  badges?: Record<string, { title?: string; level?: string; since: string }>;
  cards?: { wheel: string; issued_at: string; expires_at: string }[];
  quizzes?: Record<string, Question>;
  surveys?: Record<string, Question>;
  attributes: Record<string, string | boolean>;
  tags: string[];
  coupons?: HeldCoupon[];
  referrals?: Record<string, Referral>;
  next_due: string | null;
}

/** The amounts of a wallet, as decimal strings. */
export interface Totals {
  available: string;
  pending: string;
  /** Set aside for rewards that wait. */
  held: string;
  debt: string;
  issued: string;
  spent: string;
  transferred_in: string;
  transferred_out: string;
  expired: string;
  clawed_back: string;
  written_off: string;
}

/** A wallet with the lots that its balance is made of, soonest expiring first. */
export interface Wallet extends Totals {
  /** How much runs out when, one row for each instant, the first first. */
  expiring: { expires_at: string; amount: string }[];
  lots: Lot[];
}

/** Points that were earned together. */
export interface Lot {
  entry: number;
  amount: string;
  earned_at: string;
  /** Pending until then, or until the event `vests_on`, if that comes before `vests_before`. */
  vests_at?: string;
  vests_on?: string;
  vests_before?: string;
  expires_at: string | null;
}

/** Where a member stands on a ladder. */
export interface Tier {
  level: string;
  since: string;
  /** When it is judged next. */
  until: string | null;
  /** Whether it stays by grace. */
  grace: boolean;
  /** Levels set beside the rules. */
  set: { level: string; until: string | null }[];
  benefits: Record<string, string | boolean>;
  /** What thresholds are compared with. */
  meter: string | null;
  next: { level: string; missing: Missing[] | null } | null;
  stay: { level: string; until: string; missing: Missing[] | null } | null;
  /** Where it leads if nothing happens. */
  projected: { level: string; at: string } | null;
}

/** A condition of a level that does not hold. */
export interface Missing {
  condition: string;
  actual?: string | boolean | null;
  required?: string;
  shortfall?: string;
}

/** How far a member is in a challenge. */
export interface Challenge {
  current: string;
  goal: string | null;
  remaining: string | null;
  percent: string | null;
  completed: boolean;
  times: number;
  deadline: string | null;
  /** The longest streak. */
  best?: number;
  goals?: { name?: string; goal: string; met: boolean }[];
  steps?: { event: string; done_at: string | null }[];
  opted_in?: boolean;
}

/** What a reward costs and what it lacks; one that is paid by rate has `points` for `per`, from `at_least`. */
export interface Offer {
  available?: boolean;
  missing?: Lack[];
  /** The ways to pay it, each by wallet. */
  cost?: Record<string, string>[];
  wallet?: string;
  points?: string;
  per?: string;
  at_least?: string;
  /** What points would pay. */
  pays?: { points: string; worth: string };
}

/** What a reward lacks. */
export interface Lack {
  kind: "condition" | "valid" | "limit" | "balance" | "amount";
  text: string;
  wallet?: string;
  required?: string;
  actual?: string;
  shortfall?: string;
}

/** A quiz or a survey that the member was asked, and the last answer. */
export interface Question {
  asked_at: string;
  until: string | null;
  open: boolean;
  choice?: string;
  score?: number;
  answered_at?: string;
}

/** A coupon that was issued to the member. */
export interface HeldCoupon {
  coupon: string;
  number: number;
  code?: string;
  issued_at: string;
  expires_at: string | null;
  state: "usable" | "used" | "expired";
  used_at?: string;
}

/** Who brought the member, and whom it has brought. */
export interface Referral {
  brought?: { advocate: string; joined_at: string; stage: "open" | "counts" | "refused" };
  friends: number;
  settled: number;
}

/** How the member may be spoken to. */
export interface Contact {
  consents: { category: string; state: ConsentState; since: string; how: string; words?: string }[];
  wrote_at?: string;
  unreachable?: true;
  held_back_until?: string;
  marketing_held_back_until?: string;
  waiting?: { message: string; until: string }[];
  campaigns?: { campaign: string; message: string; since: string }[];
}
