// What has the focus among the steps, and how it comes back to the same place when they are drawn anew.

/** Where the focus is: the `key` of a step, the `part` of it, and the `range` that is chosen of a text; null if it is elsewhere. */
export function focusIn(place) {
  const node = document.activeElement;
  const step = place.contains(node) ? node.closest("[data-key]") : null;
  if (step === null) return null;
  const range = node.tagName === "TEXTAREA" ? [node.selectionStart, node.selectionEnd] : null;
  return { key: step.dataset.key, part: node.dataset.part ?? null, range };
}

/** Gives the focus to a part of a step, or to its head where there is no such part. */
export function focusOn(place, { key, part = null, range = null }, options = {}) {
  const step = place.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const node = (part && step?.querySelector(`[data-part="${part}"]`)) ?? step?.querySelector("summary");
  node?.focus(options);
  if (range !== null && node?.tagName === "TEXTAREA") node.setSelectionRange(...range);
}
