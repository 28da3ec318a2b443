// The state of the page as a piece of its address: what one sees, somebody else sees under the same link.

import { linesIn } from "./json.js";

const FORM = "1";
/** Longer links are cut by what carries them. */
export const LINK_MAX = 60_000;
/** What has more letters does not become so short, and is not tried. */
export const LETTERS_MAX = 1_500_000;

/** What the page shows: the rules, the lines of events, the member, when it joined, and how far time goes. */
export function empty() {
  return { rules: "", events: [], member: "m-1", joined: "", until: "" };
}

/** The fragment that holds a state. */
export async function encode(state) {
  const { rules, events, member, joined, until } = state;
  const text = JSON.stringify([rules, events.join("\n"), member, joined, until]);
  const packed = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  const letters = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  return `${FORM}.${letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** The state that a fragment holds, or null for one that holds none. */
export async function decode(fragment) {
  const [form, letters] = fragment.split(".");
  if (form !== FORM || !letters) return null;
  try {
    const bytes = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    const unpacked = await through(bytes, new DecompressionStream("deflate-raw"));
    const parts = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unpacked));
    if (!Array.isArray(parts) || parts.length !== 5 || parts.some((part) => typeof part !== "string")) return null;
    const [rules, events, member, joined, until] = parts;
    return { rules, events: linesIn(events), member, joined, until };
  } catch {
    return null;
  }
}

async function through(bytes, transform) {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
