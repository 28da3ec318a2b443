// The shop's side: webhooks as Shopify sends them, and its signed requests of the storefront.

import { createHmac } from "node:crypto";

/** @typedef {{ id: string, topic: string, body: string | Buffer }} Webhook */

export class Shop {
  /** @param {{ secret: string, shop: string }} known */
  constructor(known) {
    this.known = known;
  }

  /**
   * @param {string} url @param {Webhook} webhook @param {Record<string, string | undefined>} [headers] in place of the right ones
   * @returns {Promise<number>} the status; 0 if nobody was there
   */
  async deliver(url, { id, topic, body }, headers = {}) {
    const right = {
      "content-type": "application/json",
      "x-shopify-topic": topic,
      "x-shopify-hmac-sha256": createHmac("sha256", this.known.secret).update(body).digest("base64"),
      "x-shopify-shop-domain": this.known.shop,
      "x-shopify-api-version": "2026-01",
      "x-shopify-webhook-id": id,
    };
    const all = Object.entries({ ...right, ...headers }).filter(([, value]) => value !== undefined);
    try {
      const response = await fetch(`${url}/webhooks/shopify`, { method: "POST", headers: /** @type {any} */ (all), body: /** @type {any} */ (body) });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }

  /** What a cart would get, as the storefront asks through the app proxy. @param {string} url @param {string} customer @param {object} cart */
  async quote(url, customer, cart) {
    const query = { shop: this.known.shop, logged_in_customer_id: customer, path_prefix: "/apps/loyalty", timestamp: String(Math.floor(Date.now() / 1000)) };
    const signed = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`).join("");
    const signature = createHmac("sha256", this.known.secret).update(signed).digest("hex");
    const search = new URLSearchParams({ ...query, signature });
    const response = await fetch(`${url}/apps/loyalty/quote?${search}`, { method: "POST", body: JSON.stringify(cart) });
    return { status: response.status, body: response.status === 200 ? await response.json() : await response.text() };
  }
}

/**
 * An order as the shop tells it. Ids go into the text as they are: beyond 2^53 they would not survive as numbers.
 * @param {{ id: string, customer?: { id: string, phone?: string }, at: string, lines: { id: string, sku?: string, price: string, quantity?: number, discount?: string }[],
 *   codes?: string[], status?: string, test?: boolean, refunds?: object[], cancelled?: string }} what
 */
export function orderBody({ id, customer, at, lines, codes = [], status = "paid", test = false, refunds, cancelled }) {
  const cents = (/** @type {string} */ text) => Math.round(Number(text) * 100);
  const sum = lines.reduce((sum, line) => sum + cents(line.price) * (line.quantity ?? 1) - cents(line.discount ?? "0"), 0);
  const body = {
    id: "ID", customer: customer && { id: "CUSTOMER", phone: customer.phone }, currency: "AED", financial_status: status, test,
    confirmed: true, created_at: at, processed_at: at, updated_at: cancelled ?? at, total_price: (sum / 100).toFixed(2),
    discount_codes: codes.map((code) => ({ code, amount: "0.00", type: "fixed_amount" })),
    line_items: lines.map((line) => ({
      id: `LINE${line.id}`, sku: line.sku ?? null, quantity: line.quantity ?? 1, price: line.price,
      discount_allocations: line.discount ? [{ amount: line.discount, discount_application_index: 0 }] : [],
    })),
    ...(refunds && { refunds }), ...(cancelled && { cancelled_at: cancelled, cancel_reason: "customer" }),
  };
  return JSON.stringify(body)
    .replace('"ID"', id)
    .replace('"CUSTOMER"', customer?.id ?? "null")
    .replace(/"LINE([0-9]+)"/g, "$1");
}

/** @param {{ id: string, order: string, at: string, lines: { id: string, quantity: number, subtotal: string }[] }} what */
export function refundBody({ id, order, at, lines }) {
  const items = lines.map((line) => `{"line_item_id":${line.id},"quantity":${line.quantity},"subtotal":${line.subtotal}}`);
  return `{"id":${id},"order_id":${order},"created_at":"${at}","processed_at":"${at}","refund_line_items":[${items}],"transactions":[]}`;
}

/** A cart on its way to be paid, or left. @param {{ token: string, customer: { id: string, phone?: string }, at: string, price: string }} what */
export function checkoutBody({ token, customer, at, price }) {
  const line = `{"key":"1","sku":"HARAZ","quantity":1,"price":"${price}"}`;
  return (
    `{"id":1,"token":"${token}","cart_token":"${token}","customer":{"id":${customer.id},"phone":"${customer.phone ?? ""}"},"currency":"AED",` +
    `"completed_at":null,"created_at":"${at}","updated_at":"${at}","subtotal_price":"${price}","total_price":"${price}","line_items":[${line}]}`
  );
}
