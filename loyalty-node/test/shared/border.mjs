// What the border between JavaScript and the core adds, beside what the corpus shows: values in and out, errors and their
// properties, arguments of wrong types. Lists of tests, so that a browser can run them too.

import { bytesTests } from "./border/bytes.mjs";
import { historyTests } from "./border/histories.mjs";
import { memberTests } from "./border/members.mjs";
import { programTests } from "./border/programs.mjs";
import { JOINED, TEXT } from "./border/shop.mjs";
import { totalTests } from "./border/totals.mjs";
import { valueTests } from "./border/values.mjs";

/** The tests by name. `assert` is Node's, or what does the same in a browser. */
export function borderTests(loyalty, assert) {
  const { Program } = loyalty;
  const start = () => {
    const program = Program.compile(TEXT);
    return { program, member: program.enroll("m-1", JOINED) };
  };
  /** The error that a call throws, whose class and properties are as said. */
  const refused = (call, Class, properties = {}) => {
    let error;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    assert.ok(error instanceof Class, `expected a ${Class.name}, found ${error?.name}: ${error?.message}`);
    assert.ok(error instanceof Error);
    for (const [name, value] of Object.entries(properties)) assert.deepEqual(error[name], value);
    return error;
  };
  const amounts = (outcome) => outcome.decisions.map(({ amount }) => amount);
  const tools = { amounts, assert, refused, start };
  const lists = [programTests, memberTests, valueTests, bytesTests, historyTests, totalTests];
  return Object.assign({}, ...lists.map((tests) => tests(loyalty, tools)));
}
