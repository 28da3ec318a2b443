// What somebody has left at the steps: which are open, and what is typed into them and not yet applied. It follows its events when others
// are put in, taken away or moved.

const keyOf = (index) => `e${index}`;

/** The place of the event that a key stands for; none where it stands for time that passes. */
const placeOf = (key) => (/^e\d+$/.test(key) ? Number(key.slice(1)) : undefined);

/** By the keys that `timeline.js` gives to steps. */
export class Marks {
  #open = new Set();
  /** What is typed, and into which line: of another line it says nothing. */
  #typed = new Map();

  isOpen(key) {
    return this.#open.has(key);
  }

  open(key, isOpen = true) {
    this.#open[isOpen ? "add" : "delete"](key);
  }

  /** Closes all of them; what is typed stays. */
  close() {
    this.#open.clear();
  }

  /** What is typed into an event, if anything is. */
  typedInto({ index, text }) {
    const typed = this.#typed.get(keyOf(index));
    return typed?.line === text ? typed.text : undefined;
  }

  type({ index, text: line }, text) {
    this.#typed.set(keyOf(index), { line, text });
  }

  /** What is typed into an event has been applied. */
  apply(index) {
    this.#typed.delete(keyOf(index));
  }

  /** From a place on so many events have gone, and so many others stand there. */
  splice(place, gone, put) {
    this.#follow((index) => {
      if (index >= place + gone) return index + put - gone;
      return index < place + put ? index : null;
    });
  }

  /** An event has gone from one place to another. */
  move(from, to) {
    const [first, last, by] = from < to ? [from + 1, to, -1] : [to, from - 1, 1];
    this.#follow((index) => {
      if (index === from) return to;
      return index >= first && index <= last ? index + by : index;
    });
  }

  /** The lines have been written anew: what stands before and behind all that is another has kept its marks. */
  rewrite(before, after) {
    const most = Math.min(before.length, after.length);
    let head = 0;
    while (head < most && before[head] === after[head]) head += 1;
    let tail = 0;
    while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
    this.splice(head, before.length - head - tail, after.length - head - tail);
  }

  /** Gives each event its new place; null for one that has gone. */
  #follow(to) {
    const moved = (key) => {
      const place = placeOf(key);
      if (place === undefined) return key;
      const next = to(place);
      return next === null ? null : keyOf(next);
    };
    this.#open = new Set([...this.#open].map(moved).filter((key) => key !== null));
    this.#typed = new Map([...this.#typed].map(([key, typed]) => [moved(key), typed]).filter(([key]) => key !== null));
  }
}
