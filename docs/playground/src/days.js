// Days as `YYYY-MM-DD`, where the program is.

/** The days on which the engine takes instants, less one at each end: where they begin differs from zone to zone. */
export const FIRST = "1970-01-02";
export const LAST = "2199-12-30";

/** The same day some months later, or the last of its month where that one is shorter; no later than the last of all days. */
export function later(day, months) {
  const [year, month, date] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0));
  last.setUTCDate(Math.min(date, last.getUTCDate()));
  const found = last.toISOString().slice(0, 10);
  return found > LAST ? LAST : found;
}

/** Midnight with which a day begins in a program's zone. */
export const startOf = (day, rules) => `${day}T00:00:00${offsetOn(day, rules)}`;

/** The last second of a day in a program's zone. */
export const endOf = (day, rules) => `${day}T23:59:59${offsetOn(day, rules)}`;

/** The offset that the zone has on that evening, found by formatting. */
function offsetOn(day, rules) {
  const timeZone = /timezone\s+"([^"]+)"/.exec(rules)?.[1] ?? "UTC";
  try {
    const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(new Date(`${day}T23:59:59Z`));
    return parts.find(({ type }) => type === "timeZoneName").value.replace("GMT", "") || "Z";
  } catch {
    return "Z";
  }
}
