#!/usr/bin/env node
// Starts the app with what its environment says, and ends it in order when it is asked to.

import { start } from "./src/app.js";
import { readConfig } from "./src/config.js";

const say = (/** @type {string} */ line) => console.error(line);

try {
  const app = await start(readConfig(process.env), say);
  console.log(`listening on ${app.url}`);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, async () => {
      await app.stop();
      process.exit(0);
    });
  }
} catch (error) {
  say(/** @type {any} */ (error).message);
  process.exit(1);
}
