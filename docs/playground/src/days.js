// Days as `YYYY-MM-DD`, where the program is.

/** The days on which the engine takes instants, less one at each end: where they begin differs from zone to zone. */
export const FIRST = "1970-01-02";
export const LAST = "2199-12-30";

/** Whether a field holds a day that the engine knows, or none. */
export const isDay = (day) => day === "" || (day >= FIRST && day <= LAST);

/** The same day some months later, or the last of its month where that one is shorter; no later than the last of all days. */
export function later(day, months) {
  const [year, month, date] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0));
  last.setUTCDate(Math.min(date, last.getUTCDate()));
  const found = last.toISOString().slice(0, 10);
  return found > LAST ? LAST : found;
}

const SECOND = 1000;
/** No zone is further from UTC. */
const FURTHEST = 14 * 3600 * SECOND;

/**
 * How the engine writes an instant in the time of a program, which knows its zone.
 * @param program the program, or null for one that there is not yet
 */
export function localTime(program, instant) {
  if (program === null) return instant;
  const nobody = program.enroll("nobody", instant);
  try {
    return program.view(nobody).at;
  } finally {
    nobody.close();
  }
}

/** The instant with which a day begins where a program is: midnight, or what comes next where clocks go forward over it. */
export const startOf = (day, program) => written(beginning(day, program), program);

/** The last second of a day where a program is. */
export function endOf(day, program) {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 24 * 3600 * SECOND).toISOString().slice(0, 10);
  return written(beginning(next, program) - SECOND, program);
}

const written = (at, program) => localTime(program, new Date(at).toISOString().replace(".000Z", "Z"));

function beginning(day, program) {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const clock = (at) => Date.parse(`${written(at, program).slice(0, 19)}Z`);
  const offset = (at) => clock(at) - at;
  // Clocks may be changed in that very night: midnight by those of before and by those of after, and which of them begins the day.
  const found = [midnight - FURTHEST, midnight + FURTHEST].map((at) => midnight - offset(at));
  return found.find((at) => clock(at) >= midnight && clock(at - SECOND) < midnight) ?? found[0];
}
