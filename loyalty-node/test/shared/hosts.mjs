// The files of the corpus of translations, and what plays them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./files.mjs";

export { hostsTests, playTranslations } from "./translations.mjs";

const FOLDER = join(ROOT, "loyalty-hosts/corpus");

/** The cases, as plain data. */
export function readTranslations() {
  const names = readdirSync(FOLDER, { recursive: true }).filter((name) => name.endsWith(".case")).sort();
  return names.map((name) => {
    const [head, ...sections] = readFileSync(join(FOLDER, name), "utf8").split("\n=== ");
    const field = (key) => new RegExp(`^${key}: (.*)$`, "m").exec(head)?.[1];
    const section = (key) => sections.find((text) => text.startsWith(`${key}\n`))?.slice(key.length + 1);
    const [call, topic] = field("call").split(" ");
    const body = section("body") ?? readFileSync(join(FOLDER, field("body")), "utf8");
    return { name, call, topic, options: JSON.parse(field("options") ?? "{}"), body, answer: section("answer").trimEnd() };
  });
}

/** Every message that the rules decide on in the corpus of the language. */
export function decided() {
  const folder = join(ROOT, "corpus/good");
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".case"));
  const lines = names.flatMap((name) => readFileSync(join(folder, name), "utf8").split("=== outcomes\n")[1].split("\n"));
  const outcomes = lines.filter((line) => line.includes('"kind":"message"')).map((line) => JSON.parse(line));
  return outcomes.flatMap(({ decisions }) => decisions.filter(({ kind }) => kind === "message"));
}
