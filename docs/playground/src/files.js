// A file that somebody opens: a program, or a history in one of the forms in which people have theirs.

import { eventsIn } from "./json.js";
import { readLines } from "./play.js";

/**
 * Reads a file: the `text` of a program, or the lines of a history's `events`, or the name of the text that tells the `fault`.
 * @returns {Promise<{text?: string, events?: string[], fault?: string}>}
 */
export async function readFile(file) {
  const ends = (ending) => file.name.toLowerCase().endsWith(ending);
  let bytes;
  try {
    const packed = ends(".gz");
    const stream = packed ? file.stream().pipeThrough(new DecompressionStream("gzip")) : file.stream();
    bytes = await new Response(stream).arrayBuffer();
  } catch {
    return { fault: "badGzip" };
  }
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { fault: "badText" };
  }
  if (ends(".loyalty")) return { text };
  const events = eventsIn(text);
  // A file without one event is no history: what there is stays.
  return readLines(events).some(({ event }) => event) ? { events } : { fault: "badFile" };
}
