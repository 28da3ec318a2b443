// How the library is used from TypeScript: what is right compiles, what is wrong does not. `tsc` reads it, nobody runs it.

import { check, EventError, eventHead, format, init, Member, Program, Replay, RulesError, StateError } from "loyalty-rules";
import type { Decision, Diagnostic, Event, EventObject, Explanation, Migrated, Migration, Outcome, Policy, RefusalCode, Summary, Suppression, TestResult, View } from "loyalty-rules";

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
const further: string | undefined = decision?.kind === "earned" ? decision.vests_at : undefined;
const gift: string | undefined = decision?.kind === "earned" ? decision.because[0]?.coupon : undefined;
const taken: string[] = decision?.kind === "spent" ? decision.from.map(({ amount }) => amount) : [];
if (decision?.kind === "transferred") program.apply(member, decision.event);
const event: Event = new Uint8Array();
const why: Explanation = program.explain(member, event);
const view: View = program.view(member);
const balance: string | undefined = view.wallets["points"]?.available;
const came: string | undefined = view.wallets["points"]?.transferred_in;
const ends: string | undefined = view.wallets["points"]?.expiring[0]?.expires_at;
const level: string | undefined = view.tiers["status"]?.next?.level;
const coupons: string[] | undefined = view.coupons?.map(({ coupon, state }) => coupon + state);
const rule: string | undefined = why.silent[0]?.reasons[0]?.parts?.[0]?.said;
const step: string | undefined = why.decisions.flatMap((told) => (told.kind === "earned" ? told.because : []))[0]?.steps?.[0]?.exact;
// Reasons are of closed lists, and so are the codes of refusals, of which later versions may have more.
const gone: "lapsed" | "not_vested" | undefined = decision?.kind === "expired" ? decision.reason : undefined;
// @ts-expect-error there is no such reason
if (decision?.kind === "expired") decision.reason === "expired";
const unsaid: Suppression | undefined = decision?.kind === "message_suppressed" ? decision.reason : undefined;
const refusals: Record<RefusalCode, string> = {} as Record<RefusalCode, string>;
const advice = (error: EventError): string | undefined => (error.code in refusals ? refusals[error.code as RefusalCode] : error.code === "one_of_tomorrow" ? "" : undefined);
program.advance(member, "2026-01-01T00:00:00Z").decisions.map(({ kind }) => kind.length);

// An event of a type of one's own, and of a class.
interface MyOrder {
  type: "order";
  id: string;
  at: Date;
  subtotal: string;
}
class Visit {
  readonly type = "visit";
  constructor(readonly id: number, readonly at: Date, readonly shop: string) {}
}
const mine: MyOrder = { type: "order", id: "o-2", at: new Date(), subtotal: "12.50" };
const either: Event = mine;
program.apply(member, mine);
program.apply(member, either);
program.apply(member, { type: "order", id: "o-3", at: new Date(), subtotal: "12.50" });
program.explain(member, new Visit(7, new Date(), "Berlin"));
program.replay([mine, mine]).then(({ summary }) => summary.wallets["points"]?.transferred_in);
program.replay([{ type: "order", id: "o-3", at: new Date(), subtotal: "12.50" }]);
interface MyCart {
  at: Date;
  lines: { unit_price: string; quantity: number }[];
}
const cart: MyCart = { at: new Date(), lines: [{ unit_price: "4.50", quantity: 2 }] };
const net: string | undefined = program.quote(member, cart).lines[0]?.net;
program.quote(member, { at: new Date(), coupons: ["WEEKEND20"], lines: [] });
program.broadcastEstimate({ type: "broadcast", at: new Date(), message: "news" });

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
// @ts-expect-error: nor one of a type of one's own
program.apply(member, { subtotal: "1.00" } as Pick<MyOrder, "subtotal">);
// @ts-expect-error: a key of another kind of decision
if (decision?.kind === "tagged") decision.because;
// @ts-expect-error: a key that no wallet has
view.wallets["points"]?.balance;
// @ts-expect-error: a number is no instant
program.advance(member, 7);
// @ts-expect-error: state is what was saved, not an object of it
program.load({});
// @ts-expect-error: a revision is read only
member.revision = 7;
// @ts-expect-error: amounts are strings
const wrong: number | undefined = decision?.amount;

export { after, amount, balance, came, coupons, due, ends, found, further, level, migration, net, policies, revision, rule, step, summary, taken, tests, title, version, warnings, whose, why, gift, wrong };
