// The files of the corpus, and what Rust says of them.

import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");
const WORDS = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "tmp/corpus.jsonl");

/** All that `playCorpus` takes, as plain data. */
export function readCorpus() {
  if (!existsSync(WORDS)) {
    throw new Error(`${WORDS} is missing; \`cargo test -p loyalty-core --test corpus\` writes it`);
  }
  const lines = readFileSync(WORDS, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line));
  const folder = join(ROOT, "corpus");
  const cases = (part) => readdirSync(join(folder, part), { recursive: true }).filter((name) => name.endsWith(".case")).sort();
  const bad = readdirSync(join(folder, "bad")).filter((name) => name.endsWith(".loyalty"));
  const text = (...parts) => readFileSync(join(folder, ...parts), "utf8");
  return {
    good: cases("good").map((name) => ({ name, text: text("good", name) })),
    members: cases("members").map((name) => ({ name, text: text("members", name) })),
    leaderboards: cases("leaderboards").map((name) => ({ name, text: text("leaderboards", name) })),
    quotes: cases("quotes").map((name) => ({ name, text: text("quotes", name) })),
    bad: bad.sort().map((name) => ({
      name,
      text: text("bad", name),
      drawn: text("bad", name.replace(/\.loyalty$/, ".expected")),
    })),
    words: Object.fromEntries(lines.map((line) => [line.case ?? line.program, line])),
  };
}

/** Says how many cases a host has run, and tells the script that runs all hosts. */
export function count(host, { good, members, leaderboards, quotes, bad }) {
  const line = `${host}: ${good.length + members.length + leaderboards.length + quotes.length} good and ${bad.length} bad cases`;
  console.log(line);
  if (process.env.LOYALTY_CASES) appendFileSync(process.env.LOYALTY_CASES, `${line}\n`);
}
