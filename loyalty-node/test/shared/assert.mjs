// As much of Node's `assert` as the tests of the border use, for browsers.

function differ(found, wanted) {
  const shown = (value) => JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part));
  throw new Error(`expected ${shown(wanted)}, found ${shown(found)}`);
}

export function ok(value, message = "expected something true") {
  if (!value) throw new Error(message);
}

export function equal(found, wanted) {
  if (!Object.is(found, wanted)) differ(found, wanted);
}

/** The same value, or objects and lists of the same keys with the same values. */
export function deepEqual(found, wanted) {
  if (Object.is(found, wanted)) return;
  if (typeof found !== "object" || typeof wanted !== "object" || found === null || wanted === null) differ(found, wanted);
  if (Array.isArray(found) !== Array.isArray(wanted)) differ(found, wanted);
  const keys = Object.keys(wanted);
  if (Object.keys(found).length !== keys.length || !keys.every((key) => Object.hasOwn(found, key))) differ(found, wanted);
  for (const key of keys) deepEqual(found[key], wanted[key]);
}

export function match(found, pattern) {
  if (typeof found !== "string" || !pattern.test(found)) throw new Error(`expected ${pattern}, found ${found}`);
}

/** The promise is broken by an error of a class, or by one with such a name or message. */
export async function rejects(promise, expected) {
  let error;
  try {
    await promise;
  } catch (thrown) {
    error = thrown;
  }
  const has = ([key, value]) => error?.[key] === value;
  const right = typeof expected === "function" ? error instanceof expected : Object.entries(expected).every(has);
  if (!right) throw new Error(`expected ${expected.name ?? expected.message}, found ${error}`);
}
