// What shops and messengers send, as events of the rules language, and its messages as they take them.

import type { EventError } from "./index.js";

export { EventError } from "./index.js";

/** An event that waits for its member. */
export interface HostEvent {
  /**
   * What the member can be found by: the platform's own key under the name of the source, `bsuid`, `phone` (with its plus),
   * `email` (in lower case), `order` (the id of an order's event), `cart`, `message` (the id of an outbound message).
   */
  keys: Record<string, string>;
  /** For events that tell how something stands: a host keeps the greatest instant of each, and passes over what is older. */
  latest?: { of: string; at: string };
  /** The event, without a member. */
  event: { type: string; id: string; at: string; [field: string]: unknown };
}

/** What must not be applied as it is. */
export interface Parked {
  reason:
    | "guest" | "test" | "draft" | "unpaid" | "unconfirmed" | "voided" | "completed" | "incomplete" | "money_only" | "deleted"
    | "privacy" | "undecided" | "not_needed" | "unreadable";
  /** Where in the payload that shows. */
  path?: string;
  /** What is wrong, if it cannot be read. */
  error?: ReturnType<EventError["toJSON"]>;
  /** What would be applied if the host decided so: a guest's order for the member who claims it. */
  events?: HostEvent[];
}

/** What comes of one payload. */
export interface Translation {
  /** In the order in which they are to be applied. */
  events: HostEvent[];
  parked: Parked[];
  /** What concerns the host and no member. */
  notices: { kind: string; [field: string]: string }[];
}

export interface HostOptions {
  /** What ids begin with, and what the platform's own key of a member is called; the name of the platform otherwise. */
  source?: string;
  /** When an order becomes an event: as soon as it is paid in full (the default), or as soon as it is placed. */
  earn?: "paid" | "placed";
  /** Of two currencies the shop's own (the default), or the one that the buyer saw. */
  money?: "shop" | "presentment";
}

/** A body as it came: the bytes over which the signature was checked, or their text. */
export type Body = Uint8Array | string;

export const shopify: {
  /**
   * What comes of a webhook; the topic is what the header `X-Shopify-Topic` says.
   * @throws {EventError} for a topic or a body that is not known, with the path of what is wrong with it
   */
  events(topic: string, body: Body, options?: HostOptions): Translation;
};

export const woocommerce: {
  /**
   * What comes of a webhook; the topic is what the header `X-WC-Webhook-Topic` says, or `refund` for a refund of the REST API.
   * @throws {EventError}
   */
  events(topic: string, body: Body, options?: HostOptions): Translation;
};

export const magento: {
  /**
   * What comes of a resource of the REST API: `order`, `credit_memo` or `customer`.
   * @throws {EventError}
   */
  events(resource: string, body: Body, options?: HostOptions): Translation;
};

/** To whom a message goes, and how. */
export interface Send {
  /** If it is known, the message goes there. */
  phone?: string;
  bsuid?: string;
  /** Whether the member has written within the last 24 hours, if the host knows; otherwise the message's own `send` says it. */
  window?: "open" | "closed";
  /** The id of the message that this one answers. */
  reply_to?: string;
  /** What comes back with every status of the message; otherwise the message's own `id`. */
  callback?: string;
}

export const whatsapp: {
  /**
   * What comes of a webhook's body: messages, statuses, preferences and changes of identity.
   * @throws {EventError}
   */
  events(body: Body, options?: Pick<HostOptions, "source">): Translation;
  /**
   * The body of `POST /PHONE-NUMBER-ID/messages` for a decision `message` of an outcome, within the limits of the protocol.
   * @throws {EventError} with the place and the limit
   */
  payload(message: object | Body, send: Send): { messaging_product: "whatsapp"; type: string; [field: string]: unknown };
};

/** Nothing in Node; loads the module in browsers. */
export function init(module?: unknown): Promise<void>;
