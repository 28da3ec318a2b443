// What the app is told by its environment: secrets, addresses, and how patient it is.

import { readFileSync } from "node:fs";

/** The variables that have no default, each with what it is. */
const NEEDED = {
  SHOPIFY_API_KEY: "the app's client id",
  SHOPIFY_API_SECRET: "the app's client secret, by which Shopify signs webhooks and requests of the storefront",
  SHOPIFY_SHOP: "the shop, such as dallah.myshopify.com",
  WHATSAPP_APP_SECRET: "the secret of the Meta app, by which webhooks are signed",
  WHATSAPP_VERIFY_TOKEN: "the word that Meta says when it subscribes",
  WHATSAPP_TOKEN: "the access token of the Cloud API",
  WHATSAPP_PHONE_NUMBER_ID: "the id of the number that sends",
  LOYALTY_SECRET: "at least 16 bytes, by which wheels are drawn; never change it",
};

/**
 * @typedef {object} Config
 * @property {{ key: string, secret: string, shop: string }} shopify
 * @property {{ appSecret: string, verifyToken: string, token: string, phoneNumberId: string, baseUrl?: string }} whatsapp
 * @property {{ text: string, name: string, secret: string, opened: string }} program  `opened`: what happened before earns nothing
 * @property {string} database
 * @property {{ host: string, port: number }} listen
 * @property {() => Date} clock
 * @property {Sending} sending
 *
 * @typedef {object} Sending
 * @property {number} parallel    how many messages are on their way at once
 * @property {number} timeoutMs   how long the Cloud API may take for an answer
 * @property {number} unsureMs    how long a message whose answer was never seen waits for its status before it is sent again
 * @property {number} tickMs      how often the outbox is looked through
 * @property {number} backOffMs   the first pause after a failure; each further one is twice as long
 * @property {number} attempts    after so many a message is given up
 */

/**
 * @param {Record<string, string | undefined>} env
 * @returns {Config}
 */
export function readConfig(env) {
  const missing = Object.entries(NEEDED).filter(([name]) => !env[name]);
  if (missing.length > 0) {
    const lines = missing.map(([name, what]) => `  ${name}: ${what}`);
    throw new Error(`these variables have to be set:\n${lines.join("\n")}\n\`npm run rehearsal\` needs none of them`);
  }
  const rules = env.RULES ?? new URL("../shop.loyalty", import.meta.url).pathname;
  return {
    shopify: { key: need(env, "SHOPIFY_API_KEY"), secret: need(env, "SHOPIFY_API_SECRET"), shop: need(env, "SHOPIFY_SHOP") },
    whatsapp: {
      appSecret: need(env, "WHATSAPP_APP_SECRET"),
      verifyToken: need(env, "WHATSAPP_VERIFY_TOKEN"),
      token: need(env, "WHATSAPP_TOKEN"),
      phoneNumberId: need(env, "WHATSAPP_PHONE_NUMBER_ID"),
      baseUrl: env.WHATSAPP_BASE_URL,
    },
    program: {
      text: readFileSync(rules, "utf8"),
      name: rules,
      secret: need(env, "LOYALTY_SECRET"),
      opened: instant(env, "LOYALTY_OPENED", "2026-01-01T00:00:00+04:00"),
    },
    database: env.DATABASE ?? "loyalty.db",
    listen: { host: env.HOST ?? "127.0.0.1", port: number(env, "PORT", 3000) },
    clock: clock(env),
    sending: {
      parallel: number(env, "SEND_PARALLEL", 8),
      timeoutMs: number(env, "SEND_TIMEOUT_MS", 10_000),
      unsureMs: number(env, "SEND_UNSURE_MS", 15 * 60_000),
      tickMs: number(env, "SEND_TICK_MS", 1_000),
      backOffMs: number(env, "SEND_BACK_OFF_MS", 4_000),
      attempts: number(env, "SEND_ATTEMPTS", 8),
    },
  };
}

/** @param {Record<string, string | undefined>} env @param {string} name */
function need(env, name) {
  return /** @type {string} */ (env[name]);
}

/** @param {Record<string, string | undefined>} env @param {string} name @param {number} otherwise */
function number(env, name, otherwise) {
  const text = env[name];
  if (text === undefined) return otherwise;
  if (!/^[0-9]{1,9}$/.test(text)) throw new Error(`${name} has to be a whole number, and is \`${text}\``);
  return Number(text);
}

/** @param {Record<string, string | undefined>} env @param {string} name @param {string} otherwise */
function instant(env, name, otherwise) {
  const text = env[name] ?? otherwise;
  if (Number.isNaN(Date.parse(text))) throw new Error(`${name} has to be an instant such as ${otherwise}, and is \`${text}\``);
  return text;
}

/** The machine's clock; tests stop it at an instant. @param {Record<string, string | undefined>} env */
function clock(env) {
  if (env.CLOCK === undefined) return () => new Date();
  const stopped = new Date(instant(env, "CLOCK", "2026-11-21T10:00:00+04:00"));
  return () => stopped;
}
