// The app: rules, database, doors and sender put together.

import { createServer } from "node:http";

import { Program } from "loyalty-rules";

import { Engine } from "./engine.js";
import { doors } from "./http.js";
import { Sender } from "./sender.js";
import { Store } from "./store.js";

/**
 * Starts the app; it takes requests when this returns.
 * @param {import("./config.js").Config} config
 * @param {(line: string) => void} say
 */
export async function start(config, say) {
  const { text, name, secret } = config.program;
  const program = Program.compile(text, { name, secret });
  const failed = program.runTests().filter((test) => !test.passed);
  if (failed.length > 0) {
    const lines = failed.flatMap((test) => test.failures.map((failure) => `  ${test.title}: ${failure.message}`));
    throw new Error(`tests of ${name} fail:\n${lines.join("\n")}`);
  }
  const store = new Store(config.database);
  const engine = new Engine(store, program, config);
  const sender = new Sender(store, engine, config, say);
  const server = createServer(doors(engine, store, config, { say, posted: () => sender.tick() }));

  let tidied = 0;
  const time = () => {
    try {
      const now = config.clock();
      if (now.getTime() - tidied >= 3_600_000) {
        tidied = now.getTime();
        store.transaction(() => store.tidy(now, Date.now()));
      }
      while (store.transaction(() => engine.advance()) === 100);
      sender.tick();
    } catch (error) {
      // Nothing was written; the next tick tries again.
      say(`time: ${/** @type {any} */ (error)?.stack ?? error}`);
    }
  };
  const timer = setInterval(time, config.sending.tickMs);

  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.listen.port, config.listen.host, () => resolve(undefined));
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

  return {
    url: `http://${config.listen.host}:${port}`,
    store,
    engine,
    /** Time is looked at now, and not only at the next tick. */
    time,
    async stop() {
      clearInterval(timer);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await sender.stop();
      await closed;
      store.close();
    },
  };
}
