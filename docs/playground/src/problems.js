// What is wrong with the program and how its tests went, beneath the editor.

import { element, quoted } from "./dom.js";
import { say } from "./words.js";

/** Problems shown at once; the rest is counted. */
const SHOWN = 8;

/** Tests that fail, as diagnostics at the lines of their expectations. */
export function failures(tests, text) {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return tests.flatMap(({ title, failures }) =>
    failures.map(({ line, message }) => {
      const start = starts[line - 1] ?? 0;
      const end = (starts[line] ?? text.length + 1) - 1;
      const indent = text.slice(start, end).search(/\S/);
      const span = { start: start + Math.max(indent, 0), end };
      return { severity: "warning", code: "", message: `${title}: ${message}`, help: null, candidates: [], line, span, test: true };
    }),
  );
}

/**
 * Draws the state of the program.
 * @param found the diagnostics, those of failing tests among them
 * @param tests how the tests went, or null while the program has errors
 */
export function showProblems(place, { found, tests, jump, mend }) {
  const errors = found.filter(({ severity }) => severity === "error").length;
  const failed = (tests ?? []).filter(({ passed }) => !passed).length;
  const warnings = found.filter(({ severity, test }) => severity === "warning" && !test).length;
  const right = errors === 0;
  const parts = [];
  if (errors + warnings > 0) parts.push(say("problems", errors, warnings));
  if (right) {
    if (warnings === 0) parts.push(say("fine"));
    if (tests.length === 0) parts.push(say("noTests"));
    else parts.push(failed > 0 ? say("testsFail", failed, tests.length) : say("testsHold", tests.length));
  }
  const state = right ? (failed + warnings > 0 ? "warning" : "right") : "wrong";
  place.dataset.state = state;
  const lines = found.slice(0, SHOWN).map((problem) => entry(problem, jump, mend));
  const more = found.length - SHOWN;
  place.replaceChildren(
    element("p", { class: "summary", role: "status" }, element("span", { class: "lamp", "aria-hidden": "true" }), parts.join(say("comma"))),
    lines.length > 0 ? element("ol", { class: "problem-list" }, lines, more > 0 ? element("li", { class: "more" }, `+ ${more}`) : null) : "",
  );
}

function entry({ severity, code: number, message, help, candidates, line, span }, jump, mend) {
  const go = element(
    "button",
    { type: "button", class: `problem ${severity}`, onclick: () => jump(span.start) },
    element("span", { class: "place" }, say("line", line)),
    element("span", { class: "message", dir: "ltr", lang: "en" }, ...quoted(message), number ? element("span", { class: "code" }, number) : null),
    help ? element("span", { class: "help", dir: "ltr", lang: "en" }, ...quoted(help)) : null,
  );
  const mends = candidates.map((candidate) =>
    element("button", { type: "button", class: "mend", dir: "auto", onclick: () => mend(span, candidate) }, candidate),
  );
  return element("li", {}, go, mends.length > 0 ? element("span", { class: "mends" }, mends) : null);
}
