// How the library is used from TypeScript: what is right compiles, what is wrong does not. `tsc` reads it, nobody runs it.

import { check, EventError, eventHead, format, init, Member, Program, Replay, RulesError, StateError } from "loyalty-rules";
import type { Decision, Diagnostic, Event, EventObject, Explanation, Migrated, Migration, Outcome, Policy, Summary, TestResult, View } from "loyalty-rules";

await init();

const program: Program = Program.compile("program \"Shop\" {}", { name: "shop.loyalty" });
const [title, version, warnings]: [string, number, Diagnostic[]] = [program.title, program.version, program.warnings];
const member: Member = program.enroll("m-1", new Date());
const [revision, due]: [number, string | null] = [member.revision, member.nextDue];

const order: EventObject = { type: "order", id: 7n, at: new Date(), subtotal: 19.99, lines: [{ id: 1, amount: "19.99" }] };
const outcome: Outcome = program.apply(member, order, { now: new Date() });
program.apply(member, JSON.stringify(order));
program.apply(member, Buffer.from(JSON.stringify(order)), { now: "2026-01-01T00:00:00Z" });
const decision: Decision | undefined = outcome.decisions[0];
const amount: string | undefined = decision?.amount;
const further: unknown = decision?.["vests_at"];
const event: Event = new Uint8Array();
const why: Explanation = program.explain(member, event);
const view: View = program.view(member);
const balance: string | undefined = view.wallets["points"]?.available;
program.advance(member, "2026-01-01T00:00:00Z").decisions.map(({ kind }) => kind.length);

const state: string = member.save();
const bytes: Uint8Array = member.saveBinary();
const whose: string | null = eventHead(order).member;
const migration: Migration | null = program.load(state).migration;
program.load(bytes).copy().close();

const [kept]: [Outcome, Outcome] = program.merge(member, program.enroll("m-2", "2026-01-01T00:00:00Z"), new Date());
const paid: Outcome[] = program.poolSpend([member], { id: "p-1", wallet: "points", points: 10n, at: new Date() });
program.poolGiveBack([member], { id: "r-1", payment: "p-1", at: new Date() }).concat(paid, kept);
program.apply(member, program.sendBack(order));
const migrated: Migrated = program.migrate(program, member, new Date());
const held: unknown = program.export(migrated.member)["wallets"];
const erased: Outcome = program.erase(member, "gone", new Date());

const tests: TestResult[] = program.runTests();
const policies: Policy[] = program.policies();
const replay: Replay = await program.replay([order, "{}", event], { outcomes: true, until: new Date() });
const summary: Summary = replay.summary;
const after: Member | undefined = replay.member("m-1");
replay.refused.map(({ line, error }) => line.toFixed() + error.code);

try {
  format("", { name: "shop.loyalty" });
} catch (error) {
  if (error instanceof RulesError) error.diagnostics.map(({ code, span }) => code.slice(span.start, span.end));
  else if (error instanceof EventError) (error.field ?? "").toUpperCase();
  else if (error instanceof StateError) error.message.toUpperCase();
}
const found: Diagnostic[] = check("");

// @ts-expect-error: nobody makes a program but `compile`
new Program();
// @ts-expect-error: nor a member but a program
new Member();
// @ts-expect-error: nor an error but the library
new EventError();
// @ts-expect-error: an unknown option
program.apply(member, order, { nwo: new Date() });
// @ts-expect-error: the instant alone is no option
program.apply(member, order, new Date());
// @ts-expect-error: an event without an id
program.apply(member, { type: "order", at: new Date() });
// @ts-expect-error: a number is no instant
program.advance(member, 7);
// @ts-expect-error: state is what was saved, not an object of it
program.load({});
// @ts-expect-error: a revision is read only
member.revision = 7;
// @ts-expect-error: amounts are strings
const wrong: number | undefined = decision?.amount;

export { after, amount, balance, due, found, further, migration, policies, revision, summary, tests, title, version, warnings, whose, why, wrong };
