// Whose event it is: members, by what they can be found by.

import { eventHead } from "loyalty-rules";

/** @typedef {Record<string, string>} Keys */

/** Keys that belong to one person. An order and a message lead to one, too, but do not say who a stranger is. */
const PERSONAL = ["shopify", "bsuid", "phone", "email"];

/** What a member's id begins with, by the key that it is made of. */
const PREFIX = { shopify: "s", bsuid: "w", phone: "t", email: "e" };

/** Keys of two members who cannot be one: staff have to look. */
export class TwoMembers extends Error {
  /** @param {string[]} members */
  constructor(members) {
    super(`the keys lead to ${members.join(" and ")}`);
    this.members = members;
  }
}

/**
 * The member whom keys lead to; undefined if they lead nowhere. Two members who turn out to be one person are merged by `merge`.
 * @param {import("./store.js").Store} store
 * @param {Keys} keys
 * @param {(into: string, absorbed: string) => void} merge
 * @returns {string | undefined}
 */
export function find(store, keys, merge) {
  /** @type {string[]} */
  const found = [];
  for (const kind of [...PERSONAL, "order"]) {
    const member = keys[kind] === undefined ? undefined : store.memberBy(kind, keys[kind]);
    if (member !== undefined && !found.includes(member)) found.push(member);
  }
  if (found.length <= 1) return found[0];
  // A member has one account at the shop. Two accounts that name one phone are two people until somebody says otherwise.
  const accounts = new Set(found.flatMap((member) => store.valuesOf(member, "shopify")));
  if (keys.shopify !== undefined) accounts.add(keys.shopify);
  if (accounts.size > 1 || found.length > 2) throw new TwoMembers(found);
  const [into, absorbed] = found;
  merge(into, absorbed);
  return into;
}

/** What a stranger is called; undefined if nothing says who it is. @param {Keys} keys @returns {string | undefined} */
export function nameOf(keys) {
  const kind = PERSONAL.find((kind) => keys[kind] !== undefined);
  return kind === undefined ? undefined : `${/** @type {any} */ (PREFIX)[kind]}${keys[kind]}`;
}

/**
 * Notes what a member was seen with. A phone that a shop's account names does not take the place of one that has another owner.
 * @param {import("./store.js").Store} store @param {string} member @param {Keys} keys @param {boolean} wrote @param {string} at
 */
export function note(store, member, keys, wrote, at) {
  for (const kind of [...PERSONAL, "order"]) {
    if (keys[kind] === undefined) continue;
    const owner = store.memberBy(kind, keys[kind]);
    if (owner === undefined || owner === member) store.identify(kind, keys[kind], member, wrote, at);
  }
}

/**
 * A member has another number or id at WhatsApp; the old one may go to somebody else.
 * @param {import("./store.js").Store} store @param {string} member @param {{ kind: string, previous?: string, current: string }} event
 * @param {string} at
 */
export function changed(store, member, { kind, previous, current }, at) {
  if (previous !== undefined && store.memberBy(kind, previous) === member) store.forget(kind, previous);
  store.identify(kind, current, member, true, at);
}

/** Where a message to a member goes. @param {import("./store.js").Store} store @param {string} member */
export function address(store, member) {
  const [phone] = store.valuesOf(member, "phone");
  if (phone !== undefined) return { phone };
  const [bsuid] = store.valuesOf(member, "bsuid");
  return bsuid === undefined ? undefined : { bsuid };
}

/** @param {object} event @returns {string} when it happened, in UTC */
export function instantOf(event) {
  return new Date(/** @type {string} */ (eventHead(/** @type {any} */ (event)).at)).toISOString();
}
