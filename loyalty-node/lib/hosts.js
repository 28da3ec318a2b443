"use strict";
// What shops and messengers send, as events, and messages as they take them. `hosts.d.ts` describes it.

const { isBytes, kind, options, plain, text, written } = require("./arguments.js");
const { EventError, revived } = require("./errors.js");
const { exactly } = require("./exact.js");
const { beyond } = require("./extent.js");

// The compiled translations; the entry of each build fills it, or says how they are loaded.
const translations = {};
const source = { load: async () => {} };

/** Loads the translations where they are not there from the beginning. */
function init(module) {
  return source.load(module);
}

/** JSON as bytes. An object would have lost the last digits of its ids, which is why none is taken. */
function bytes(body, name) {
  if (isBytes(body)) return plain(body, name);
  if (typeof body === "string") return new TextEncoder().encode(text(body, name));
  throw new TypeError(`\`${name}\`: expected the text or the bytes of a body, found ${kind(body)}`);
}

/** Options that are strings, all of them: JSON would leave out what is none, as a function, and what it stands for by default would be taken. */
function said(given, names) {
  const known = options(given, names);
  for (const [name, value] of Object.entries(known)) if (value !== undefined) text(value, name);
  return known;
}

function ask(name, topic, given, body) {
  if (translations.translate === undefined) throw new Error("the module is not loaded yet: await `init()` first");
  try {
    return JSON.parse(translations.translate(name, topic, JSON.stringify(given), body));
  } catch (thrown) {
    throw revived(thrown);
  }
}

const KNOWN = ["source", "earn", "money"];

/** The translations of a platform that says apart from the body what the body is. */
function platform(name) {
  const calls = exactly({
    events(topic, body, given) {
      return ask(`${name}.events`, text(topic, "topic"), said(given, KNOWN), bytes(body, "body"));
    },
  });
  return Object.freeze(calls);
}

/** A message as JSON, held to the limits of an event. The language's own writer ends where its room for calls does. */
function messageWritten(message) {
  let [json, failure] = [];
  try {
    json = written(message, "message");
  } catch (thrown) {
    if (thrown instanceof TypeError) throw thrown;
    failure = thrown;
  }
  const refusal = beyond(message);
  if (refusal !== undefined) throw new EventError(refusal);
  if (failure !== undefined) throw failure;
  return json;
}

const shopify = platform("shopify");
const woocommerce = platform("woocommerce");
const magento = platform("magento");

const whatsapp = exactly({
  events(body, given) {
    return ask("whatsapp.events", "", said(given, ["source"]), bytes(body, "body"));
  },
  payload(message, given) {
    const send = said(given, ["phone", "bsuid", "window", "reply_to", "callback"]);
    const json = message !== null && typeof message === "object" && !isBytes(message) ? messageWritten(message) : message;
    return ask("whatsapp.payload", "", send, bytes(json, "message"));
  },
});
Object.freeze(whatsapp);

module.exports = { init, magento, shopify, source, translations, whatsapp, woocommerce };
