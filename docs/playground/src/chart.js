// A balance over time as a picture: what may be spent as steps, what is pending above it, a mark for each event.

import { element, svg } from "./dom.js";
import { figure } from "./money.js";
import { marks } from "./scale.js";
import { call, isRtl, rough, say, tick, when } from "./words.js";

const HEIGHT = 132;
const EDGE = { top: 10, bottom: 22, start: 40, end: 2 };

/**
 * Draws one wallet.
 * @param points `{ at, available, pending, shown }`, in the order of time
 * @param start the left end of all pictures of the page
 * @param end their right end
 * @param offset how far local days begin before those of UTC, in milliseconds
 * @param unit the currency of a wallet of money
 * @param chosen called with an instant when a point is chosen
 */
export function chart({ name, points }, { start, end, offset, width, number, unit, chosen }) {
  const span = Math.max(end - start, 1);
  const inner = width - EDGE.start - EDGE.end;
  // Time runs in the direction of reading.
  const x = (at) => {
    const along = EDGE.start + ((Math.min(Math.max(at, start), end) - start) / span) * inner;
    return isRtl() ? width - along : along;
  };
  const highest = Math.max(...points.map(({ available, pending }) => available + pending));
  const most = highest > 0 ? highest : 1;
  const least = Math.min(0, ...points.map(({ available }) => available));
  const whole = points.every(({ available, pending }) => Number.isInteger(available) && Number.isInteger(pending));
  const tall = HEIGHT - EDGE.top - EDGE.bottom;
  const y = (value) => EDGE.top + (1 - (value - least) / (most - least)) * tall;
  const area = (value, base) => {
    let path = "";
    points.forEach((point, index) => {
      const next = points[index + 1]?.at ?? end;
      path += `${index === 0 ? "M" : "L"}${round(x(point.at))},${round(y(value(point)))}H${round(x(next))}`;
    });
    for (let index = points.length - 1; index >= 0 && base; index -= 1) {
      const next = points[index + 1]?.at ?? end;
      path += `L${round(x(next))},${round(y(base(points[index])))}H${round(x(points[index].at))}`;
    }
    return base ? `${path}Z` : path;
  };
  const zero = () => 0;
  const available = ({ available }) => available;
  const both = ({ available, pending }) => available + pending;
  const waiting = points.some(({ pending }) => pending > 0);
  const cursor = svg("line", { class: "cursor", y1: EDGE.top, y2: HEIGHT - EDGE.bottom, hidden: true });
  const dot = svg("circle", { class: "dot", r: 4, hidden: true });
  const ticks = ticksOf(start + offset, end + offset, width).map((mark) => ({ ...mark, at: mark.at - offset }));
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, class: `chart series-${number % 6}`, role: "img", "aria-label": label(name, points, end, unit) },
    marks(least, most, { whole }).map((value) =>
      svg("g", { class: value === 0 ? "level is-zero" : "level" },
        svg("line", { x1: x(start), x2: x(end), y1: y(value), y2: y(value) }),
        // The figures stand where reading begins, beside the picture.
        svg("text", { x: isRtl() ? width - EDGE.start + 7 : EDGE.start - 7, y: y(value) + 4, "text-anchor": isRtl() ? "start" : "end", direction: "ltr" }, rough(value))),
    ),
    ticks.map(({ at, text, anchor }) =>
      svg("g", { class: "tick" },
        svg("line", { x1: x(at), x2: x(at), y1: HEIGHT - EDGE.bottom, y2: HEIGHT - EDGE.bottom + 4 }),
        svg("text", { x: x(at), y: HEIGHT - 5, "text-anchor": anchor, direction: isRtl() ? "rtl" : "ltr" }, text)),
    ),
    waiting ? svg("path", { class: "pending", d: area(both, available) }) : null,
    svg("path", { class: "area", d: area(available, zero) }),
    svg("path", { class: "line", d: area(available, null) }),
    cursor,
    dot,
  );
  const reading = element("output", { class: "reading" });
  let at = points.length - 1;
  const show = (index, loud) => {
    at = Math.min(Math.max(index, 0), points.length - 1);
    const point = points[at];
    if (!point) return;
    for (const mark of [cursor, dot]) mark.removeAttribute("hidden");
    cursor.setAttribute("x1", x(point.at));
    cursor.setAttribute("x2", x(point.at));
    dot.setAttribute("cx", x(point.at));
    dot.setAttribute("cy", y(point.available));
    reading.textContent = told(point, unit);
    if (loud) chosen(point.at);
  };
  const hide = () => {
    for (const mark of [cursor, dot]) mark.setAttribute("hidden", "");
    reading.textContent = "";
  };
  const nearest = (event) => {
    const box = drawing.getBoundingClientRect();
    const along = ((event.clientX - box.left) / box.width) * width;
    const wanted = isRtl() ? width - along : along;
    const time = start + ((wanted - EDGE.start) / inner) * span;
    let index = 0;
    points.forEach((point, number) => {
      if (point.at <= time) index = number;
    });
    return index;
  };
  const place = element(
    "div",
    {
      class: "figure",
      tabindex: 0,
      role: "group",
      "aria-label": `${label(name, points, end, unit)} ${say("points")}`,
      onpointermove: (event) => show(nearest(event)),
      onpointerleave: hide,
      onclick: (event) => show(nearest(event), true),
      onfocus: () => show(at),
      onblur: hide,
      onkeydown: (event) => {
        const forward = isRtl() ? "ArrowLeft" : "ArrowRight";
        const back = isRtl() ? "ArrowRight" : "ArrowLeft";
        const moves = { [forward]: at + 1, [back]: at - 1, Home: 0, End: points.length - 1 };
        if (event.key in moves) show(moves[event.key]);
        else if (event.key === "Enter") show(at, true);
        else return;
        event.preventDefault();
      },
    },
    drawing,
    reading,
    // Two areas over each other need their names.
    waiting ? element("ul", { class: "legend" }, ["available", "pending"].map((key) => element("li", { class: `is-${key}` }, call("key", key)))) : null,
  );
  return place;
}

function told({ shown }, unit) {
  const { available, pending, debt, at } = shown;
  const digits = (value) => figure(value, unit);
  const parts = [digits(available)];
  if (pending !== "0") parts.push(`${digits(pending)} ${say("key").pending}`);
  if (debt !== "0") parts.push(`${digits(debt)} ${say("key").debt}`);
  return at ? `${when(at)}: ${parts.join(" · ")}` : parts.join(" · ");
}

function label(name, points, end, unit) {
  const last = points.at(-1);
  const from = points[0] ? tick(points[0].at, true) : "";
  return `${say("balanceOver", name, from, tick(end, true))}. ${last ? told(last, unit) : ""}`;
}

const round = (value) => Math.round(value * 10) / 10;

const DAY = 86_400_000;

/** A few marks at the beginnings of days, months or years, as many as there is room for. */
function ticksOf(start, end, width) {
  const room = Math.max(2, Math.floor(width / 110));
  const span = end - start;
  const long = span > 300 * DAY;
  const months = [1, 2, 3, 6, 12, 24, 60, 120].find((step) => span / (step * 30.4 * DAY) <= room) ?? 240;
  const marks = [];
  if (span > 45 * DAY) {
    const first = new Date(start);
    for (let month = Math.ceil((first.getUTCMonth() + 1) / months) * months; marks.length < 20; month += months) {
      const at = Date.UTC(first.getUTCFullYear(), month, 1);
      if (at > end) break;
      marks.push(at);
    }
  } else {
    const step = Math.max(1, Math.ceil(span / DAY / room)) * DAY;
    for (let at = Math.ceil(start / DAY) * DAY; at <= end && marks.length < 20; at += step) marks.push(at);
  }
  return marks.map((at) => {
    const along = (at - start) / Math.max(span, 1);
    const anchor = along < 0.06 ? "start" : along > 0.94 ? "end" : "middle";
    return { at, text: tick(at, long), anchor };
  });
}
