// A package as somebody gets it: packed, and installed into a project that knows nothing of the checkout.

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./files.mjs";
import { blocks } from "./page.mjs";

const QUIET = ["--no-audit", "--no-fund", "--offline", "--loglevel=error"];

/**
 * Packs a folder and installs what comes of it into `target/packed`. What builds it has run already.
 * @returns {string} the project's folder
 */
export function installed(folder, name) {
  const project = join(ROOT, "target/packed", name);
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  execFileSync("npm", ["pack", join(ROOT, folder), "--ignore-scripts", "--pack-destination", project, ...QUIET]);
  const [archive] = readdirSync(project).filter((file) => file.endsWith(".tgz"));
  execFileSync("npm", ["install", `./${archive}`, "--ignore-scripts", ...QUIET], { cwd: project });
  return project;
}

/** What the example of a page prints in a project. */
export function prints(project, page) {
  const [script] = blocks(page, "js");
  writeFileSync(join(project, "example.mjs"), script);
  return run(project, "example.mjs");
}

export function run(project, ...words) {
  return execFileSync(process.execPath, words, { cwd: project, encoding: "utf8", stdio: "pipe" });
}

/** What is wrong with what an installed package says of itself to people and to registries: both licences, no way out of it, the address. */
export function faultsOf(project, name) {
  const own = (file) => readFileSync(join(project, "node_modules", name, file), "utf8");
  const ours = (file) => readFileSync(join(ROOT, file), "utf8");
  const [, address] = /^repository = "(.*)"$/m.exec(ours("Cargo.toml"));
  const { description, keywords, license, repository } = JSON.parse(own("package.json"));
  const links = [...own("README.md").matchAll(/\]\((?!https:|#)[^)]*\)/g)].map(([link]) => link);
  return [
    ...["LICENSE-MIT", "LICENSE-APACHE"].filter((file) => own(file) !== ours(file)),
    ...links,
    ...(repository?.url === `git+${address}.git` ? [] : ["repository"]),
    ...(description && license && keywords?.length > 0 ? [] : ["description, license or keywords"]),
  ];
}
