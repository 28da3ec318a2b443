// A real Chromium and a plain static server for the tests of the page.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

export const dist = join(import.meta.dirname, "../dist");

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
/** What keeps the browser from talking to anybody but the page's server. */
const QUIET = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync",
];
const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Serves the built page: `{ address, close }`. */
async function serve() {
  if (!existsSync(join(dist, "index.html"))) throw new Error("the page is not built: npm run build");
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://host").pathname;
    const file = join(dist, normalize(path === "/" ? "/index.html" : path));
    if (!file.startsWith(dist) || !existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(readFileSync(file));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://127.0.0.1:${server.address().port}/`, close };
}

function launch() {
  const executablePath = PLACES.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("no Chromium is installed; CHROMIUM says where one is");
  return chromium.launch({ executablePath, args: QUIET });
}

/**
 * A server and a browser for the tests of a file, from before the first until after the last: how the page is `opened`, at an
 * address or at what follows that of the page, and tests on a page of their own, which must have nothing to complain of.
 */
export function inChromium() {
  let browser;
  let server;
  before(async () => {
    server = await serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
  const opened = (address = "", options = {}) => open(browser, new URL(address, server.address).href, options);
  const onPage = (name, options, act) => {
    test(name, async () => {
      const { context, page, complaints } = await opened("", options);
      try {
        await act(page, context);
        assert.deepEqual(complaints, []);
      } finally {
        await context.close();
      }
    });
  };
  return { onPage, opened };
}

/** Opens an address and waits until the engine is there; whatever the page complains of is collected. */
async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: "en-GB", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const own = ["blob:", "data:", "file:", new URL(address).origin].some((start) => request.url().startsWith(start));
    if (!own) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(address);
  await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
  return { context, page, complaints };
}

export const FIVE_LINES = `program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
wallet points { expire 12 months after earning }
rule base on order { earn 1 points per 1 EUR of order.subtotal }
rule big on order when order.subtotal >= 50 EUR { earn 10 points }
test "a big order" { on order { subtotal 72.50 EUR }  expect earned == 82 points }
`;
export const ORDER = '{"type":"order","id":"o-1","at":"2026-01-05T10:00:00+01:00","subtotal":"42.86"}';

export async function write(page, text) {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  // Typed at once, as a paste is: brackets would close themselves.
  await page.keyboard.insertText(text);
}

export async function history(page, lines) {
  await page.locator("#as-text").click();
  await page.locator("#lines").fill(lines);
  await page.locator("#as-text").click();
}

export const balance = (page, wallet) => page.locator(`.balance[data-wallet="${wallet}"]`);

/** Waits until a wallet holds this. */
export const has = (page, wallet, text) =>
  page.waitForFunction(([wallet, text]) => document.querySelector(`.balance[data-wallet="${wallet}"]`)?.textContent === text, [wallet, text]);
