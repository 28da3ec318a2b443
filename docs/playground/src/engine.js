// The engine as this page uses it: the library for JavaScript, and the help for authors that only an editor needs.

import * as core from "../../../loyalty-wasm/pkg/web/loyalty_core.js";
import { check, format, init, Program } from "../../../loyalty-wasm/pkg/web/index.js";
import { SECRET } from "./secret.js";

export { check, format };

/** A program that can be played. */
export const compile = (text) => Program.compile(whole(text), { secret: SECRET });

/** The compiled module comes as a script, gzipped and in base64: a page that is opened as a file may not fetch. */
export async function load() {
  const packed = Uint8Array.from(atob(globalThis.LOYALTY_WASM), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  await init(await new Response(stream).arrayBuffer());
  delete globalThis.LOYALTY_WASM;
}

const whole = (text) => text.toWellFormed();

/** `[start, end, class]` of each piece of a text. */
export const tokens = (text) => JSON.parse(core.tokens(whole(text)));

/** What the word at an offset is, or null. */
export const hover = (text, offset) => JSON.parse(core.hover(whole(text), offset));

/** What may be written at an offset. */
export const complete = (text, offset) => JSON.parse(core.complete(whole(text), offset));

/** What a text declares. */
export const outline = (text) => JSON.parse(core.outline(whole(text)));

/** Whether anything in a program is chosen with the secret. */
export function usesChance(text) {
  const kinds = outline(text).map(({ kind }) => kind);
  const minted = () => tokens(text).some(([start, end]) => text.slice(start, end) === "codes");
  return kinds.includes("wheel") || kinds.includes("experiment") || minted();
}

/** The events that a text knows, those that it listens to first. */
export const events = (text) => JSON.parse(core.events(whole(text)));

/** What lists of events are made of. */
export const records = (text) => JSON.parse(core.records(whole(text)));

/** The tests of a text as histories; none while it has errors. */
export function scenarios(text) {
  try {
    return JSON.parse(core.scenarios(whole(text)));
  } catch {
    return [];
  }
}
