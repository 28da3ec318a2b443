// What there is in the wallets over time, summed up from what is decided: the whole of a member lists every lot that it has, and to
// ask for it at each step of a long history would take ever longer.

/** The most moments whose balances are kept: a picture shows no more of them. */
const POINTS_MAX = 500;

const NOTHING = { available: "0", pending: "0", debt: "0" };

/** How a decision changes its wallet; null for one that leaves it as it is. */
const CHANGES = {
  earned: ({ amount, pending }) => (pending ? { pending: amount } : { available: amount }),
  reinstated: ({ amount, pending }) => (pending ? { pending: amount } : { available: amount }),
  vested: ({ amount }) => ({ available: amount, pending: minus(amount) }),
  spent: ({ amount }) => ({ available: minus(amount) }),
  forfeited: ({ amount }) => ({ available: minus(amount) }),
  held: ({ amount }) => ({ available: minus(amount) }),
  transferred: ({ amount }) => ({ available: minus(amount) }),
  restored: ({ amount }) => ({ available: amount }),
  released: ({ amount }) => ({ available: amount }),
  received: ({ amount }) => ({ available: amount }),
  expired: ({ amount, reason }) => (reason === "not_vested" ? { pending: minus(amount) } : { available: minus(amount) }),
  clawed_back: ({ from_lots, from_pending, debt }) => ({ available: minus(from_lots), pending: minus(from_pending), debt }),
  debt_settled: ({ amount }) => ({ available: minus(amount), debt: minus(amount) }),
  joined: ({ available, pending, debt }) => ({ available, pending, debt }),
  sent_back: () => null,
};

/** Kinds of decisions after which something may be held. */
const HOLDS = ["held", "joined"];

/** What a member had in its wallets after each change; of very many changes, after every second, fourth and so on. */
export class Balances {
  #points = [];
  #stride;
  #changes = 0;
  #sums = new Map();
  #at = "";
  #mayHold = false;

  /** @param events how many there are to be, about */
  constructor(events) {
    this.#stride = Math.max(1, Math.ceil(events / (POINTS_MAX / 2)));
  }

  /**
   * Whether an outcome says all that it changes; each is asked for once. A write-off is settled from what is there or from what waits, and a
   * reward is paid from what is there, or from what was held for it.
   */
  saysAll({ decisions }) {
    this.#mayHold ||= decisions.some(({ kind }) => HOLDS.includes(kind));
    const isUnsaid = ({ kind, reward }) => !Object.hasOwn(CHANGES, kind) || (kind === "spent" && reward !== undefined && this.#mayHold);
    return !decisions.some((decision) => decision.wallet !== undefined && isUnsaid(decision));
  }

  /**
   * Something has happened.
   * @param wallets what the engine says of them after it, where the outcome does not say all; else null
   */
  changed({ at, decisions, replayed }, wallets) {
    if (wallets !== null) this.#set(wallets);
    else if (!replayed) this.#add(decisions);
    // What comes late changes what there is now.
    if (!(Date.parse(at) < Date.parse(this.#at))) this.#at = at;
    this.#changes += 1;
    if (this.#changes % this.#stride !== 0) return;
    this.#points.push({ at: this.#at, wallets: new Map(this.#sums) });
    if (this.#points.length <= POINTS_MAX) return;
    this.#points = this.#points.filter((_, index) => index % 2 === 1);
    this.#stride *= 2;
  }

  /** All of them, from when the member joined to what there is in the end: `{ at, shown, wallets }`. */
  upTo({ at, enrolled_at, wallets }) {
    const names = Object.keys(wallets);
    const point = (shown, figures) => ({ at: Date.parse(shown), shown, wallets: Object.fromEntries(names.map((name) => [name, figures(name)])) });
    const points = this.#points.map((noted) => point(noted.at, (name) => noted.wallets.get(name) ?? NOTHING));
    const last = point(at, (name) => figuresOf(wallets[name]));
    // The end is what the engine says of it.
    if (points.at(-1)?.at === last.at && this.#changes % this.#stride === 0) points.pop();
    return [point(enrolled_at, () => NOTHING), ...points, last];
  }

  #set(wallets) {
    for (const [name, told] of Object.entries(wallets)) this.#sums.set(name, figuresOf(told));
  }

  #add(decisions) {
    for (const decision of decisions) {
      const change = decision.wallet === undefined ? null : CHANGES[decision.kind](decision);
      if (change === null) continue;
      const sums = { ...(this.#sums.get(decision.wallet) ?? NOTHING) };
      for (const [key, by] of Object.entries(change)) sums[key] = plus(sums[key], by);
      this.#sums.set(decision.wallet, sums);
    }
  }
}

const figuresOf = ({ available, pending, debt }) => ({ available, pending, debt });

/** The figures of each wallet over time: `{ name, points: [{ at, available, pending }] }`. Numbers, for drawing only. */
export function series(points) {
  const names = Object.keys(points.at(-1)?.wallets ?? {});
  return names.map((name) => ({
    name,
    points: points.map(({ at, shown, wallets }) => {
      const { available, pending, debt } = wallets[name];
      return { at, available: Number(available) - Number(debt), pending: Number(pending), shown: { ...wallets[name], at: shown } };
    }),
  }));
}

const minus = (amount) => (amount.startsWith("-") ? amount.slice(1) : `-${amount}`);

/** The sum of two decimal strings, with no more decimals than it needs. */
function plus(one, other) {
  const decimals = (text) => text.split(".")[1]?.length ?? 0;
  const most = Math.max(decimals(one), decimals(other));
  const whole = (text) => BigInt(text.replace(".", "") + "0".repeat(most - decimals(text)));
  const sum = whole(one) + whole(other);
  const digits = String(sum < 0n ? -sum : sum).padStart(most + 1, "0");
  const cut = digits.length - most;
  const shown = most === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`.replace(/\.?0+$/, "");
  return sum < 0n ? `-${shown}` : shown;
}
