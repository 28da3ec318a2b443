// Every payload that we would send against a description of what the Cloud API takes; and that the description refuses what the
// protocol refuses.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { whatsapp } from "loyalty-rules/hosts";

import { decided, readTranslations } from "./shared/hosts.mjs";

const Ajv = createRequire(import.meta.url)("ajv/dist/2020");
const schema = JSON.parse(readFileSync(new URL("shared/cloud-api.schema.json", import.meta.url), "utf8"));
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

function accepted(payload, name) {
  assert.ok(validate(payload), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}\n${JSON.stringify(payload)}`);
}

test("every payload of the corpus of the hosts is as the protocol says", () => {
  const outbound = readTranslations().filter(({ name, answer }) => name.startsWith("outbound/") && answer.startsWith("payload"));
  assert.ok(outbound.length >= 20, `${outbound.length} payloads`);
  for (const { name, body, options } of outbound) accepted(whatsapp.payload(body, options), name);
});

test("every message of the corpus of the language is as the protocol says, as a text and as a template", () => {
  const kinds = new Map();
  for (const message of decided()) {
    for (const window of message.template ? ["open", "closed"] : ["open"]) {
      const payload = whatsapp.payload(message, { phone: "+966501234567", window });
      accepted(payload, message.id);
      kinds.set(payload.type, (kinds.get(payload.type) ?? 0) + 1);
    }
  }
  for (const kind of ["text", "interactive", "template"]) assert.ok(kinds.get(kind) >= 5, `${kinds.get(kind)} of ${kind}`);
});

const HEAD = { messaging_product: "whatsapp", to: "966501234567" };
const button = (id, title) => ({ type: "reply", reply: { id, title } });
const buttons = (...buttons) => ({ ...HEAD, type: "interactive", interactive: { type: "button", body: { text: "x" }, action: { buttons } } });
const template = (component) => ({ ...HEAD, type: "template", template: { name: "offer", language: { code: "ar" }, components: [component] } });
const filled = (sub_type, index, parameter) => template({ type: "button", sub_type, index, parameters: [parameter] });

test("the description takes and refuses what the protocol does", () => {
  accepted(buttons(button("a", "Yes"), button("b", "No")), "buttons");
  accepted(filled("copy_code", 3, { type: "coupon_code", coupon_code: "SPRING20" }), "a code, its number a number");
  const refused = {
    "nobody to send it to": { messaging_product: "whatsapp", type: "text", text: { body: "x" } },
    "two messages in one": { ...HEAD, type: "text", text: { body: "x" }, template: { name: "a", language: { code: "ar" } } },
    "no text": { ...HEAD, type: "text" },
    "four buttons": buttons(...["a", "b", "c", "d"].map((id) => button(id, id))),
    "a title of 21": buttons(button("a", "x".repeat(21))),
    "a payload with a blank at its end": buttons(button("a ", "Yes")),
    "a code with a dash": filled("copy_code", "0", { type: "coupon_code", coupon_code: "SPRING-20" }),
    "an eleventh button": filled("quick_reply", "10", { type: "payload", payload: "a" }),
    "seconds for milliseconds": template({
      type: "limited_time_offer",
      parameters: [{ type: "limited_time_offer", limited_time_offer: { expiration_time_ms: 1795226400 } }],
    }),
    "a key that nobody knows": { ...HEAD, type: "text", text: { body: "x" }, member: "m-1" },
  };
  for (const [name, payload] of Object.entries(refused)) assert.equal(validate(payload), false, name);
});
