// A real browser for tests: Chromium, without a window, on files of the repository that a server of our own hands out.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import { chromium } from "playwright-core";

import { ROOT } from "../../loyalty-node/test/shared/files.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** A browser that is where systems put it; the package itself brings none. */
const PATHS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

// Nothing that goes out by itself.
const QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/**
 * Opens a page and hands it to `use`, with the address of the server. What the page logs as an error, or throws, fails it.
 * @param {Record<string, string>} extra further documents by path
 */
export async function withPage(use, extra = {}) {
  const executablePath = PATHS.find((path) => path && existsSync(path));
  if (executablePath === undefined) throw new Error("no Chromium is installed; `apt-get install chromium` does it");
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const file = join(ROOT, normalize(path));
    const body = Object.hasOwn(extra, path) ? extra[path] : existsSync(file) && extname(file) in TYPES ? readFileSync(file) : undefined;
    response.writeHead(body === undefined ? 404 : 200, { "content-type": TYPES[extname(path)] ?? "text/plain" });
    response.end(body);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const browser = await chromium.launch({ executablePath, args: QUIET });
  try {
    const page = await browser.newPage();
    const slips = [];
    page.on("pageerror", (error) => slips.push(error));
    const result = await use(page, `http://127.0.0.1:${server.address().port}`);
    if (slips.length > 0) throw new Error("the page has thrown", { cause: slips[0] });
    return result;
  } finally {
    await browser.close();
    await new Promise((closed) => server.close(closed));
  }
}
