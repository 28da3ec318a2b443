// The events as lines of JSON, and beneath them which of them are refused.

import { element } from "./dom.js";
import { linesIn } from "./json.js";
import { refusalInShort } from "./refusals.js";
import { say } from "./words.js";

/** Refused events told at once; the rest is counted. */
const SHOWN = 6;

/** Where the events of a text begin and end, as long as each stands on a line of its own. */
function placesIn(text, count) {
  const places = [];
  let at = 0;
  text.split("\n").forEach((line, number) => {
    if (line.trim() !== "") places.push({ line: number + 1, start: at, end: at + line.length });
    at += line.length + 1;
  });
  return places.length === count ? places : null;
}

/** Lists what is refused, each with a way to its line. */
export function showRefused(place, box, steps, events) {
  const refused = steps.filter(({ refused }) => refused);
  const places = refused.length > 0 && linesIn(box.value).length === events.length ? placesIn(box.value, events.length) : null;
  const items = refused.slice(0, SHOWN).map(({ refused: error, line: { index } }) => {
    const spot = places?.[index];
    const title = spot ? say("line", spot.line) : say("eventNumber", index + 1);
    const go = () => {
      box.focus();
      box.setSelectionRange(spot.start, spot.end);
      // The selection is scrolled to: lines are as high as each other, for none is broken.
      box.scrollTop = Math.max(0, ((spot.line - 3) / box.value.split("\n").length) * box.scrollHeight);
    };
    return element("li", {}, spot ? element("button", { type: "button", class: "link", onclick: go }, title) : title, " ", refusalInShort(error));
  });
  const more = refused.length - SHOWN;
  place.hidden = refused.length === 0;
  place.replaceChildren(...items, ...(more > 0 ? [element("li", {}, `+ ${more}`)] : []));
  box.toggleAttribute("aria-invalid", refused.length > 0);
}
