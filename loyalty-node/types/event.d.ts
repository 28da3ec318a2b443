// What goes in: instants, amounts and events.

/** An instant: a Date, or RFC 3339 text with an offset such as `2026-11-21T10:00:00+08:00`. */
export type Instant = Date | string;

/** A number of points: a number only if it is exact, or its digits. */
export type Points = string | number | bigint;

/**
 * A value of an event's field. A number is read by its shortest digits, as JSON would have it; one that is no safe integer
 * and no fraction, such as 2 ** 53, is refused, for it may have been another: send a string or a BigInt. An object counts
 * as the string that its `toJSON` gives, as decimals of other libraries have it.
 */
export type FieldValue = string | number | bigint | boolean | Date | null | undefined | { toJSON(): string | number };

/**
 * What every event says of itself. Any object with these is an event, be it of an interface or a class of your own; its other
 * fields are as the program declares them, and those that the program does not read are not looked at.
 */
export interface Envelope {
  /** A standard event, or one that the program declares. */
  type: string;
  /** The host's own id, unique for the member. */
  id: string | number | bigint;
  member?: string | number | bigint | null | undefined;
  at: Instant;
  currency?: string | null | undefined;
  /** The revision of the state that the event was decided on; on another one it is refused. */
  revision?: number | null | undefined;
}

/** An event with any fields: values as declared, and lists of values or of objects of such fields. */
export interface EventObject extends Envelope {
  [field: string]: unknown;
}

/** An event as an object, as the JSON of one, or as that JSON in bytes. */
export type Event = Envelope | string | Uint8Array;

/** A `broadcast` event as its estimate takes it: without `id` and `member`. */
export interface Broadcast {
  type: string;
  at: Instant;
}

/** An order that has not happened yet: any object with an instant, its other fields as those of an order. */
export interface Cart {
  at: Instant;
  currency?: string | null | undefined;
}

/** What every event says of itself, whatever its type: what it takes to find the member's state. */
export interface EventHead {
  type: string | null;
  id: string | null;
  /** Null for a guest. */
  member: string | null;
  at: string | null;
}
