// What lies on the page: what it shows, what became of it, and what somebody has done with it. Every part of the page looks here, and
// nothing here looks at a part.

import { Marks } from "./marks.js";
import { empty } from "./state.js";

export const $ = (id) => document.getElementById(id);

export const desk = {
  /** What a link holds: the rules, the events, the member, its days. */
  state: empty(),
  /** The last program that was right, the histories of its tests, and what it says of its declarations, by name. */
  program: null,
  histories: [],
  docs: new Map(),
  /** What was played last, as it is drawn, with the program that played it. */
  shown: null,
  editor: null,
  /**
   * Whose work it is: that of a sample by its name, of a draft by its id, or of neither, which is what a link holds. With `test`, the events
   * are those of a test and nobody's work.
   */
  source: {},
  /** The page of the steps that is drawn, and what somebody has left at them. */
  page: 0,
  marks: new Marks(),
  /** Whether the events stand there as lines. */
  asText: false,
};

/** Another history is looked at from its beginning, or one that has been looked at before with the marks that were left there. */
export function fresh(marks = new Marks()) {
  desk.marks = marks;
  desk.page = 0;
}

/** Waits until nothing has asked for a while. */
export function calmly(wait, act) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, wait);
  };
}
