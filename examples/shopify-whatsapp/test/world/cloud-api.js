// A Cloud API on loopback: takes messages as Meta does, remembers each, refuses what it is told to, and tells of each by a signed
// webhook, again and again until it is taken.

import { createHmac } from "node:crypto";
import { createServer } from "node:http";

/**
 * @typedef {{ to?: string, recipient?: string, type: string, biz_opaque_callback_data?: string, [field: string]: any }} Message
 */

export class CloudApi {
  /** @param {{ appSecret: string, phoneNumberId: string, token: string }} known @param {{ statuses?: boolean, at?: () => Date }} how */
  constructor(known, how = {}) {
    this.known = known;
    this.statuses = how.statuses ?? true;
    this.at = how.at ?? (() => new Date());
    /** Every message that was taken, in order. @type {Message[]} */
    this.messages = [];
    /** What is answered to the next requests instead. @type {((message: Message) => { status: number, body: object } | "hang up" | "hang up late" | "hold" | undefined)[]} */
    this.instead = [];
    /** @type {string | undefined} */
    this.address = undefined;
    /** Since when webhooks go there. */
    this.reachable = 0;
    /** How many messages were taken without an answer to anybody, and how many requests were lost. */
    this.held = 0;
    this.lost = 0;
    this.stopped = false;
    /** Statuses that were not taken yet. @type {{ body: object, since: number }[]} */
    this.queue = [];
    this.delivering = 0;
    /** How long a status had to wait at most while somebody was there, in milliseconds. */
    this.longest = 0;
    this.server = createServer((request, response) => this.take(request, response));
  }

  /** Where webhooks go; undefined while nobody is there. @param {string | undefined} url */
  set webhook(url) {
    this.address = url;
    this.reachable = Date.now();
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", () => resolve(undefined)));
    this.url = `http://127.0.0.1:${/** @type {any} */ (this.server.address()).port}`;
    return this.url;
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const answer = (/** @type {number} */ status, /** @type {object} */ body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const { phoneNumberId, token } = this.known;
    if (request.headers.authorization !== `Bearer ${token}`) return answer(401, errorOf(190, "no such token"));
    if (request.method !== "POST" || !request.url?.endsWith(`/${phoneNumberId}/messages`)) return answer(404, errorOf(100, "nothing is here"));
    /** @type {Message} */
    const message = JSON.parse(Buffer.concat(parts).toString("utf8"));
    const otherwise = this.instead.shift()?.(message);
    if (otherwise === "hang up") {
      this.lost += 1;
      return void request.socket.destroy();
    }
    if (typeof otherwise === "object") return answer(otherwise.status, otherwise.body);
    this.messages.push(message);
    const wamid = `wamid.${String(this.messages.length).padStart(6, "0")}`;
    if (this.statuses) this.tell(message, wamid, "sent");
    if (otherwise === "hang up late") return void request.socket.destroy();
    if (otherwise === "hold") return void (this.held += 1);
    answer(200, { messaging_product: "whatsapp", contacts: [{ input: message.to, wa_id: message.to }], messages: [{ id: wamid }] });
  }

  /** @param {Message} message @param {string} wamid @param {string} status @param {number} [error] */
  tell(message, wamid, status, error) {
    const told = {
      id: wamid,
      status,
      timestamp: String(Math.floor(this.at().getTime() / 1000)),
      recipient_id: message.to,
      biz_opaque_callback_data: message.biz_opaque_callback_data,
      ...(error && { errors: [{ code: error, title: "failed" }] }),
    };
    this.queue.push({ body: envelope(this.known.phoneNumberId, { statuses: [told] }), since: Date.now() });
    void this.deliver();
  }

  /** How many statuses were not taken yet. */
  get undelivered() {
    return this.queue.length + this.delivering;
  }

  /** A few at once, the oldest first, each until it was taken. */
  async deliver() {
    if (this.delivering >= 8) return;
    const next = this.queue.shift();
    if (next === undefined) return;
    this.delivering += 1;
    while (!this.stopped && (this.address === undefined || (await post(this.address, next.body, this.known.appSecret)) !== 200)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.longest = Math.max(this.longest, Date.now() - Math.max(next.since, this.reachable));
    this.delivering -= 1;
    void this.deliver();
  }

  async stop() {
    this.stopped = true;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(() => resolve(undefined)));
  }
}

/** @param {number} code @param {string} message */
export function errorOf(code, message) {
  return { error: { message: `(#${code}) ${message}`, type: "OAuthException", code, fbtrace_id: "A" } };
}

/** @param {string} phoneNumberId @param {object} value */
export function envelope(phoneNumberId, value) {
  const metadata = { display_phone_number: "97145550100", phone_number_id: phoneNumberId };
  const changes = [{ field: "messages", value: { messaging_product: "whatsapp", metadata, ...value } }];
  return { object: "whatsapp_business_account", entry: [{ id: "1", changes }] };
}

/** What a member writes. @param {string} phoneNumberId @param {{ from: string, id: string, at: string | Date, text?: string, payload?: string, title?: string }} said */
export function words(phoneNumberId, { from, id, at, text, payload, title }) {
  const timestamp = String(Math.floor(new Date(at).getTime() / 1000));
  const what =
    payload === undefined
      ? { type: "text", text: { body: text } }
      : { type: "interactive", interactive: { type: "button_reply", button_reply: { id: payload, title } } };
  return envelope(phoneNumberId, { contacts: [{ wa_id: from, profile: { name: "Sara" } }], messages: [{ from, id, timestamp, ...what }] });
}

/** @param {string} url @param {object} body @param {string} secret @returns {Promise<number>} the status; 0 if nobody was there */
export async function post(url, body, secret) {
  const text = JSON.stringify(body);
  const signature = createHmac("sha256", secret).update(text).digest("hex");
  try {
    const response = await fetch(`${url}/webhooks/whatsapp`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
      body: text,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
