// Empties the outbox through a client of the Cloud API. A message is marked before it leaves and unmarked by its answer, so that
// after a crash, or when no answer comes, it is known which may have left. Those wait for their status, which says their name.

import { GraphApiError, WhatsAppClient } from "@kapso/whatsapp-cloud-api";
import { EventError } from "loyalty-rules";
import { whatsapp } from "loyalty-rules/hosts";

import { address } from "./members.js";

/** The Cloud API takes less at the moment, from anybody. */
const BUSY = new Set([4, 80007, 130429, 131048]);
/** It failed on its side, before it took the message. */
const TEMPORARY = new Set([1, 2, 131000, 131016, 131057, 133004]);
/** Something is wrong with the shop's own account: token, permission, payment, registration. No message is to blame. */
const OWNER = new Set([0, 3, 10, 190, 200, 131005, 131031, 131042, 133010]);
/** Too much for this member within a short time. */
const PAIR = 131056;

export class Sender {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./engine.js").Engine} engine
   * @param {import("./config.js").Config} config
   * @param {(line: string) => void} say
   */
  constructor(store, engine, config, say) {
    const { token, phoneNumberId, baseUrl } = config.whatsapp;
    this.store = store;
    this.engine = engine;
    this.clock = config.clock;
    this.how = config.sending;
    this.say = say;
    this.number = phoneNumberId;
    /** The answer of the last request of each kind is read by the client; how long it may take is ours to say. */
    this.client = new WhatsAppClient({
      accessToken: token,
      baseUrl,
      fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(this.how.timeoutMs) }),
    });
    /** @type {Set<Promise<void>>} */
    this.underWay = new Set();
    /** @type {Promise<unknown> | undefined} */
    this.taking = undefined;
    this.pausedUntil = 0;
    this.stopped = false;
    store.transaction(() => store.restartDoubt(Date.now()));
  }

  /** Sends what may be sent, as much as may be on its way at once. Real time counts here, whatever the program's clock says. */
  tick() {
    if (this.stopped || this.taking || this.underWay.size >= this.how.parallel) return;
    this.taking = this.take()
      // Nothing was taken; the next tick tries again.
      .catch((error) => this.say(`outbox: ${error?.stack ?? error}`))
      .finally(() => (this.taking = undefined));
  }

  async take() {
    const now = Date.now();
    const free = this.how.parallel - this.underWay.size;
    const taken = await this.store.together(() => {
      const doubtful = this.store.doubtful(now - this.how.unsureMs);
      if (doubtful > 0) this.say(`${doubtful} messages without an answer and without a status: sent again`);
      return now < this.pausedUntil ? [] : this.store.take(now, free);
    });
    for (const row of taken) {
      const sending = this.send(row)
        // The database could not be written, say: the mark stays, as after a crash.
        .catch((error) => this.say(`message ${row.position}: ${error?.stack ?? error}`))
        .finally(() => {
          this.underWay.delete(sending);
          // The next one of the same member, or of the queue.
          setImmediate(() => this.tick());
        });
      this.underWay.add(sending);
    }
  }

  /** @param {import("./store.js").Outgoing} row */
  async send(row) {
    /** @type {Record<string, unknown>} */
    let payload;
    try {
      const to = address(this.store, row.member);
      if (to === undefined) return this.giveUp(row, "no address");
      payload = whatsapp.payload(row.message, {
        ...to,
        callback: this.store.callback(row.position),
        ...(row.window && { window: row.window }),
        ...(row.reply_to && { reply_to: row.reply_to }),
      });
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      return this.giveUp(row, `${error.code}: ${error.field ?? ""} ${error.expected ?? ""}`);
    }
    try {
      const answer = await this.client.messages.sendRaw({ phoneNumberId: this.number, payload });
      await this.store.together(() => this.store.sent(row.position, answer.messages[0].id));
    } catch (error) {
      await this.failure(row, error);
    }
  }

  /** @param {import("./store.js").Outgoing} row @param {unknown} error */
  async failure(row, error) {
    const now = Date.now();
    const pause = this.how.backOffMs * 2 ** Math.min(row.attempt - 1, 10);
    const again = (/** @type {number} */ after, /** @type {string} */ why) => {
      if (row.attempt >= this.how.attempts) return this.giveUp(row, why);
      return this.store.together(() => this.store.again(row.position, now + after, why));
    };
    if (error instanceof GraphApiError && typeof error.code === "number" && error.raw !== null && typeof error.raw === "object") {
      // The Cloud API has answered, and has not taken it.
      const { code } = error;
      const why = `${code}`;
      if (code === PAIR) return again(Math.max(pause, this.how.backOffMs * 4 ** Math.min(row.attempt, 6)), why);
      if (OWNER.has(code)) {
        this.pausedUntil = now + Math.min(this.how.backOffMs * 64, 300_000);
        this.say(`nothing is sent before this is mended: ${error.message}`);
        return this.store.together(() => this.store.again(row.position, this.pausedUntil, why, false));
      }
      if (BUSY.has(code) || error.httpStatus === 429) {
        this.pausedUntil = Math.max(this.pausedUntil, now + pause);
        return again(pause, why);
      }
      if (TEMPORARY.has(code)) return again(pause, why);
      return this.giveUp(row, why, code);
    }
    const cause = /** @type {any} */ (error)?.cause?.code;
    // Nobody was there to take it.
    if (cause === "ECONNREFUSED" || cause === "ENOTFOUND" || cause === "EAI_AGAIN") return again(pause, cause);
    // It may have been taken: no second try before its status had time to come. The mark stays.
    this.say(`message ${row.position}: no answer (${cause ?? error})`);
  }

  /** @param {import("./store.js").Outgoing} row @param {string} why @param {number} [code] what the Cloud API said */
  giveUp(row, why, code) {
    this.say(`message ${row.position} is given up: ${why}`);
    return this.store.together(() => {
      this.store.failed(row.position, why);
      if (code !== undefined) this.engine.refused(row.position, code);
    });
  }

  /** Nothing more leaves; what is on its way arrives. */
  async stop() {
    this.stopped = true;
    await this.taking;
    await Promise.allSettled(this.underWay);
  }
}
