// A season of a shop, made up from a seed: who buys what and writes what, when, and in which order the webhooks arrive.

import { orderBody, refundBody } from "./shop.js";
import { words } from "./cloud-api.js";

/** Numbers from 0 to 1 that are the same for every run (mulberry32). @param {number} seed */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @typedef {{ channel: "shopify", id: string, topic: string, body: string, at: number }
 *   | { channel: "whatsapp", id: string, body: string, at: number }} Happening
 */

const BEGIN = Date.parse("2026-11-20T06:00:00+04:00");
/** When all has happened, and all that waited for a time of day was said. */
export const END = "2026-11-26T12:00:00+04:00";
const SPAN = 5 * 86_400_000;

/**
 * What happens, in its order: orders, a part of which comes back or is called off, sign-ups, questions and spins; guests and tests
 * between them.
 * @param {number} count @param {number} seed @param {string} phoneNumberId
 * @returns {Happening[]}
 */
export function season(count, seed, phoneNumberId) {
  const next = chance(seed);
  const below = (/** @type {number} */ bound) => Math.floor(next() * bound);
  const people = Math.max(10, Math.floor(count / 25));
  const customer = (/** @type {number} */ person) => ({ id: String(8_000_000_000_000_000_000n + BigInt(person)), phone: phone(person) });
  const phone = (/** @type {number} */ person) => `+9715${String(10_000_000 + person)}`;
  /** @type {Happening[]} */
  const all = [];
  /** Orders that may come back. @type {{ id: string, person: number, at: number, price: string }[]} */
  const kept = [];
  /** @type {Map<number, Set<string>>} */
  const spun = new Map();

  for (let number = 0; number < count; number += 1) {
    const at = BEGIN + Math.floor((SPAN * number) / count);
    const iso = new Date(at).toISOString();
    const person = number < people ? number : below(people);
    const kind = next();
    const id = String(9_007_199_254_740_993n + BigInt(number));
    const write = (/** @type {string} */ text) => {
      const body = words(phoneNumberId, { from: phone(person).slice(1), id: `wamid.${number}`, at: iso, text });
      all.push({ channel: "whatsapp", id: `wamid.${number}`, body: JSON.stringify(body), at });
    };
    if (number < people && person % 4 !== 0) write(person % 2 === 0 ? "yes" : "نعم");
    else if (kind < 0.12 && kept.length > 0) {
      const [{ id: order, price, person: buyer, at: bought }] = kept.splice(below(kept.length), 1);
      if (kind < 0.04) {
        const lines = [{ id: "1", price }, { id: "2", price }];
        const body = orderBody({ id: order, customer: customer(buyer), at: new Date(bought).toISOString(), lines, cancelled: iso });
        all.push({ channel: "shopify", id: `cancel-${order}`, topic: "orders/cancelled", body, at });
      } else {
        const body = refundBody({ id, order, at: iso, lines: [{ id: "2", quantity: 1, subtotal: price }] });
        all.push({ channel: "shopify", id: `refund-${id}`, topic: "refunds/create", body, at });
      }
    } else if (kind < 0.22) write(next() < 0.5 ? "points" : "نقاط");
    else if (kind < 0.27 && !spun.get(person)?.has(iso.slice(0, 10))) {
      // Once within two days of anybody's calendar: in whichever order they come, each is the first of its day.
      const days = [iso.slice(0, 10), new Date(at + 86_400_000).toISOString().slice(0, 10)];
      spun.set(person, new Set([...(spun.get(person) ?? []), ...days]));
      write(next() < 0.5 ? "spin" : "أدر");
    } else {
      const price = `${1 + below(150)}.${String(below(100)).padStart(2, "0")}`;
      const odd = next();
      const more = odd < 0.02 ? { customer: undefined } : odd < 0.03 ? { test: true } : {};
      const lines = [{ id: "1", price }, { id: "2", price }];
      const body = orderBody({ id, customer: customer(person), at: iso, lines, ...more });
      if (odd >= 0.03) kept.push({ id, person, at, price });
      all.push({ channel: "shopify", id: `order-${id}`, topic: "orders/paid", body, at });
    }
  }
  return all;
}

/**
 * The order in which webhooks arrive: one in ten comes later than it should, and one in five twice, at once or much later.
 * @template T @param {T[]} all @param {number} seed @returns {T[]}
 */
export function arrivals(all, seed) {
  const next = chance(seed + 1);
  const placed = all.map((one, number) => ({ one, place: next() < 0.1 ? number + 1 + next() * 200 : number }));
  const again = all.flatMap((one, number) => {
    const [twice, soon, much] = [next(), next(), next()];
    return twice < 0.2 ? [{ one, place: number + (soon < 0.5 ? 0.5 : 1 + much * 1000) }] : [];
  });
  return [...placed, ...again].sort((one, other) => one.place - other.place).map(({ one }) => one);
}
