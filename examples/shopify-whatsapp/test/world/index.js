// An app of its own, with a Cloud API and a shop on loopback, and a clock that the test moves.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { start } from "../../src/app.js";
import { readConfig } from "../../src/config.js";
import { Store } from "../../src/store.js";
import { CloudApi, post, words } from "./cloud-api.js";
import { Shop } from "./shop.js";

/** Every secret of the tests. @param {string} database @param {string} [baseUrl] */
export function environment(database, baseUrl) {
  return {
    SHOPIFY_API_KEY: "key of tests",
    SHOPIFY_API_SECRET: "secret of a shop of tests",
    SHOPIFY_SHOP: "dallah.myshopify.com",
    WHATSAPP_APP_SECRET: "secret of an app of tests",
    WHATSAPP_VERIFY_TOKEN: "a word of tests",
    WHATSAPP_TOKEN: "token of tests",
    WHATSAPP_PHONE_NUMBER_ID: "106540352242922",
    LOYALTY_SECRET: "the secret of every test",
    DATABASE: database,
    WHATSAPP_BASE_URL: baseUrl,
    PORT: "0",
  };
}

/** @param {{ now: string, env?: Record<string, string>, statuses?: boolean }} how */
export async function world({ now, env = {}, statuses }) {
  const folder = mkdtempSync(join(tmpdir(), "shopify-whatsapp-"));
  const clock = { now: new Date(now) };
  const given = environment(join(folder, "loyalty.db"));
  const known = { appSecret: given.WHATSAPP_APP_SECRET, phoneNumberId: given.WHATSAPP_PHONE_NUMBER_ID, token: given.WHATSAPP_TOKEN };
  const cloud = new CloudApi(known, { statuses, at: () => clock.now });
  const base = await cloud.start();
  const config = readConfig({ ...given, WHATSAPP_BASE_URL: base, SEND_TICK_MS: "20", SEND_BACK_OFF_MS: "20", ...env });
  config.clock = () => clock.now;
  /** @type {string[]} */
  const said = [];
  let app = await start(config, (line) => said.push(line));
  cloud.webhook = app.url;
  const shop = new Shop({ secret: given.SHOPIFY_API_SECRET, shop: given.SHOPIFY_SHOP });
  let written = 0;

  return {
    get app() {
      return app;
    },
    cloud, shop, clock, said, config,

    /** A member writes, or taps a button. @param {string} from @param {string | { payload: string, title: string }} what */
    async writes(from, what) {
      written += 1;
      const said = typeof what === "string" ? { text: what } : what;
      const id = `wamid.IN${String(written).padStart(4, "0")}`;
      return post(app.url, words(known.phoneNumberId, { from, id, at: clock.now, ...said }), known.appSecret);
    },

    /** @param {string} id @param {string} topic @param {string} body */
    tells(id, topic, body) {
      return shop.deliver(app.url, { id, topic, body });
    },

    /** @param {string} instant */
    at(instant) {
      clock.now = new Date(instant);
      app.time();
    },

    /** Until nothing is on its way any more. */
    async quiet() {
      const end = Date.now() + 30_000;
      for (;;) {
        const { waiting = 0, sending = 0 } = app.store.outboxCounts();
        if (waiting + sending === 0 && cloud.undelivered === 0) return;
        if (Date.now() > end) throw new Error(`still on its way: ${JSON.stringify(app.store.outboxCounts())}\n${said.join("\n")}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },

    /**
     * The app ends and begins again over its database.
     * @param {(database: import("../../src/store.js").Store["db"]) => void} [meanwhile] what is done to the database while nobody else has it
     */
    async restart(meanwhile) {
      await app.stop();
      if (meanwhile) {
        const store = new Store(config.database);
        meanwhile(store.db);
        store.close();
      }
      app = await start(config, (line) => said.push(line));
      cloud.webhook = app.url;
    },

    /** @param {string} member */
    view(member) {
      const state = app.engine.load(member);
      if (state === undefined) throw new Error(`no member ${member}`);
      return app.engine.program.view(state);
    },

    async stop() {
      cloud.stopped = true;
      await app.stop();
      await cloud.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
