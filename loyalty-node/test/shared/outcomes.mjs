// That outcomes are the same whether the core tells them in its own form or in JSON, which it does where its form has no place for
// a text. The corpus shows the rest.

const TEXT = `program "Shop" {}
wallet points { vest after 14 days  expire 12 months after earning }
wallet stars { }
rule seen on visit { earn 2 points  earn 1 stars  tag "seen" }
rule large on visit when visits > 2 and mechanics in [points, stars] { earn 3 points }
measure visits = count(visit)
experiment mechanics { points 50%  stars 50% }
`;
const IDS = ["v-1", "a,b", "{", "[", "o", "é", "😀", "\u0001", "a\u0000b", "\u0000"];

/** The tests by name. `assert` is Node's, or what does the same in a browser. */
export function outcomeTests({ Program }, assert) {
  return {
    "an outcome says what its JSON says, whatever texts are in it": async () => {
      const program = Program.compile(TEXT, { secret: "32 random bytes from a safe place" });
      const visit = (id, number) => ({ type: "visit", id, member: "m-1", at: `2026-02-${10 + number}T10:00:00Z` });
      const visits = IDS.map(visit);
      const { outcomes } = await program.replay(visits, { outcomes: true, until: "2027-06-01T00:00:00Z" });
      const member = program.enroll("m-1", visits[0].at);
      const told = [...visits.map((event) => program.apply(member, event)), program.advance(member, "2027-06-01T00:00:00Z")];
      assert.deepEqual(told, outcomes);
      // The same keys in the same order, too.
      assert.deepEqual(told.map((outcome) => JSON.stringify(outcome)), outcomes.map((outcome) => JSON.stringify(outcome)));
      assert.deepEqual(told.slice(0, -1).map(({ event }) => event), IDS);
      assert.ok(told.at(-1).decisions.some(({ kind }) => kind === "vested"));
    },
  };
}
