// The doors: each request is checked over the bytes as they came, before anything of it is read.

import { createHash, timingSafeEqual } from "node:crypto";

import "@shopify/shopify-api/adapters/node";
import { ApiVersion, LogSeverity, shopifyApi } from "@shopify/shopify-api";
import { verifySignature } from "@kapso/whatsapp-cloud-api/server";
import { EventError } from "loyalty-rules";
import { shopify as fromShopify, whatsapp as fromWhatsApp } from "loyalty-rules/hosts";

/** What the translations read at most. Shopify sends less, and WhatsApp 3 MB at most. */
const BODY_AT_MOST = 4 * 1024 * 1024;

/** An answer that ends a request. */
class Answer extends Error {
  /** @param {number} status @param {string} text */
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/**
 * @param {import("./engine.js").Engine} engine
 * @param {import("./store.js").Store} store
 * @param {import("./config.js").Config} config
 * @param {{ say: (line: string) => void, posted: () => void }} host  `posted`: there may be something to send
 * @returns {import("node:http").RequestListener}
 */
export function doors(engine, store, config, { say, posted }) {
  const shopify = shopifyApi({
    apiKey: config.shopify.key,
    apiSecretKey: config.shopify.secret,
    apiVersion: ApiVersion.January26,
    hostName: config.shopify.shop,
    scopes: ["read_orders", "read_customers"],
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error },
  });

  /** @type {Record<string, (request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse, url: URL) => Promise<string | object>>} */
  const routes = {
    "POST /webhooks/shopify": async (request, response) => {
      const body = await bodyOf(request);
      const checked = await shopify.webhooks.validate({ rawBody: body.toString("utf8"), rawRequest: request, rawResponse: response });
      if (!checked.valid) {
        if (checked.reason === "missing_headers") throw new Answer(400, "headers of a webhook are missing");
        throw new Answer(401, "the signature is not that of the body");
      }
      const { webhookId, domain } = /** @type {any} */ (checked);
      if (domain !== config.shopify.shop) throw new Answer(403, "another shop");
      const topic = /** @type {string} */ (request.headers["x-shopify-topic"]);
      const origin = `shopify ${topic} ${webhookId}`;
      await store.together(() => {
        // What was delivered twice is known here by its name, and within the engine by what happened, whatever it is called.
        if (!store.firstDelivery(webhookId, topic, config.clock())) return;
        taken(origin, () => fromShopify.events(topic, body));
      });
      posted();
      return "ok";
    },

    "GET /webhooks/whatsapp": async (_, __, url) => {
      const asked = (/** @type {string} */ name) => url.searchParams.get(`hub.${name}`) ?? "";
      if (asked("mode") !== "subscribe" || !same(asked("verify_token"), config.whatsapp.verifyToken)) {
        throw new Answer(403, "another word was agreed on");
      }
      return asked("challenge");
    },

    "POST /webhooks/whatsapp": async (request) => {
      const body = await bodyOf(request);
      const signatureHeader = /** @type {string | undefined} */ (request.headers["x-hub-signature-256"]);
      if (!verifySignature({ appSecret: config.whatsapp.appSecret, rawBody: body, signatureHeader })) {
        throw new Answer(401, "the signature is not that of the body");
      }
      const origin = `whatsapp ${createHash("sha256").update(body).digest("hex").slice(0, 16)}`;
      await store.together(() => taken(origin, () => fromWhatsApp.events(body)));
      posted();
      return "ok";
    },

    // The shop's cart asks through Shopify's app proxy, which says who is logged in and signs it.
    "POST /apps/loyalty/quote": async (request, _, url) => {
      const query = Object.fromEntries(url.searchParams);
      let valid = false;
      try {
        valid = await shopify.utils.validateHmac(query, { signator: "appProxy" });
      } catch {
        // Without a signature, or an old one.
      }
      if (!valid || query.shop !== config.shopify.shop) throw new Answer(401, "not signed by the shop's proxy");
      const body = await bodyOf(request);
      /** @type {any} */
      let cart;
      try {
        cart = JSON.parse(body.toString("utf8"));
      } catch {
        throw new Answer(400, "the cart has to be JSON");
      }
      if (cart === null || typeof cart !== "object" || Array.isArray(cart)) throw new Answer(400, "the cart has to be an object");
      try {
        return engine.quote(query.logged_in_customer_id || undefined, cart);
      } catch (error) {
        if (error instanceof EventError) throw new Answer(422, JSON.stringify(error.toJSON()));
        throw error;
      }
    },

    "GET /health": async () => ({ ok: true, outbox: store.outboxCounts() }),
  };

  /** What can be read of a payload is done; what cannot is kept for people to look at, since it would be no better the next time.
   * @param {string} origin @param {() => import("loyalty-rules/hosts").Translation} read */
  function taken(origin, read) {
    try {
      engine.take(read(), origin);
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      store.park({ reason: "unreadable", origin, error: error.toJSON() }, config.clock());
    }
  }

  return async (request, response) => {
    let [status, answer] = [200, /** @type {string | object} */ ("")];
    try {
      const url = new URL(request.url ?? "/", "http://host");
      const route = routes[`${request.method} ${url.pathname}`];
      if (!route) throw new Answer(404, "nothing is here");
      answer = await route(request, response, url);
    } catch (error) {
      if (!(error instanceof Answer)) say(`${request.method} ${request.url}: ${/** @type {any} */ (error)?.stack ?? error}`);
      // Nothing was written: whoever delivers at least once comes again.
      [status, answer] = error instanceof Answer ? [error.status, error.message] : [500, "not taken; send it again"];
    }
    const text = typeof answer === "string" ? answer : JSON.stringify(answer);
    response.writeHead(status, {
      "content-type": typeof answer === "string" ? "text/plain; charset=utf-8" : "application/json",
      // What was not read to its end cannot be followed by another request.
      ...(request.complete ? {} : { connection: "close" }),
    });
    response.end(text);
  };
}

/** @param {import("node:http").IncomingMessage} request @returns {Promise<Buffer>} */
async function bodyOf(request) {
  const tooLong = () => new Answer(413, `a body has at most ${BODY_AT_MOST} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > BODY_AT_MOST) throw tooLong();
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > BODY_AT_MOST) throw tooLong();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** In a time that does not tell how much of it is right. @param {string} one @param {string} other */
function same(one, other) {
  const [a, b] = [one, other].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(a, b);
}
