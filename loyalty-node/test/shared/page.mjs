// The examples of the documentation, as scripts that every host of JavaScript runs.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./files.mjs";

/** The fenced blocks of a page, by the tag after their fence. */
export function blocks(page, tag) {
  const text = readFileSync(join(ROOT, page), "utf8");
  const found = [...text.matchAll(new RegExp(`^\`\`\`${tag}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block);
  if (found.length === 0) throw new Error(`${page} has no block of ${tag}`);
  return found;
}

/** The first example of a page as the body of an asynchronous function of `loyalty` and `assert`. */
export function example(page = "docs/embedding.md") {
  const [script] = blocks(page, "js");
  const names = /^import \{ (.*) \} from "loyalty-rules";$/m;
  if (!names.test(script)) throw new Error("the example imports the library");
  return `const { equal, deepEqual } = assert;\n${script.replace(names, "const { $1 } = loyalty;")}`;
}
