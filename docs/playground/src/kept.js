// What the browser keeps between two visits: colours, the language, and one's own work.

/** The text that is kept under a key, or null; with a value, keeps it and gives whether there was room. */
export function kept(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(`loyalty.${key}`);
    localStorage.setItem(`loyalty.${key}`, value);
    return true;
  } catch {
    // A page without storage forgets all of it when it is closed.
    return value === undefined ? null : false;
  }
}
