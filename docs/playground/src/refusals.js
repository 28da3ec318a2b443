// Why an event was refused: the code in the words of the page, and what the engine says of it in its own.

import { code, element, english } from "./dom.js";
import { call, say } from "./words.js";

/** All that is told of a refusal. */
export function refusal({ code: name, message, field, expected, found, help }) {
  const rows = [
    ["expected", expected],
    ["found", found],
  ].filter(([, text]) => text !== null);
  const said = help ?? (rows.length === 0 ? message : null);
  return element(
    "section",
    { class: "refusal", role: "note" },
    element("p", { class: "refusal-title" }, call("refusal", name), " ", code(name, { class: "code" }), field ? [" ", code(field)] : null),
    rows.length > 0
      ? element("dl", {}, rows.map(([key, text]) => element("div", {}, element("dt", {}, say(key)), element("dd", {}, english(text)))))
      : null,
    said ? element("p", { class: "help" }, english(said)) : null,
  );
}

/** The same on one line. */
export function refusalInShort({ code: name, field, found }) {
  return [call("refusal", name), field ? [" ", code(field)] : null, found ? [": ", english(found)] : null];
}
