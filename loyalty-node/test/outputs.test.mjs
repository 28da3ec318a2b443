// The types against what really comes out: every outcome, explanation, view, quote and table of the corpus, as `tsc` reads a
// literal, for which a key that the type does not have is an error.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { readCorpus, ROOT } from "./shared/files.mjs";

const FOLDER = join(ROOT, "target/types");
const TSC = join(ROOT, "loyalty-node/node_modules/.bin/tsc");
/** Keys whose texts are of a closed list, so that each of them is seen. */
const CLOSED = ["kind", "step", "because", "reason", "state", "stage", "send"];

/** What of a document its type depends on. */
function shape(value, key) {
  if (Array.isArray(value)) return `[${[...new Set(value.map((item) => shape(item, key)))].sort().join()}]`;
  if (value !== null && typeof value === "object") return `{${Object.entries(value).map(([name, inner]) => `${name}:${shape(inner, name)}`).sort().join()}}`;
  return value === null || typeof value === "boolean" || CLOSED.includes(key) ? String(value) : typeof value;
}

/** One document of each shape, by the type that it is to have. */
function documents() {
  const found = new Map();
  const note = (type, value) => {
    const known = found.get(type) ?? new Map();
    const form = shape(value);
    if (!known.has(form)) known.set(form, value);
    found.set(type, known);
  };
  for (const { outcomes = [], explanations = [], view } of Object.values(readCorpus().words)) {
    for (const outcome of outcomes.map((line) => JSON.parse(line))) {
      if (outcome.error !== undefined) note("ReturnType<EventError[\"toJSON\"]>", outcome);
      else if (outcome.not_applied !== undefined) note("Quote", outcome);
      else if (outcome.rows !== undefined) note("Standings", outcome);
      else {
        const { decisions, ...rest } = outcome;
        note("Outcome", { ...rest, decisions: [] });
        for (const decision of decisions) note("Decision", decision);
      }
    }
    for (const [data] of explanations) {
      const told = JSON.parse(data);
      if (told.error !== undefined) continue;
      const { decisions, ...rest } = told;
      note("Omit<Explanation, \"toString\" | \"toHtml\">", { ...rest, decisions: [] });
      for (const decision of decisions) note("Explained", decision);
    }
    if (view !== undefined) note("View", JSON.parse(view));
  }
  return found;
}

test("every key that comes out is in the types, with what stands in it", () => {
  const found = documents();
  assert.ok(found.get("Decision").size > 200 && found.get("View").size > 50, "the corpus is there");
  const names = "Decision, EventError, Explained, Explanation, Outcome, Quote, Standings, View";
  const lists = [...found].map(([type, documents]) => `({\n${[...documents.values()].map((value, number) => `  ${number}: ${JSON.stringify(value)},\n`).join("")}}) satisfies Record<number, ${type}>;\n`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "corpus.mts"), `import type { ${names} } from "../../loyalty-node/index.js";\n${lists.join("")}`);
  const options = { module: "node16", target: "es2024", lib: ["es2024", "dom"], types: [], strict: true, exactOptionalPropertyTypes: true, noEmit: true };
  writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["corpus.mts"] }));
  const { status, stdout } = spawnSync(TSC, ["-p", FOLDER, "--pretty", "false"], { encoding: "utf8" });
  assert.equal(status, 0, stdout.slice(0, 4000));
});
