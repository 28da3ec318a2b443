// `docs/reference/javascript.md` is what `index.d.ts` says: its declarations with their comments, in its order but for what a
// reader begins with. `BLESS=1` writes it anew.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT } from "./shared/files.mjs";

const TYPES = join(ROOT, "loyalty-node/index.d.ts");
const PAGE = join(ROOT, "docs/reference/javascript.md");
const FIRST = ["init", "Program", "Member", "Event", "EventObject", "Outcome", "Decision", "View", "Explanation"];
const HEAD = `# JavaScript

\`import { Program } from "loyalty-rules"\`, in Node and in browsers alike. What each call does, the pages on
[embedding](../embedding.md), [members](../members.md) and [explaining](../explain.md) tell at length. This page is written by
a test from the types of the package.
`;

test("the reference is that of the types", () => {
  const page = HEAD + sections().join("");
  if (process.env.BLESS) writeFileSync(PAGE, page);
  assert.equal(readFileSync(PAGE, "utf8"), page, "`BLESS=1 node --test loyalty-node/test/reference.test.mjs` writes it anew");
});

/** Comment, if there is one; kind; name; and the rest up to the end of the declaration, which is where it began. */
const DECLARATION = /(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?export (class|function|interface|type) (\w+)((?:[^;{]*\{\n[^]*?\n\}|[^]*?;)\n)(?=\n|$)/g;
/** The same of a member: it may go over several lines, the last of which ends with a semicolon. */
const MEMBER = /(?: {2}\/\*\*((?:(?!\*\/)[^])*)\*\/\n)? {2}(?!private )(\S[^]*?);\n/g;

function sections() {
  const text = readFileSync(TYPES, "utf8");
  const found = [...text.matchAll(DECLARATION)].map(([, comment, kind, name, rest]) => ({ comment, kind, name, rest }));
  assert.equal(found.length, text.match(/^export /gm).length, "a declaration was not understood");
  const place = ({ name }) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return found.toSorted((left, right) => place(left) - place(right)).map(section);
}

function section({ comment, kind, name, rest }) {
  const head = kind === "function" ? name + oneLine(rest) : name;
  const words = said(comment);
  const type = kind === "type" ? `\n\`\`\`text\n${oneLine(rest).replace(/^= /, "")}\n\`\`\`\n` : "";
  const rows = kind === "class" || kind === "interface" ? [...rest.slice(rest.indexOf("{") + 2).matchAll(MEMBER)] : [];
  const cells = rows.map(([, about, code]) => `| ${cell(`\`${oneLine(code).replace(/^get (\w+)\(\)/, "$1")}\``)} | ${cell(said(about))} |\n`);
  const table = cells.length > 0 ? `\n| | |\n| --- | --- |\n${cells.join("")}` : "";
  assert.ok(words || table, `${name} says nothing of itself`);
  return `\n## \`${head}\`\n${words ? `\n${words}\n` : ""}${type}${table}`;
}

function oneLine(code) {
  return code.replace(/\s+/g, " ").trim().replace(/;$/, "").replace("( ", "(").replace(", )", ")");
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
