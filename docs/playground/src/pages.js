// A long list in pages: there may be thousands of steps, and nobody looks at more than some of them.

import { element } from "./dom.js";
import { say } from "./words.js";

/** Steps of a page. */
export const PAGE = 100;

/** The page on which an item stands. */
export const pageOf = (index) => Math.floor(Math.max(index, 0) / PAGE);

/** The nearest page that there is. */
export const within = (page, count) => Math.min(Math.max(page, 0), pageOf(count - 1));

/**
 * Draws the ways from page to page, in each of the places; none where there is but one.
 * @param turn called with the number of another page, and with the key of the button that was pressed
 */
export function showPages(places, page, count, turn) {
  const last = pageOf(count - 1);
  const [from, to] = [page * PAGE + 1, Math.min((page + 1) * PAGE, count)];
  for (const place of places) {
    const button = (key, number) => {
      // A button that leads nowhere keeps the focus that it may have.
      const none = number < 0 || number > last || number === page;
      const act = () => none || turn(number, () => place.querySelector(`[data-way=${key}]`)?.focus());
      return element("button", { type: "button", "data-way": key, "aria-disabled": none ? "true" : null, onclick: act }, say(key));
    };
    place.hidden = last === 0;
    place.replaceChildren(
      ...(last === 0 ? [] : [button("first", 0), button("previous", page - 1), element("span", {}, say("stepsOf", from, to, count)), button("following", page + 1), button("last", last)]),
    );
  }
}
