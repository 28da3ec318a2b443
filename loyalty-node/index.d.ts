// The types of the library: the same for Node, for browsers, and for WebAssembly in Node.

import type { Broadcast, Cart, Envelope, EventHead, EventObject, Instant, Points } from "./types/event.js";
import type { Explanation } from "./types/explanation.js";
import type { Outcome } from "./types/outcome.js";
import type { Quote } from "./types/quote.js";
import type { RefusalCode } from "./types/refusal.js";
import type { Totals, View } from "./types/view.js";

export type * from "./types/event.js";
export type * from "./types/explanation.js";
export type * from "./types/outcome.js";
export type * from "./types/quote.js";
export type * from "./types/refusal.js";
export type * from "./types/view.js";

/**
 * Loads the engine. In a browser everything else waits for it; in Node there is nothing to load, and it may be left out.
 * @param module where the `.wasm` lies, or what was fetched or compiled of it; beside the script by default
 */
export function init(module?: string | URL | object): Promise<void>;

/** Why the wheels that an event turned came out so; `docs/games.md` says how a draw is worked out. */
export interface Audit {
  event: string;
  member: string;
  draws: {
    wheel: string;
    /** The texts that were hashed. */
    hashed: string[];
    /** The number that the hash gives, below 2^64. */
    number: string;
    /** What is left of it when divided by `of`: where it lies among the slices. */
    position: number;
    of: number;
    slices: { slice: number; title?: string; weight: number; out_of_stock: boolean; from: number; to: number }[];
    /** The slice that was drawn, counted from one. */
    slice: number;
    out_of_stock: boolean;
    /** Whether working it out again gives the same. */
    agrees: boolean;
  }[];
}

/** A place in a program's text, in UTF-16 code units, as `slice` takes them. */
export interface Span {
  start: number;
  end: number;
}

/** An error or a warning about a program. */
export interface Diagnostic {
  severity: "error" | "warning";
  /** A stable code, such as `L0201`. */
  code: string;
  message: string;
  /** From 1. */
  line: number;
  /** From 1, in characters (code points), as people count and as the rendered text says. */
  column: number;
  span: Span;
  /** All places that it speaks of, the main one first. */
  labels: (Span & { line: number; column: number; text: string })[];
  help: string | null;
  /** The nearest valid names, nearest first. */
  candidates: string[];
}

/** The result of a `test` of a program. */
export interface TestResult {
  title: string;
  line: number;
  passed: boolean;
  failures: { line: number; message: string }[];
}

/** A policy in force, as the clause that would say so. */
export interface Policy {
  declaration: string;
  policy: string;
}

/** What a program could not take over from state of another version, and what it has that the state did not. */
export interface Migration {
  dropped: string[];
  added: string[];
}

/** What becomes of a member under another version of its program. */
export interface Migrated {
  /** The member under the new version. */
  member: Member;
  report: Migration;
  /** The levels that are others. */
  moves: { ladder: string; from: string | null; to: string | null; because: string }[];
  /** What the new version decides at once. */
  outcome: Outcome;
}

/** Where the counters over all members stand, by the names that the decisions `claim` have for them. */
export type Counters = Record<string, Points>;

/** What a history came to. */
export interface Summary {
  program: { title: string; version: number };
  events: number;
  applied: number;
  /** Events that came more than once. */
  replayed: number;
  refused: number;
  /** The reasons why events were refused, each with the first three. */
  refusals: { reason: string; count: number; first: { line: number; event: string | null; message: string }[] }[];
  members: number;
  /** The sums of each wallet over all members. */
  wallets: Record<string, Totals>;
  /** How many members have completed each challenge, and how often all of them have. */
  challenges: Record<string, { members: number; completions: number }>;
  /** How many members have each badge. */
  badges: Record<string, number>;
  /** The five highest of each leaderboard, right before `until`, or at the latest instant of any member. */
  leaderboards: Standings[];
  /** Whether every wallet adds up. */
  conserved: boolean;
}

/** A compiled program: immutable, to be used for any number of members. */
export class Program {
  private constructor();

  /**
   * Compiles the text of a program.
   * @param options.name what the text is called in messages; `program` by default
   * @param options.secret the host's secret, by which draws, arms and codes are chosen; without it, events that need chance are refused. At least 16
   *   bytes; a string stands for its UTF-8
   * @throws {RulesError} with all that is wrong with it
   */
  static compile(text: string, options?: { name?: string; secret?: string | Uint8Array }): Program;

  /** The program's title. */
  get title(): string;
  /** The program's own version number. */
  get version(): number;
  /** The text that it was compiled from. */
  get text(): string;
  /** What is legal and surely not meant. */
  get warnings(): Diagnostic[];

  /**
   * A new member, joining at that instant.
   * @throws {EventError} for what is no id or no instant
   */
  enroll(id: string, at: Instant): Member;

  /**
   * An event happens to a member.
   * @param options.now the host's clock; an event that is dated further ahead of it than the program tolerates is refused
   * @param options.counters where the counters over all members stand; nothing goes beyond their limits
   * @throws {EventError} why the event is refused; the member is then as before
   */
  apply<E extends Envelope>(member: Member, event: E | string | Uint8Array, options?: { now?: Instant; counters?: Counters }): Outcome;

  /**
   * Time passes until then: points vest and run out, each at its own instant.
   * @param options.counters where the counters over all members stand; nothing goes beyond their limits
   */
  advance(member: Member, to: Instant, options?: { counters?: Counters }): Outcome;

  /**
   * What a cart would get: the coupons that apply, line by line, and why not the others; changes nothing. The cart is an order
   * that has not happened yet, with neither type nor id.
   * @param options.codes the codes that the customer has entered
   * @param options.counters where the counters over all members stand
   * @param options.others whether every coupon of the program that does not apply says why (the default), or those that are named
   * @param options.language the language of the texts: `en` or `ar`, with a region or without
   * @throws {EventError} what is wrong with the cart
   */
  quote<C extends Cart>(
    member: Member,
    cart: C | string | Uint8Array,
    options?: { codes?: string[]; counters?: Counters; others?: boolean; language?: string },
  ): Quote;

  /**
   * Whom a `broadcast` event would reach if it happened to each of many members: an estimate to which they are added. The event
   * is the one that will be applied to them, without `id` and `member`.
   * @param options.counters where the counters over all members stand
   * @throws {EventError} what is wrong with the event
   */
  broadcastEstimate<E extends Broadcast>(broadcast: E | string | Uint8Array, options?: { counters?: Counters }): BroadcastEstimate;

  /**
   * The standings of a leaderboard at an instant, to which every member is added.
   * @param options.closed those of the last round that is over by then, with the event of each member who wins something
   * @param options.top how many places are kept, 10 if it says nothing
   * @param options.around a member whose place is told too, with so many `neighbours` on each side, 2 if it says nothing
   * @throws {EventError} for a leaderboard that there is not, or that has not come to an end
   */
  leaderboard(
    name: string,
    at: Instant,
    options?: { closed?: boolean; top?: number; around?: Member; neighbours?: number },
  ): Leaderboard;

  /**
   * How the program does, to be made of outcomes.
   * @param options.period how long a row is, a month if it says nothing
   * @param options.active the events by which a member counts as active, those of members' own doing if it says nothing
   * @param options.values what a point of a wallet is worth in money
   * @throws {EventError} for an event or a wallet that there is not
   */
  report(options?: {
    period?: "day" | "week" | "month" | "quarter" | "half-year" | "year";
    active?: string[];
    values?: Record<string, Points>;
  }): Report;

  /** What a member has at an instant, by default and at the earliest at its own clock; changes nothing. */
  view(member: Member, at?: Instant): View;

  /**
   * Why an event would earn what it would, asked before it happens; changes nothing.
   * @param options.counters where the counters over all members stand
   * @throws {EventError} as `apply`
   */
  explain<E extends Envelope>(
    member: Member,
    event: E | string | Uint8Array,
    options?: { counters?: Counters },
  ): Explanation;

  /**
   * Why time alone would bring what it would until then, asked before it passes; changes nothing.
   * @param options.counters where the counters over all members stand
   */
  explainAdvance(member: Member, to: Instant, options?: { counters?: Counters }): Explanation;

  /**
   * Why the wheels that an event turned came out so: for each draw the texts that were hashed, the number, the slices with
   * where each begins and ends, and whether all of it agrees when it is worked out again with the program's secret.
   * @throws {EventError} `no_secret`; `unknown_order` for an event that the member does not remember
   */
  audit(member: Member, event: string): Audit;

  /**
   * The member whose state this or another version of the program has saved, in either form. `member.migration` says what
   * was lost on the way. An object is no state: `JSON.parse` rounds numbers that the state has.
   * @throws {StateError} for what was not saved so
   */
  load(state: string | Uint8Array): Member;

  /**
   * Merges the account `absorbed` into the account `into`: all that it has goes over, and it takes no more events. The outcomes
   * of both.
   * @throws {EventError} why they are not merged; both are then as before
   */
  merge(into: Member, absorbed: Member, at: Instant): [Outcome, Outcome];

  /**
   * Erases the person and keeps the sums: what is left has the pseudonym for its id and takes no more events.
   * @throws {EventError} for a pseudonym that holds the id, is empty or too long
   */
  erase(member: Member, pseudonym: string, at: Instant): Outcome;

  /** All that is held about a member, for the person: named, in plain values. */
  export(member: Member): Record<string, unknown>;

  /**
   * Members of one household pay together, each in proportion to what it has. The outcomes in the order of the members; the
   * same `id` again repeats them.
   * @throws {EventError} why they do not pay; all are then as before
   */
  poolSpend(members: Member[], payment: { id: string; wallet: string; points: Points; at: Instant }): Outcome[];

  /**
   * Members get back of what they paid together; without `points`, all that is left of it.
   * @throws {EventError} why they do not; all are then as before
   */
  poolGiveBack(members: Member[], back: { id: string; payment: string; points?: Points; at: Instant }): Outcome[];

  /**
   * The `sent_back` event for the sender of a `received` event that cannot be delivered: all its points go back.
   * @throws {EventError} for another event
   */
  sendBack<E extends Envelope>(received: E | string | Uint8Array): EventObject;

  /**
   * What becomes of a member of `old`, another version of this program, at an instant; changes nothing. Go on with its
   * `member` to go through with it.
   * @throws {EventError} for a member of another program
   */
  migrate(old: Program, member: Member, at: Instant): Migrated;

  /** Runs the `test` declarations of the program. */
  runTests(): TestResult[];

  /** The policies in force, the defaults among them. */
  policies(): Policy[];

  /**
   * Plays a history, from nothing or from the states of members: lines of JSON as text, bytes or a stream of bytes, or any iterable of events. Each member is enrolled by the first of its
   * events that is taken. In Node it runs on threads of its own; WebAssembly has none, so that it is played there in parts of some milliseconds, and
   * others have a turn in between. Limits and budgets over all members are kept. What a member sends to another one, as a transfer does, arrives at
   * once: give the states of whoever is sent something, for who is not known is enrolled by it. Members who bear on each other in these ways are
   * played on one thread.
   * @param options.outcomes keep the outcome of each event
   * @param options.until let time pass for every member until then, after the last event
   * @param options.states go on from these members, as `save` or `saveBinary` gave them
   * @param options.threads on how many threads, one for each core if not said; it comes to the same
   * @param options.signal stops it when it is aborted: the promise is rejected with the signal's reason, and there is no Replay
   * @param options.counters where the counters over all members stand before it, zero if not said; nothing goes beyond their limits
   */
  replay<E extends Envelope>(
    events: string | Uint8Array | Iterable<E | string | Uint8Array> | AsyncIterable<E | string | Uint8Array>,
    options?: { outcomes?: boolean; until?: Instant; states?: Iterable<string | Uint8Array>; threads?: number; signal?: AbortSignal; counters?: Counters },
  ): Promise<Replay>;

  /** Gives the memory back at once; the program is of no use after it. Without it, the collector does it in time. */
  close(): void;
  /** Throws a `TypeError` that says how it is kept or read: JSON would have nothing of it. */
  toJSON(): never;
}

/** The state of one member. Only the program that enrolled or loaded a member can use it. */
export class Member {
  private constructor();

  get id(): string;
  /** Grows with everything that happens to the member. */
  get revision(): number;
  /**
   * The next instant at which something will happen by time alone, in UTC; null for never. Such texts do not sort: a part of a second
   * stands before the `Z`.
   */
  get nextDue(): string | null;
  /** The latest instant that the member has been brought to, in UTC. */
  get clock(): string;
  /** When the member joined, in UTC. */
  get enrolledAt(): string;
  /** The program that it belongs to. */
  get program(): Program;
  /** What became of the state when it was loaded; null for a member that was not. */
  get migration(): Migration | null;

  /** The state as text, to be kept as it is. */
  save(): string;
  /** The same as bytes: smaller, and faster. */
  saveBinary(): Uint8Array;
  /**
   * Whether another member is in the same state, as it would be saved; false for anything that is no member. `deepEqual` of `node:assert` and
   * its like see nothing of a state, and take any two members for equal.
   */
  equals(other: unknown): boolean;
  /** A member of its own in the same state. */
  copy(): Member;
  /** Gives the memory back at once; the member is of no use after it. */
  close(): void;
  /** Throws a `TypeError` that says how it is kept or read: JSON would have nothing of it. */
  toJSON(): never;
}

/** Whom a broadcast would reach, and why not the others: members are added one by one, and do not change. */
export class BroadcastEstimate {
  private constructor();

  /** Asks what the broadcast would come to for a member. */
  add(member: Member): void;
  /** Adds what another part of the members came to. Throws an `EventError` for the estimate of another broadcast. */
  merge(other: BroadcastEstimate): void;
  /** How many members were asked for, how many would hear it now and later, and why not the others. */
  get counts(): BroadcastCounts;
  /** Gives the memory back at once; the estimate is of no use after it. */
  close(): void;
  /** Throws a `TypeError` that says how it is kept or read: JSON would have nothing of it. */
  toJSON(): never;
}

/** The standings of a leaderboard in the making: every member is added once, in any order, and does not change. */
export class Leaderboard {
  private constructor();

  /** Adds a member; tells whether it stands on the leaderboard. Throws an `EventError` for one whose standing cannot be told. */
  add(member: Member): boolean;
  /** Takes in the standings of other members. Throws an `EventError` for those of another question. */
  merge(other: Leaderboard): void;
  /** Who stands where. */
  finish(): Standings;
  /** Gives the memory back at once; the leaderboard is of no use after it. */
  close(): void;
  /** Throws a `TypeError` that says how it is kept or read: JSON would have nothing of it. */
  toJSON(): never;
}

/** One row of the standings; `rank` is null only where ties are `dense` and 10,000 different scores stand above it. */
export interface StandingsRow {
  rank: number | null;
  member: string;
  score: string;
  /** For the member to be applied, where its place wins something. */
  event?: EventObject;
}

/** Who stands where; `docs/games.md` describes every key. */
export interface Standings {
  leaderboard: string;
  at?: string;
  first_day?: string | null;
  last_day?: string;
  ends_at?: string;
  closed: boolean;
  members: number;
  rows: StandingsRow[];
  winners_left_out?: number;
  /** The member that was asked for; null where it does not stand on the leaderboard. */
  around?: (StandingsRow & { above: StandingsRow[]; below: StandingsRow[] }) | null;
}

/** Retention, engagement, redemption and the rest in the making: outcomes are added one by one, those of one member in their order. */
export class Report {
  private constructor();

  /**
   * Adds an outcome, with the member as it is after it; tells whether it counted. A replay and what was added before do not.
   * Throws an `EventError` for the outcome of another member, or a member of another revision.
   */
  add(outcome: Outcome, member: Member): boolean;
  /** Tells of a member without an outcome, so that it counts among the members; tells whether it was not known. */
  know(member: Member): boolean;
  /** Takes in the report of other members. Throws an `EventError` for one of another question, or with a member in both. */
  merge(other: Report): void;
  /** The report. */
  finish(): ReportTable;
  /** Gives the memory back at once; the report is of no use after it. */
  close(): void;
  /** Throws a `TypeError` that says how it is kept or read: JSON would have nothing of it. */
  toJSON(): never;
}

/** A report; `docs/report.md` says what every figure is. */
export interface ReportTable {
  program: string;
  version: number;
  period: string;
  active: string[];
  groups: ReportGroup[];
}

/** All members, a level of a ladder, or an arm of an experiment. */
export interface ReportGroup {
  by: "all" | "tier" | "arm";
  ladder?: string;
  level?: string;
  experiment?: string;
  arm?: string;
  rows: ReportRow[];
}

/** One period. */
export interface ReportRow {
  first_day: string;
  last_day: string;
  members: number;
  active: number;
  active_before: number;
  retained: number;
  purchasers: number;
  repeat_purchasers: number;
  engagement_rate: string | null;
  retention_rate: string | null;
  repeat_purchase_rate: string | null;
  wallets: Record<
    string,
    {
      issued: string;
      redeemed: string;
      expired: string;
      other: string;
      outstanding: string;
      redemption_rate: string | null;
      breakage_rate: string | null;
      liability?: string;
    }
  >;
}

/** What an estimate comes to; `docs/messages.md` describes every key. */
export interface BroadcastCounts {
  campaign: string;
  message: string;
  at: string;
  members: number;
  now: number;
  later: number;
  /** By the reasons of `message_suppressed`. */
  suppressed: Record<string, number>;
  /** By the codes of `EventError`. */
  refused: Record<string, number>;
}

/** A history that was played. */
export class Replay {
  private constructor();

  /** What it came to. Like the lists below it is made when it is asked for first, and the same each time. */
  get summary(): Summary;
  /** The refused events, each with its line, or its number in the iterable, from 1. */
  get refused(): { line: number; event: string | null; error: EventError }[];
  /** The outcomes in the order of the events; none unless they were asked for. */
  get outcomes(): Outcome[];
  /** Where the counters over all members stand after it: those that were given, and those that have moved; each as its digits. */
  get counters(): Record<string, string>;
  /** Copies of the members as the history left them, in the order of their ids. */
  members(): Member[];
  /** A copy of one of them. */
  member(id: string): Member | undefined;
  /** Gives the memory back at once; the replay is of no use after it. */
  close(): void;
  /** Throws a `TypeError` that says how it is kept or read: JSON would have nothing of it. */
  toJSON(): never;
}

/** A program does not compile. The message is for people: what is wrong, with the lines of the text. */
export class RulesError extends Error {
  private constructor();
  name: "RulesError";
  diagnostics: Diagnostic[];
}

/** An event is refused. */
export class EventError extends Error {
  private constructor();
  name: "EventError";
  /** A stable code, such as `missing_field`. */
  code: RefusalCode | (string & {});
  /** The field that is wrong, as a path such as `lines[2].amount`. */
  field: string | null;
  expected: string | null;
  found: string | null;
  /** How to mend it. */
  help: string | null;
  /** The rule that refuses the event, of `refused_by_rule`. */
  rule: string | null;
  /** What that rule says to the member, in the member's language. */
  text: string | null;
  toJSON(): { error: string; rule?: string; text?: string; field?: string; expected?: string; found?: string; help?: string };
}

/** Saved state cannot be loaded. */
export class StateError extends Error {
  private constructor();
  name: "StateError";
}

/**
 * Reads only the envelope of an event; each part is null where it is missing. `member` is null for a guest alone.
 * @throws {EventError} for what is no object, and for a member that is no id
 */
export function eventHead(event: object | string | Uint8Array): EventHead;

/**
 * The program's text laid out as everybody's is.
 * @throws {RulesError} for what cannot be read
 */
export function format(text: string, options?: { name?: string }): string;

/** All errors and warnings about a text, none for one that is fine; `toString()` draws them for people. */
export function check(text: string, options?: { name?: string }): Diagnostic[];
