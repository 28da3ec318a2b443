// The fields above the history: the member, the day on which it joined, and how far time goes.

import { endOf, FIRST, isDay, LAST, later, startOf } from "./days.js";
import { $, desk } from "./desk.js";
import { outOfRange, replay } from "./history.js";
import { fault } from "./notice.js";
import { linesOf, membersOf } from "./play.js";
import { lines } from "./player.js";
import { say, when } from "./words.js";

export function passBy(months) {
  const from = desk.shown?.end.slice(0, 10) ?? "2026-01-01";
  desk.state.until = endOf(later(from, months), desk.program);
  replay();
  if (from >= LAST) fault($("until"), outOfRange());
}

export function passUntil(field) {
  if (field.validity.badInput || !isDay(field.value)) return fault(field, outOfRange());
  const played = desk.shown?.played;
  if (field.value !== "" && played && field.value < played.slice(0, 10)) return fault(field, say("afterEvents", when(played, { time: false })));
  desk.state.until = field.value === "" ? "" : endOf(field.value, desk.program);
  replay();
}

/** Time goes no further than the events. */
export function passNoFurther() {
  desk.state.until = "";
  replay();
}

export function joinOn(field) {
  const { state, program } = desk;
  if (field.validity.badInput || !isDay(field.value)) return fault(field, outOfRange());
  state.joined = field.value === "" ? "" : startOf(field.value, program);
  replay();
  const early = linesOf(lines(), state.member).filter(({ event }) => Date.parse(event?.at) < Date.parse(state.joined)).length;
  if (early > 0) fault(field, say("earlyEvents", early), { taken: true });
}

export function nameMember(field) {
  const { state } = desk;
  const id = field.value.trim();
  const ids = membersOf(lines());
  if (id === "") return fault(field, say("badMember"));
  if (ids.length > 0 && !ids.includes(id)) return fault(field, say("otherMember", ids[0], id));
  const before = state.member;
  state.member = id;
  replay();
  if (field.hasAttribute("aria-invalid")) state.member = before;
}

export function chooseMember(id) {
  Object.assign(desk.state, { member: id, joined: "", until: "" });
  desk.marks.close();
  desk.page = 0;
  replay();
}
