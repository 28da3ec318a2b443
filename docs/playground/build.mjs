// Builds the page into `dist`: plain files that any static host serves, and that open from a folder, too.
//
//     cargo xtask wasm --release        # the engine, into loyalty-wasm/pkg
//     npm ci && npm run build           # the page, here

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { build } from "esbuild";

const here = import.meta.dirname;
const root = join(here, "../..");
const dist = join(here, "dist");
const engine = join(root, "loyalty-wasm/pkg");

/** The most events of a sample, and the most members that it is taken from: a page shows one at a time. */
const EVENTS_MAX = 60;
const MEMBERS_MAX = 3;

if (!existsSync(join(engine, "web/index.js"))) {
  console.error("loyalty-wasm/pkg is missing; `cargo xtask wasm` builds it");
  process.exit(1);
}
const { Program } = await import(join(engine, "node/index.mjs"));
const { SECRET } = await import(join(here, "src/secret.js"));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await build({
  entryPoints: { app: join(here, "src/main.js") },
  outdir: dist,
  bundle: true,
  // A classic script: modules are not loaded from a folder.
  format: "iife",
  target: "es2023",
  minify: true,
  legalComments: "linked",
  logOverride: { "empty-import-meta": "silent" },
});
await build({ entryPoints: { app: join(here, "src/app.css") }, outdir: dist, minify: true });

const wasm = gzipSync(readFileSync(join(engine, "web/loyalty_core_bg.wasm")), { level: 9 });
write("module.js", `globalThis.LOYALTY_WASM="${wasm.toString("base64")}";\n`);
const samples = findSamples();
write("samples.js", `globalThis.LOYALTY_SAMPLES=${JSON.stringify(samples)};\n`);
for (const name of ["index.html", "icon.svg"]) write(name, readFileSync(join(here, "src", name)));

const files = readdirSync(dist).filter((name) => !name.endsWith(".txt")).sort();
const digest = createHash("sha256");
for (const name of files) digest.update(readFileSync(join(dist, name)));
const list = JSON.stringify(["./", ...files]);
const worker = readFileSync(join(here, "src/offline.js"), "utf8")
  .replace("globalThis.FILES ?? []", list)
  .replace('globalThis.DIGEST ?? ""', JSON.stringify(digest.digest("hex").slice(0, 12)));
write("offline.js", worker);

console.log(`${samples.length} samples: ${samples.map(({ title }) => title).join(", ")}`);
for (const name of readdirSync(dist)) {
  const bytes = readFileSync(join(dist, name));
  console.log(`${name.padEnd(24)} ${String(bytes.length).padStart(9)} bytes ${String(gzipSync(bytes).length).padStart(9)} gzipped`);
}

function write(name, content) {
  writeFileSync(join(dist, name), content);
}

/** Every program of the samples, the documentation and the examples that this version of the engine runs. */
function findSamples() {
  const folders = ["docs/playground/samples", "docs/examples", "examples"];
  const programs = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith(".loyalty"))
      .sort()
      .map((name) => join(root, folder, name)),
  );
  return programs.flatMap((path) => sample(path) ?? []);
}

function sample(path) {
  const rules = readFileSync(path, "utf8");
  let program;
  try {
    program = Program.compile(rules, { secret: SECRET });
  } catch (error) {
    if (error.name !== "RulesError") throw error;
    console.log(`left out: ${relative(root, path)} (${error.diagnostics[0].code}: ${error.diagnostics[0].message})`);
    return null;
  }
  const name = relative(root, path).replace(/\.loyalty$/, "").replaceAll(/[^A-Za-z0-9]+/g, "-");
  const events = historyOf(path, program);
  const member = events.length > 0 ? String(JSON.parse(events[0]).member ?? "m-1") : "m-1";
  return { name, title: program.title, rules, events, member, joined: "", until: "" };
}

/** The events beside a program: `NAME.events.jsonl`, or what its folder holds as `events.jsonl.gz`. */
function historyOf(path, program) {
  const own = path.replace(/\.loyalty$/, ".events.jsonl");
  if (existsSync(own)) return lines(readFileSync(own, "utf8"));
  const shared = join(path, "../events.jsonl.gz");
  return existsSync(shared) ? fewMembers(program, lines(gunzipSync(readFileSync(shared)).toString("utf8"))) : [];
}

/** Whether a member earns anything by some events. */
function earns(program, member, events) {
  const state = program.enroll(member, JSON.parse(events[0]).at);
  return events.some((event) => {
    try {
      return program.apply(state, event).decisions.some(({ kind }) => kind === "earned");
    } catch (error) {
      // What the program refuses earns nothing; the page shows it as refused.
      if (error.name === "EventError") return false;
      throw error;
    }
  });
}

function lines(text) {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** The events of those members who earn something and to whom the most different things happened, in the order of the file. */
function fewMembers(program, all) {
  const members = new Map();
  for (const line of all) {
    const { member, type } = JSON.parse(line);
    const known = members.get(member) ?? { own: [], types: new Set() };
    known.own.push(line);
    known.types.add(type);
    members.set(member, known);
  }
  const fitting = [...members].filter(([, { own }]) => own.length <= EVENTS_MAX / MEMBERS_MAX);
  fitting.sort(([, one], [, other]) => other.types.size - one.types.size || other.own.length - one.own.length);
  const chosen = new Set();
  for (const [member, { own }] of fitting) {
    if (chosen.size < MEMBERS_MAX && earns(program, member, own)) chosen.add(member);
  }
  return all.filter((line) => chosen.has(JSON.parse(line).member));
}
