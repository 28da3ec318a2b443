"use strict";
// How a history is played: on threads of the core's, where there are such, or part by part on the only one.

const { ready } = require("./core.js");
const { toldLater } = require("./errors.js");

/**
 * What `begin` has the core play, unless that is unwanted before it is done.
 * @param begin asks the core; is given what stops a core with threads
 */
async function played(begin, unwanted) {
  const { Stop } = ready();
  const stop = Stop && new Stop();
  if (stop) unwanted.heard(() => stop.stop());
  let playing;
  try {
    playing = await toldLater(() => begin(stop));
    unwanted.check();
    if (playing.step === undefined) return playing;
    while (playing.step()) {
      await turn();
      unwanted.check();
    }
    return playing.finish();
  } catch (thrown) {
    playing?.free();
    // A state that is no state, too, is of no interest then.
    unwanted.check();
    throw thrown;
  }
}

/** Lets everything run that waits. Timers wait for longer, and in a page that nobody sees for a second. */
function turn() {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else if (typeof MessageChannel === "function") {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (port1.close(), resolve());
      port2.postMessage(null);
    } else setTimeout(resolve);
  });
}

module.exports = { played, turn };
