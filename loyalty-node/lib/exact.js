"use strict";
// Calls take the arguments that they name and no further ones. What a call does not know would be passed over in silence, as options
// are that stand where none are taken.

const { getOwnPropertyDescriptors, getPrototypeOf, defineProperty } = Object;
const Later = getPrototypeOf(async () => {});

/** The same call, which refuses arguments beyond those that it names. */
function exact(call) {
  const { length, name } = call;
  const isLate = getPrototypeOf(call) === Later;
  const value = {
    [name](...given) {
      if (given.length > length && given.slice(length).some((further) => further !== undefined)) {
        const takes = length === 0 ? "no argument" : length === 1 ? "one argument" : `${length} arguments`;
        const wrong = new TypeError(`\`${name}\` takes ${takes}, found ${given.length}`);
        if (isLate) return Promise.reject(wrong);
        throw wrong;
      }
      return Reflect.apply(call, this, given);
    },
  }[name];
  return defineProperty(value, "length", { value: length, configurable: true });
}

/** Makes every call of an object or a prototype so, and gives it back. */
function exactly(holder) {
  for (const [name, described] of Object.entries(getOwnPropertyDescriptors(holder))) {
    if (typeof described.value !== "function" || name === "constructor") continue;
    defineProperty(holder, name, { ...described, value: exact(described.value) });
  }
  return holder;
}

/** Makes every call of a class so, and of its objects. */
function exactClass(Class) {
  exactly(Class);
  exactly(Class.prototype);
}

module.exports = { exact, exactClass, exactly };
