// The translations beside real clients of the Cloud API: what we send is what they would send, and what they read is what we
// read, a handler having run. Nothing leaves the machine: the client posts to a function.

import assert from "node:assert/strict";
import { createHmac, webcrypto } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { buildTemplatePayload } from "@kapso/whatsapp-cloud-api";
import { normalizeWebhook, verifySignature } from "@kapso/whatsapp-cloud-api/server";
import { shopify, whatsapp } from "loyalty-rules/hosts";
import { WhatsAppAPI } from "whatsapp-api-js";
import * as J from "whatsapp-api-js/messages";

import { ROOT } from "./shared/files.mjs";
import { decided, readTranslations } from "./shared/hosts.mjs";

const SECRET = "a secret of tests";
const cases = readTranslations();
const outbound = cases.filter(({ name }) => name.startsWith("outbound/"));

/** The message of a case, built with the classes of the client from what the case asks for, not from our answer. */
function built(message, template) {
  if (template) return templateOf(message);
  const body = () => new J.Body(message.text);
  const header = message.header === undefined ? undefined : new J.Header(message.header);
  const footer = message.footer === undefined ? undefined : new J.Footer(message.footer);
  if (message.list) {
    const sections = message.list.sections.map(
      ({ title, rows }) => new J.ListSection(title, ...rows.map((row) => new J.Row(row.id, row.title, row.description))),
    );
    return new J.Interactive(new J.ActionList(message.list.button, ...sections), body(), header, footer);
  }
  const buttons = message.buttons ?? [];
  if (buttons.length === 0) {
    const text = [message.header, message.text, message.footer].filter((part) => part !== undefined).join("\n\n");
    return new J.Text(text, /https?:\/\//.test(text) || undefined);
  }
  const [{ url, title }] = buttons;
  const action =
    buttons.length === 1 && url !== undefined
      ? new J.ActionCTA(title, url)
      : new J.ActionButtons(...buttons.map((button) => new J.Button(button.payload, button.title)));
  return new J.Interactive(action, body(), header, footer);
}

function templateOf({ template, language, buttons = [] }) {
  const components = [];
  if (template.header?.image) components.push(new J.HeaderComponent(new J.HeaderParameter(new J.Image(template.header.image))));
  const { parameters = [] } = template;
  const filled = Array.isArray(parameters)
    ? parameters.map((value) => new J.BodyParameter(typed(value)))
    : Object.keys(parameters).sort().map((name) => new J.BodyParameter(words(parameters[name]), name));
  if (filled.length > 0) components.push(new J.BodyComponent(...filled));
  if (template.offer_ends) components.push(new J.LTOComponent(Date.parse(template.offer_ends)));
  let place = 0;
  for (const { payload, url_end, copy_code, index = place } of buttons) {
    // The client counts buttons by what stands in its list.
    for (; place < index; place++) components.push(new J.SkipButtonComponent());
    place++;
    if (payload !== undefined) components.push(new J.PayloadComponent(payload));
    else if (url_end !== undefined) components.push(new J.URLComponent(url_end));
    else if (copy_code !== undefined) components.push(new J.CopyComponent(copy_code));
    else components.push(new J.SkipButtonComponent());
  }
  return new J.Template(template.name, language, ...components);
}

/** The words of a parameter. */
function words(value) {
  return String(value?.text ?? value);
}

/** A parameter with its value, where the protocol knows it; it takes thousandths above zero. */
function typed(value) {
  if (typeof value !== "object") return words(value);
  const thousandths = Math.round(Number(value.amount) * 1e9) / 1e6;
  if (value.currency && thousandths > 0 && Number.isInteger(thousandths)) {
    return new J.Currency(thousandths, value.currency, value.text);
  }
  return value.date || value.at ? new J.DateTime(value.text) : words(value);
}

/** What a client writes for the same message: without what may be left out, and with one spelling of what has two. */
function alike(payload) {
  return JSON.parse(JSON.stringify(payload), (key, value) => {
    if (key === "policy") return undefined;
    if (key === "index") return String(value);
    if (key === "type" && typeof value === "string") return value.toLowerCase();
    return value;
  });
}

/** What the client posts. */
async function posted(message, { phone, bsuid, reply_to }, callback) {
  const sent = [];
  const fetch = async (url, { body }) => {
    sent.push(JSON.parse(body));
    return new Response(JSON.stringify({ messages: [{ id: "wamid.OUT" }] }));
  };
  const api = new WhatsAppAPI({ token: "t", secure: false, v: "v23.0", ponyfill: { fetch } });
  const to = phone === undefined ? { bsuid } : { phone: phone.replace("+", "") };
  await api.sendMessage("106540352242922", to, message, reply_to, callback);
  assert.equal(sent.length, 1);
  return sent[0];
}

for (const { name, body, options, answer } of outbound.filter(({ answer }) => answer.startsWith("payload"))) {
  test(`a client would send the same: ${name}`, async () => {
    const ours = whatsapp.payload(body, options);
    const asked = JSON.parse(body);
    const theirs = await posted(built(asked, ours.type === "template"), options, options.callback ?? asked.id);
    assert.deepEqual(alike(ours), alike(theirs));
    assert.equal(JSON.stringify(ours), answer.slice("payload ".length));
    // The other client knows no offers that end.
    if (ours.type === "template" && !body.includes("offer_ends")) {
      const { name, language, components = [] } = ours.template;
      assert.equal(buildTemplatePayload({ name, language: language.code, components }).name, name);
    }
  });
}

test("a client would send every message of the corpus of the language, as a text and as a template", async () => {
  const messages = decided();
  assert.ok(messages.length > 10, `${messages.length} messages`);
  const kinds = new Set();
  for (const message of messages) {
    for (const window of message.template ? ["open", "closed", undefined] : ["open", undefined]) {
      if (window === undefined && message.send === "template" && !message.template) continue;
      const send = { phone: "+966501234567", ...(window && { window }) };
      const ours = whatsapp.payload(message, send);
      const theirs = await posted(built(message, ours.type === "template"), send, message.id);
      assert.deepEqual(alike(ours), alike(theirs), message.id);
      kinds.add(ours.type);
    }
  }
  assert.deepEqual([...kinds].sort(), ["interactive", "template", "text"]);
});

// What the client's own constructors refuse too. (It does not count rows over sections, nor letters of a code.)
const REFUSED = ["too-long-text", "too-long-body", "too-long-title", "four-buttons", "equal-titles", "equal-payloads", "too-long-header", "too-long-description"];

test("a client refuses what we refuse", () => {
  for (const name of REFUSED) {
    const { body, answer } = outbound.find((one) => one.name === `outbound/${name}.case`);
    assert.match(answer, /^error/);
    assert.throws(() => built(JSON.parse(body), false), name);
  }
});

/** A body as Meta writes and signs it: what is not ASCII is escaped. */
function escaped(body) {
  return body.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Messages as the clients read them: the first through a handler that has run, all through the other. */
async function read(raw) {
  const signature = `sha256=${createHmac("sha256", SECRET).update(raw).digest("hex")}`;
  assert.equal(verifySignature({ appSecret: SECRET, rawBody: raw, signatureHeader: signature }), true);
  const heard = [];
  const api = new WhatsAppAPI({ token: "t", appSecret: SECRET, secure: true, v: "v23.0", ponyfill: { subtle: webcrypto.subtle, fetch } });
  api.on.message = ({ message, contact, phoneID }) => void heard.push({ message, contact, phoneID });
  api.on.status = ({ id, status, timestamp, error, biz_opaque_callback_data }) =>
    void heard.push({ status: { id, status, timestamp, error, callback: biz_opaque_callback_data } });
  await api.post(JSON.parse(raw), raw, signature);
  await assert.rejects(api.post(JSON.parse(raw), raw.replace("whatsapp", "whatsupp"), signature), "a forged body");
  return { heard, normal: normalizeWebhook(JSON.parse(raw)) };
}

/** Which words and which payload a message of the Cloud API holds, as its documentation says. */
function told(message) {
  const { type } = message;
  if (type === "text") return [message.text.body, undefined];
  if (type === "button") return [message.button.text, message.button.payload];
  const reply = message.interactive[message.interactive.type];
  return [reply.title, reply.id];
}

const inbound = cases.filter(({ name, body }) => name.startsWith("inbound/") && !/user_preferences|user_id_update|"system"/.test(body));

/** The cases of messages and statuses that both clients know. */
const COMPARED = /text|ad\.|reply|bsuid|arabic|sent|failed\.|username/;

test("the clients read what we read, and a handler has run", async () => {
  let messages = 0;
  let statuses = 0;
  for (const { name, body: text } of inbound.filter(({ name }) => COMPARED.test(name))) {
    const body = escaped(text);
    const { events, parked } = whatsapp.events(body);
    assert.deepEqual(parked, [], name);
    const { heard, normal } = await read(body);
    assert.equal(heard.length, 1, `${name}: no handler has run`);
    const [{ keys, event }] = events;
    const at = Date.parse(event.at) / 1_000;
    if (heard[0].message) {
      const { message, contact, phoneID } = heard[0];
      messages += 1;
      assert.equal(event.id, `whatsapp:message:${message.id}`, name);
      assert.equal(String(at), message.timestamp, name);
      assert.deepEqual([event.text, event.payload], told(message), name);
      assert.equal(event.reply_to, message.context?.id, name);
      assert.equal(event.number, phoneID, name);
      assert.equal(keys.phone, contact.wa_id && `+${contact.wa_id}`, name);
      assert.equal(keys.bsuid, contact.user_id, name);
      assert.deepEqual([normal.messages[0].id, normal.messages[0].timestamp], [message.id, message.timestamp], name);
    } else {
      const { status } = heard[0];
      statuses += 1;
      assert.deepEqual([event.message, event.status, String(at)], [status.id, status.status, status.timestamp], name);
      assert.equal(event.callback, status.callback, name);
      assert.equal(event.error, status.error && String(status.error.code), name);
      assert.deepEqual([normal.statuses[0].id, normal.statuses[0].status], [status.id, status.status], name);
    }
  }
  assert.ok(messages >= 8 && statuses >= 2, `${messages} messages, ${statuses} statuses`);
});

/** What both clients make of a body that is neither a message nor a status; whether one of them knows no such thing. */
async function otherwise(text) {
  const body = escaped(text);
  const signature = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
  const heard = [];
  const api = new WhatsAppAPI({ token: "t", appSecret: SECRET, secure: true, v: "v23.0", ponyfill: { subtle: webcrypto.subtle, fetch } });
  api.on.message = ({ message }) => void heard.push(message);
  const unknown = await api.post(JSON.parse(body), body, signature).then(() => false, () => true);
  return { ours: whatsapp.events(body), heard, unknown, normal: normalizeWebhook(JSON.parse(body)) };
}

const sample = (name) => cases.find((one) => one.name === `inbound/${name}.case`).body;
const seconds = (event) => String(Date.parse(event.at) / 1_000);

test("a new number is read as the clients read it", async () => {
  const { ours, heard, normal } = await otherwise(sample("number-changed"));
  const [{ keys, event }] = ours.events;
  const [{ id, from, timestamp, system }] = normal.messages;
  assert.deepEqual([event.id, seconds(event)], [`whatsapp:identity:phone:${id}`, timestamp]);
  assert.deepEqual([keys.phone, event.previous, event.current], [`+${from}`, `+${from}`, `+${system.waId}`]);
  assert.deepEqual(heard.map((message) => [message.id, message.timestamp, message.system.wa_id]), [[id, timestamp, system.waId]]);
});

test("the app's own switch is read as the one client reads it that knows it", async () => {
  const { ours, unknown, normal } = await otherwise(sample("signed-up"));
  const [{ userPreferences }] = normal.raw.userPreferences;
  const [preference] = userPreferences;
  const [{ keys, event }] = ours.events;
  assert.equal(unknown, true, "the other one has learnt of it: compare with it too");
  assert.deepEqual([keys.phone, seconds(event)], [`+${preference.waId}`, String(preference.timestamp)]);
  assert.deepEqual([event.category, event.given], ["marketing", preference.value !== "stop"]);
});

test("every sample is read beside a client", () => {
  const samples = readdirSync(join(ROOT, "loyalty-hosts/corpus/payloads/whatsapp")).filter((name) => name.endsWith(".json"));
  assert.ok(samples.length >= 10, `${samples.length} samples`);
  const compared = inbound.filter(({ name }) => COMPARED.test(name)).map(({ body }) => body);
  const others = ["number-changed", "signed-up"].map(sample);
  for (const name of samples) {
    const body = readFileSync(join(ROOT, "loyalty-hosts/corpus/payloads/whatsapp", name), "utf8");
    const same = (one) => JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(body));
    assert.ok([...compared, ...others].some(same), name);
  }
});

test("JavaScript's own reader would have lost the digits", () => {
  const order = '{"id":820982911946154508,"financial_status":"paid","created_at":"2026-11-21T10:00:00Z"}';
  assert.equal(JSON.parse(order).id, 820982911946154500);
  assert.equal(shopify.events("orders/paid", order).parked[0].events[0].event.id, "shopify:order:820982911946154508");
});
