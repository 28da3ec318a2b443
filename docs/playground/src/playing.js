// Plays a history while somebody works on the page: for half a frame at once, and then whatever waits has its turn.
//
// A worker would do it beside the page, with an engine of its own, and all that it has played would have to be copied over. In pieces
// nothing is, and the states from which a step is explained stay at hand.

import { playInSteps } from "./play.js";

/** So long it plays at once, in milliseconds. */
const PIECE = 8;
/** Histories of up to so many events are there at once, whatever they take, but for the instants at which time does much. */
const SHORT = 100;
const TURNS_AT_ONCE = 250;
/** After so long in milliseconds, one wants to know that something is being done. */
const PATIENCE = 150;

/** Plays one history at a time: the next one takes the place of the one before, which is heard of no more. */
export class Player {
  #run = null;
  #tell;

  /** @param tell called with `{ played, of }` while a history takes long, and with null when none does any more */
  constructor(tell) {
    this.#tell = tell;
  }

  get busy() {
    return this.#run !== null;
  }

  /**
   * Plays a history, and calls `done` with what it came to: before this returns if it is short. Throws what playing throws; where the
   * member itself is refused, the history before goes on.
   */
  play(program, history, done) {
    const of = history.lines.length;
    const turns = playInSteps(program, history);
    const first = turns.next();
    this.stop();
    this.#run = { turns, done, of, since: performance.now(), told: false };
    this.#piece(this.#run, { first, atOnce: of <= SHORT ? TURNS_AT_ONCE : 0 });
  }

  /** Drops what is being played. */
  stop() {
    const run = this.#run;
    this.#run = null;
    if (run?.told) this.#tell(null);
    run?.turns.return();
  }

  #piece(run, { first, atOnce = 0 } = {}) {
    const until = performance.now() + PIECE;
    let number = 0;
    try {
      do {
        const { done, value } = number === 0 && first ? first : run.turns.next();
        if (done) {
          this.stop();
          return run.done(value);
        }
        run.played = value;
        number += 1;
      } while (number < atOnce || performance.now() < until);
    } catch (error) {
      if (this.#run === run) this.stop();
      throw error;
    }
    if (performance.now() - run.since > PATIENCE) {
      run.told = true;
      this.#tell({ played: run.played, of: run.of });
    }
    soon(() => {
      if (this.#run === run) this.#piece(run);
    });
  }
}

const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()();

/** Calls back when what waits has had its turn: keys, the mouse, and drawing. (A timer waits for some milliseconds more.) */
function soon(act) {
  waiting.push(act);
  channel.port2.postMessage(null);
}
