// What the browser keeps between two visits: colours, the language, and one's own work; and of this tab alone, until it is closed.

/** The text that is kept under a key, or null; with a value, keeps it and gives whether there was room. */
export const kept = (key, value) => keptIn(() => localStorage, key, value);

/** The same for this tab alone. */
export const keptHere = (key, value) => keptIn(() => sessionStorage, key, value);

function keptIn(storage, key, value) {
  try {
    if (value === undefined) return storage().getItem(`loyalty.${key}`);
    storage().setItem(`loyalty.${key}`, value);
    return true;
  } catch {
    // A page without storage forgets all of it when it is closed.
    return value === undefined ? null : false;
  }
}
