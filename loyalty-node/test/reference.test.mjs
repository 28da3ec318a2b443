// `docs/reference/javascript.md` is what the types of the package say: their declarations with their comments, in their order
// but for what a reader begins with. `BLESS=1` writes it anew.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { declarations, lastEnd, membersOf, oneLine, withoutComments } from "./shared/declarations.mjs";
import { ROOT } from "./shared/files.mjs";

const PACKAGE = join(ROOT, "loyalty-node");
const PAGE = join(ROOT, "docs/reference/javascript.md");
const FIRST = ["init", "Program", "Member", "Event", "Envelope", "EventObject", "Outcome", "Decision", "DecisionBase", "Decisions", "View", "Wallet", "Totals", "Explanation"];
const HEAD = `# JavaScript

\`import { Program } from "loyalty-rules"\` in Node, and from \`"loyalty-rules-wasm"\` in browsers: the same names, types and answers.
What each call does, the pages on [embedding](../embedding.md), [members](../members.md) and [explaining](../explain.md) tell at
length. This page is written by a test from the types of the package.
`;

test("the reference is that of the types", () => {
  const page = HEAD + sections().join("");
  if (process.env.BLESS) writeFileSync(PAGE, page);
  assert.equal(readFileSync(PAGE, "utf8"), page, "`BLESS=1 node --test loyalty-node/test/reference.test.mjs` writes it anew");
});

test("each row of the reference is one whole member", () => {
  const rows = sections().join("").split("\n").filter((line) => line.startsWith("| `"));
  assert.ok(rows.length > 300, `${rows.length} rows`);
  for (const row of rows) {
    const [, code] = /^\| `(.*?)` \|/.exec(row) ?? assert.fail(row);
    assert.equal(lastEnd(code), code.length, `brackets of ${row}`);
    assert.doesNotMatch(code, /\/\*|\*\/|;$/, row);
  }
});

function sections() {
  const files = ["index.d.ts", ...readdirSync(join(PACKAGE, "types")).sort().map((name) => join("types", name))];
  const found = files.flatMap((file) => declarations(readFileSync(join(PACKAGE, file), "utf8")));
  const place = ({ name }) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return found.toSorted((left, right) => place(left) - place(right)).map(section);
}

function section({ comment, kind, name, head, body }) {
  const title = kind === "function" ? name + oneLine(body) : name;
  const parents = /\bextends (.*)$/.exec(head)?.[1];
  const words = [said(comment), parents ? `Has what \`${parents}\` has, and:` : ""].filter(Boolean).join(" ");
  const type = kind === "type" ? `\n\`\`\`text\n${oneLine(withoutComments(body))}\n\`\`\`\n` : "";
  const members = kind === "class" || kind === "interface" ? membersOf(body).filter(({ code }) => !code.startsWith("private ")) : [];
  const rows = members.map(row);
  const table = rows.length > 0 ? `\n| | |\n| --- | --- |\n${rows.join("")}` : "";
  assert.ok(words || table, `${name} says nothing of itself`);
  return `\n## \`${title}\`\n${words ? `\n${words}\n` : ""}${type}${table}`;
}

/** A member as a row; what is said within its type goes after what is said of it. */
function row({ comment, code }) {
  const within = [...code.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*(\w+)/g)].map(([, about, name]) => `\`${name}\`: ${said(about)}`);
  const shown = oneLine(withoutComments(code)).replace(/^get (\w+)\(\)/, "$1");
  return `| ${cell(`\`${shown}\``)} | ${cell([said(comment), ...within].filter(Boolean).join(" "))} |\n`;
}

/** A comment as sentences: what it does, its parameters, and what it throws. */
function said(comment) {
  const text = (comment ?? "").replace(/^\s*\* ?/gm, "").trim();
  const [about, ...tags] = text.split(/^@/m).map((part) => part.replace(/\s+/g, " ").trim());
  const told = tags.map((tag) => {
    const [word, ...words] = tag.split(" ");
    if (word === "param") return `\`${words[0]}\`: ${words.slice(1).join(" ")}.`;
    return `Throws ${words.join(" ").replace(/^\{(\w+)\}/, "`$1`")}.`;
  });
  return [about, ...told].filter(Boolean).join(" ");
}

function cell(text) {
  return text.replaceAll("|", "\\|");
}
