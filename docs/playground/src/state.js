// The state of the page as a piece of its address: what one sees, somebody else sees under the same link.

import { linesIn } from "./json.js";

const FORM = "1";
/** Longer links are cut by what carries them. */
const LINK_MAX = 60_000;
/** What has more letters does not become so short, and is not tried. */
const LETTERS_MAX = 1_500_000;

/** What the page shows: the rules, the lines of events, the member, when it joined, and how far time goes. */
export function empty() {
  return { rules: "", events: [], member: "m-1", joined: "", until: "" };
}

/** The fragment that holds a state; with `left`, one that had that many events, which the fragment leaves out. */
export async function encode(state, { left = 0 } = {}) {
  const { rules, events, member, joined, until } = state;
  const parts = left > 0 ? [rules, "", member, joined, until, String(left)] : [rules, events.join("\n"), member, joined, until];
  const text = JSON.stringify(parts);
  const packed = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  const letters = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  return `${FORM}.${letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** The fragment of a state as far as there is room in a link: `{ fragment, left }`, with the number of events that are left out. */
export async function fitting(state) {
  const letters = state.events.reduce((sum, line) => sum + line.length, state.rules.length);
  const fits = (fragment) => fragment.length <= LINK_MAX;
  const whole = letters <= LETTERS_MAX ? await encode(state) : null;
  if (whole !== null && fits(whole)) return { fragment: whole, left: 0 };
  const left = state.events.length;
  const rules = left > 0 && state.rules.length <= LETTERS_MAX ? await encode(state, { left }) : null;
  return rules !== null && fits(rules) ? { fragment: rules, left } : { fragment: "", left };
}

/** The state that a fragment holds, with the number of events `left` out of it; null for a fragment that holds none. */
export async function decode(fragment) {
  const [form, letters] = fragment.split(".");
  if (form !== FORM || !letters) return null;
  try {
    const bytes = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    const unpacked = await through(bytes, new DecompressionStream("deflate-raw"));
    const parts = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unpacked));
    if (!Array.isArray(parts) || ![5, 6].includes(parts.length) || parts.some((part) => typeof part !== "string")) return null;
    const [rules, events, member, joined, until, left = "0"] = parts;
    if (!/^\d{1,9}$/.test(left)) return null;
    return { rules, events: linesIn(events), member, joined, until, left: Number(left) };
  } catch {
    return null;
  }
}

async function through(bytes, transform) {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
