// What bundlers make of the package: pages of hashed files, in which the examples of the documentation hold.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { build } from "vite";

import { ROOT } from "../../loyalty-node/test/shared/files.mjs";
import { blocks, example } from "../../loyalty-node/test/shared/page.mjs";
import { withPage } from "./browser.mjs";

const APP = "target/bundled";
const HEAD = '<!doctype html><meta charset="utf-8"><title></title><link rel="icon" href="data:,">';

/** A small application that has the package as a dependency, as `npm install` leaves it. */
function application(path) {
  const root = join(ROOT, path);
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, "node_modules"), { recursive: true });
  symlinkSync(join(ROOT, "loyalty-wasm/pkg"), join(root, "node_modules/loyalty-rules-wasm"));
  return root;
}

test("Vite bundles the package, and the page finds its module", async () => {
  const root = application(APP);
  symlinkSync(join(ROOT, "loyalty-node/test/shared/assert.mjs"), join(root, "assert.mjs"));
  writeFileSync(join(root, "index.html"), `${HEAD}<script type="module" src="./main.mjs"></script>`);
  writeFileSync(
    join(root, "main.mjs"),
    `import * as loyalty from "loyalty-rules-wasm";\nimport * as assert from "./assert.mjs";\n${example()}\ndocument.title = "it holds";\n`,
  );
  await build({ root, base: "./", configFile: false, logLevel: "error", build: { target: "esnext" } });
  const assets = readdirSync(join(root, "dist/assets"));
  assert.equal(assets.filter((name) => /^loyalty_core_bg-.*\.wasm$/.test(name)).length, 1, assets.join(" "));
  // Servers need the translations; a page that evaluates rules does not load them.
  assert.deepEqual(assets.filter((name) => name.startsWith("loyalty_hosts")), []);
  await withPage(async (page, server) => {
    await page.goto(`${server}/${APP}/dist/index.html`);
    await page.waitForFunction(() => document.title === "it holds", undefined, { timeout: 60_000 });
  });
});

test("esbuild bundles the package as the documentation says, and the page is told where its module is", async () => {
  const root = application(`${APP}-by-esbuild`);
  const script = blocks("docs/embedding.md", "js").find((block) => block.includes("loyalty_core_bg.wasm"));
  const [command] = blocks("docs/embedding.md", "sh").filter((block) => block.startsWith("esbuild main.js"));
  writeFileSync(join(root, "main.js"), script);
  const [program, ...words] = command.trim().split(" ");
  execFileSync(join(ROOT, "loyalty-wasm/node_modules/.bin", program), [...words, "--log-level=warning"], { cwd: root });
  writeFileSync(join(root, "out/index.html"), `${HEAD}<script type="module" src="./main.js"></script>`);
  // Under TypeScript, too.
  writeFileSync(join(root, "main.ts"), script);
  const compilerOptions = { strict: true, module: "esnext", moduleResolution: "bundler", target: "es2023", lib: ["es2023", "dom"], types: [], noEmit: true };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  execFileSync(join(ROOT, "loyalty-node/node_modules/.bin/tsc"), ["-p", root], { stdio: "inherit" });
  await withPage(async (page, server) => {
    await page.goto(`${server}/${APP}-by-esbuild/out/index.html`);
    await page.waitForFunction(() => document.title === "Corner Shop", undefined, { timeout: 60_000 });
  });
});

test("a server is bundled as the documentation says, and has the package beside it", () => {
  const root = application(`${APP}-for-a-server`);
  const [command] = blocks("docs/embedding.md", "sh").filter((block) => block.includes("--external:loyalty-rules-wasm"));
  writeFileSync(join(root, "server.js"), 'import { Program } from "loyalty-rules-wasm";\nconsole.log(Program.compile(\'program "Corner Shop" {}\').title);\n');
  const [program, ...words] = command.trim().split(" ");
  execFileSync(join(ROOT, "loyalty-wasm/node_modules/.bin", program), [...words, "--log-level=warning"], { cwd: root });
  assert.equal(execFileSync(process.execPath, ["server.mjs"], { cwd: root, encoding: "utf8" }), "Corner Shop\n");
});
