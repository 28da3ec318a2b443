// How the translations are used from TypeScript: what is right compiles, what is wrong does not.

import { EventError, magento, shopify, whatsapp, woocommerce } from "loyalty-rules/hosts";
import type { HostEvent, Parked, Translation } from "loyalty-rules/hosts";
import * as inNode from "../../../loyalty-wasm/pkg/node/hosts.mjs";
import * as inBrowser from "../../../loyalty-wasm/pkg/web/hosts.js";

const told: Translation = shopify.events("orders/paid", new Uint8Array(), { earn: "placed", money: "presentment", source: "berlin" });
const first: HostEvent | undefined = told.events[0];
const [id, key]: [string | undefined, string | undefined] = [first?.event.id, first?.keys["phone"]];
const waiting: Parked[] = told.parked.filter(({ reason, events }) => reason === "guest" && events !== undefined);
const same: Translation[] = [woocommerce.events("refund", "{}"), magento.events("order", "{}"), whatsapp.events("{}", { source: "wa" })];
const sent: string = whatsapp.payload({ category: "reply", text: "x" }, { phone: "+966501234567", window: "open" }).type;

// @ts-expect-error: a topic and a body
shopify.events("{}");
// @ts-expect-error: an object has lost the digits of its ids
shopify.events("orders/paid", { id: 1 });
// @ts-expect-error: no such option
shopify.events("orders/paid", "{}", { erna: "placed" });
// @ts-expect-error: no such window
whatsapp.payload("{}", { window: "ajar" });

const shapes: { [name in keyof typeof inNode]: unknown }[] = [inNode, inBrowser];

export { EventError, id, key, same, sent, shapes, waiting };
