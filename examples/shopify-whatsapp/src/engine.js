// What an event does: the member is found, the rules are asked, and state, counters, log and outbox are written. Everything here
// runs within a transaction of the caller's.

import { randomBytes } from "node:crypto";

import { EventError, StateError } from "loyalty-rules";

import { changed, find, instantOf, nameOf, note, TwoMembers } from "./members.js";

/** @typedef {import("loyalty-rules/hosts").HostEvent} HostEvent */
/** @typedef {import("loyalty-rules").Outcome} Outcome */

/** What was refused and may be taken later, without anybody doing anything. */
const LATER = new Set(["future_event"]);

export class Engine {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("loyalty-rules").Program} program
   * @param {import("./config.js").Config} config
   */
  constructor(store, program, config) {
    this.store = store;
    this.program = program;
    this.clock = config.clock;
    this.opened = config.program.opened;
  }

  /**
   * What a shop or a messenger has told. `origin` names the payload, for whoever looks at what was parked.
   * @param {import("loyalty-rules/hosts").Translation} translation
   * @param {string} origin
   */
  take(translation, origin) {
    const now = this.clock();
    translation.events.forEach((item) => this.event(item));
    translation.parked.forEach(({ reason, error, events }, number) => {
      if (!events?.length) return this.store.park({ reason, origin: `${origin} ${number}`, error }, now);
      // Each webhook about a guest's order tells of the same order.
      for (const { keys, event } of events) this.store.park({ reason, origin: event.id, keys, event }, now);
    });
    translation.notices.forEach((notice) => this.store.notice(notice, now));
  }

  /** @param {HostEvent} item */
  event({ keys, latest, event }) {
    const now = this.clock();
    const origin = event.id;
    if (latest && !this.store.isLatest(latest)) return;
    const at = instantOf(event);
    const wrote = event.id.startsWith("whatsapp:");
    let member;
    try {
      member = this.sender(event) ?? find(this.store, keys, (into, absorbed) => this.merge(into, absorbed, at));
    } catch (error) {
      if (error instanceof TwoMembers) return this.store.park({ reason: "two_members", origin, keys, event, error: { members: error.members } }, now);
      // Two accounts that the engine does not merge.
      if (error instanceof EventError) return this.store.park({ reason: error.code, origin, keys, event, error: error.toJSON() }, now);
      throw error;
    }
    if (member === undefined) {
      member = event.type === "message_status" ? undefined : nameOf(keys);
      // A refund names its order and nobody else: it waits for it.
      if (member === undefined) {
        const waitsFor = keys.order;
        return this.store.park({ reason: waitsFor ? "unknown_order" : "nobody", origin, keys, event, waitsFor }, now);
      }
    }
    // A status may come long after its message, and tell of a number that is somebody else's by then. That a message was taken is for
    // the outbox alone; whether it arrives, or not, is for the rules.
    if (event.type === "message_status") return event.status === "sent" ? undefined : this.apply(member, event, keys);
    if (event.type === "identity_changed") changed(this.store, member, /** @type {any} */ (event), at);
    else note(this.store, member, keys, wrote, at);
    this.apply(member, event, keys);
    this.arrived(event);
  }

  /** What waited for an order goes on. @param {HostEvent["event"]} event */
  arrived(event) {
    if (event.type !== "order") return;
    for (const waiting of this.store.unparkWaiting(event.id)) {
      this.event({ keys: JSON.parse(waiting.keys), event: JSON.parse(waiting.event) });
    }
  }

  /** Of a message's status: to whom it went, which the status need not say; and what it says of the message. @param {HostEvent["event"]} event */
  sender(event) {
    if (event.type !== "message_status") return undefined;
    const position = this.store.calledBack(/** @type {any} */ (event.callback));
    const row = position === undefined ? undefined : this.store.outgoing(position);
    if (position === undefined || row === undefined) return undefined;
    const { status, error, message: wamid } = /** @type {any} */ (event);
    if (status !== "failed") this.store.sent(position, wamid);
    // More than a day since the member wrote, against what was believed: the template says the same.
    else if (Number(error) === 131047 && row.window !== "closed" && JSON.parse(row.message).template) this.store.asTemplate(position);
    else this.store.failed(position, `${error ?? "failed"}`);
    return row.member;
  }

  /** @param {string} id */
  load(id) {
    const row = this.store.member(id);
    return row === undefined ? undefined : this.program.load(row.state);
  }

  /**
   * @param {string} id @param {HostEvent["event"]} event @param {Record<string, string>} keys
   */
  apply(id, event, keys) {
    const now = this.clock();
    // Members are enrolled as of the day on which the program opened: an order that comes before an earlier one counts all the same.
    const member = this.load(id) ?? this.program.enroll(id, this.opened);
    const own = { ...event, member: id };
    try {
      this.write(member, own, this.program.apply(member, own, { now, counters: this.store.counters() }));
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      const waitsFor = error.code === "unknown_order" ? /** @type {string} */ (event.order) : undefined;
      this.store.park({ reason: error.code, origin: event.id, keys, event, error: error.toJSON(), waitsFor }, now);
    }
  }

  /** @param {import("loyalty-rules").Member} member @param {object | undefined} event @param {Outcome} outcome */
  write(member, event, outcome) {
    if (outcome.replayed) return;
    this.store.writeMember(member);
    // Time alone has no id: the instant and the revision say which step it was.
    this.store.log(member.id, outcome.event ?? `time/${outcome.at}/${outcome.revision}`, event ?? { type: "time", at: outcome.at }, outcome);
    const words = /^whatsapp:message:(.+)$/.exec(outcome.event ?? "");
    for (const decision of outcome.decisions) {
      if (decision.kind === "claim") this.claim(/** @type {any} */ (decision));
      if (decision.kind === "message") {
        const answers = decision.category === "reply" ? words?.[1] : undefined;
        this.store.post(member.id, decision, answers, this.clock().getTime());
      }
      if ("event" in decision && typeof decision.event === "object") this.deliver(/** @type {any} */ (decision.event));
      if (decision.kind === "signal") this.signal(member.id, outcome, /** @type {any} */ (decision));
    }
  }

  /** Points on their way to another member, or back. @param {HostEvent["event"] & { member: string }} sent */
  deliver(sent) {
    if (this.store.member(sent.member) !== undefined) return this.apply(sent.member, sent, {});
    // There is nobody of that name: they go back to whom they came from.
    const back = /** @type {any} */ (this.program.sendBack(sent));
    this.apply(back.member, back, {});
  }

  /** An event of another member, if there is one. @param {string} from @param {Outcome} outcome @param {{ name: string, to: string }} signal */
  signal(from, outcome, { name, to }) {
    if (this.store.member(to) === undefined) return;
    this.apply(to, { type: name, id: `${from}/${outcome.event ?? outcome.at}/${name}`, at: outcome.at }, {});
  }

  /** The rules were told where the counters stand and went beyond no limit; nobody else is in this transaction. @param {{ counter: string, by: string }} claim */
  claim({ counter, by }) {
    this.store.setCounter(counter, plus(this.store.counters()[counter] ?? "0", by));
  }

  /** Time has passed, for all for whom it brings something about. @returns {number} for how many */
  advance() {
    const now = this.clock();
    for (const reason of LATER) {
      for (const { keys, event } of this.store.unpark(reason)) this.event({ keys: JSON.parse(keys), event: JSON.parse(event) });
    }
    const due = /** @type {string[]} */ (this.store.due(now, 100));
    for (const id of due) {
      try {
        const member = /** @type {import("loyalty-rules").Member} */ (this.load(id));
        this.write(member, undefined, this.program.advance(member, now, { counters: this.store.counters() }));
      } catch (error) {
        if (!(error instanceof EventError || error instanceof StateError)) throw error;
        // One account that is out of order does not stop the clock for the others; its next event, or staff, will come upon it.
        this.store.park({ reason: "time_stopped", origin: id, error: { error: error.message } }, now);
        this.store.notDue(id);
      }
    }
    return due.length;
  }

  /**
   * A guest's order belongs to a member, who was it or says so.
   * @param {string} order the id of the order's event @param {string} member
   */
  claimed(order, member) {
    const row = this.store.unparkOne("guest", order);
    if (row === undefined) throw new Error(`no guest's order is called ${order}`);
    const event = JSON.parse(row.event);
    note(this.store, member, { order }, false, instantOf(event));
    this.apply(member, event, JSON.parse(row.keys));
    this.arrived(event);
  }

  /** Forgets a person and keeps the sums. @param {string} id @returns {string} what is left of the member is called */
  erase(id) {
    const member = this.load(id);
    if (member === undefined) throw new Error(`no member is called ${id}`);
    const pseudonym = `erased-${randomBytes(12).toString("hex")}`;
    const [now, clock] = [this.clock(), new Date(member.clock)];
    const outcome = this.program.erase(member, pseudonym, now > clock ? now : clock);
    this.store.erase(id, pseudonym);
    // Time has passed until then, and may have had something to say: to nobody any more.
    this.write(member, { type: "erase" }, { ...outcome, decisions: outcome.decisions.filter(({ kind }) => kind !== "message") });
    return pseudonym;
  }

  /** Two members are one person: what the one has goes to the other. @param {string} into @param {string} absorbed @param {string} at */
  merge(into, absorbed, at) {
    const [one, other] = [this.load(into), this.load(absorbed)];
    if (!one || !other) return this.store.hand(absorbed, into);
    const instant = [at, one.clock, other.clock].map((text) => new Date(text)).reduce((a, b) => (a > b ? a : b));
    const [outcome, farewell] = this.program.merge(one, other, instant);
    this.store.hand(absorbed, into);
    this.write(one, { type: "merge", from: absorbed }, outcome);
    this.write(other, { type: "merge", into }, farewell);
  }

  /** The Cloud API has refused a message: the rules hear of it as of a status. @param {number} position @param {number} error */
  refused(position, error) {
    const row = this.store.outgoing(position);
    if (row === undefined) return;
    const event = {
      type: "message_status",
      id: `whatsapp:refused:${this.store.callback(position)}`,
      at: this.clock().toISOString(),
      message: JSON.parse(row.message).id,
      status: "failed",
      error,
    };
    this.apply(row.member, event, {});
  }

  /**
   * What a cart would get; changes nothing.
   * @param {string | undefined} account the customer's id at the shop
   * @param {{ codes?: string[], language?: string, [field: string]: unknown }} asked
   */
  quote(account, { codes, language, ...cart }) {
    const now = this.clock();
    const id = account === undefined ? undefined : this.store.memberBy("shopify", account);
    const member = (id && this.load(id)) || this.program.enroll(account ?? "guest", this.opened);
    const options = { codes, language, others: false, counters: this.store.counters() };
    return this.program.quote(member, { ...cart, at: now.toISOString() }, options);
  }
}

/** The sum of two decimals, exactly. @param {string} one @param {string} other */
export function plus(one, other) {
  const places = Math.max(...[one, other].map((text) => text.split(".")[1]?.length ?? 0));
  const units = (/** @type {string} */ text) => {
    const [whole, fraction = ""] = text.split(".");
    return BigInt(whole + fraction.padEnd(places, "0"));
  };
  const sum = units(one) + units(other);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(places + 1, "0");
  const cut = digits.length - places;
  const text = places === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return sum < 0n ? `-${text}` : text;
}
