// A real year, played in Node, comes to what the command line says of it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import { Program } from "loyalty-rules";

import { ROOT } from "./shared/files.mjs";

for (const name of ["grocery", "wholesaler"]) {
  test(`the ${name}'s year is that of the command line`, async () => {
    const folder = join("examples", name);
    const [rules, events] = [join(folder, `${name}.loyalty`), join(folder, "events.jsonl.gz")];
    const run = ["run", "--quiet", "--locked", "--package", "loyalty-cli", "--", "run", rules, "--events", events, "--json"];
    const told = JSON.parse(execFileSync("cargo", run, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));

    const program = Program.compile(readFileSync(join(ROOT, rules), "utf8"), { name: rules });
    let ticks = 0;
    const clock = setInterval(() => (ticks += 1), 5);
    const replay = await program.replay(gunzipSync(readFileSync(join(ROOT, events))));
    clearInterval(clock);
    // A history in memory is no file.
    for (const refusal of told.refusals) {
      refusal.first = refusal.first.map(({ place, ...first }) => ({ ...first, line: Number(place.split(":").at(-1)) }));
    }
    const { wallets, ...counts } = replay.summary;
    assert.deepEqual(wallets, told.wallets);
    for (const [key, value] of Object.entries(counts)) assert.deepEqual(value, told[key], key);
    const codes = replay.refused.map(({ error }) => error.code);
    for (const { reason, count } of told.refusals) assert.equal(codes.filter((code) => code === reason).length, count, reason);
    assert.ok(ticks > 0, "the event loop went on meanwhile");
    console.log(`${name}: ${counts.events} events of ${counts.members} members, ${counts.refused} refused`);
  });
}
