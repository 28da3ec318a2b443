// The page: a program, a member and its events on one side, what becomes of them on the other.

import { endOf, later, startOf } from "./days.js";
import { element } from "./dom.js";
import { makeEditor } from "./editor.js";
import { check, compile as compiled, events as eventsOf, format, load, outline, records, scenarios, usesChance } from "./engine.js";
import { readFile } from "./files.js";
import { eventsIn, linesIn } from "./json.js";
import { showMember } from "./member.js";
import { linesOf, membersOf, play, readLines } from "./play.js";
import { failures, showProblems } from "./problems.js";
import { decode, empty, encode, LETTERS_MAX, LINK_MAX } from "./state.js";
import { template } from "./template.js";
import { showSteps } from "./timeline.js";
import { isRtl, languages, nameOf, say, speak, spoken } from "./words.js";

const $ = (id) => document.getElementById(id);
const samples = globalThis.LOYALTY_SAMPLES ?? [];

const state = empty();
/** The last program that was right, and what is drawn of it. */
let program = null;
let histories = [];
/** The currencies of wallets of money, by name. */
let units = new Map();
let shown = null;
let editor;
let asText = false;
const open = new Set();

/** Waits until nothing has asked for a while. */
function calmly(wait, act) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, wait);
  };
}

// --- The program -------------------------------------------------------------------------------------------------------

function compile() {
  const text = editor.text();
  state.rules = text;
  const found = check(text.toWellFormed());
  let tests = null;
  let next = null;
  if (!found.some(({ severity }) => severity === "error")) {
    next = compiled(text);
    tests = next.runTests();
  }
  const all = [...found, ...(tests ? failures(tests, text) : [])];
  editor.show(all);
  showProblems($("problems"), { found: all, tests, jump: editor.jump, mend: editor.mend });
  $("stale").hidden = next !== null;
  $("result").classList.toggle("is-stale", next === null);
  if (next) {
    program?.close();
    program = next;
    histories = scenarios(text);
    const money = outline(text).filter(({ kind, detail }) => kind === "wallet" && /^holds [A-Z]{3}$/.test(detail));
    units = new Map(money.map(({ name, detail }) => [name, detail.slice("holds ".length)]));
    fillHistories();
    fillEvents();
    $("chance").hidden = !usesChance(text);
  }
  replay();
}

// --- The history -------------------------------------------------------------------------------------------------------

let read = { texts: [], lines: [] };

/** The lines of the list, read once for as long as they stay what they are: there may be tens of thousands. */
function lines() {
  const same = read.texts.length === state.events.length && read.texts.every((text, index) => text === state.events[index]);
  if (!same) read = { texts: [...state.events], lines: readLines(state.events) };
  return read.lines;
}

function replay() {
  saveLater();
  if (!program) return;
  const all = lines();
  fillMembers(membersOf(all));
  const mine = linesOf(all, state.member);
  let played;
  try {
    played = play(program, { ...state, lines: mine });
  } catch (error) {
    if (error.name !== "EventError") throw error;
    // The member itself is refused: its id, or the instant at which it joins.
    $("steps").replaceChildren(element("li", { class: "empty", role: "alert" }, error.message));
    $("member-view").replaceChildren();
    return;
  }
  shown?.member.close();
  shown = played;
  draw();
}

function draw() {
  if (!shown) return;
  const width = Math.max(260, Math.min($("member-view").clientWidth - 34, 900));
  showMember($("member-view"), shown, { width, chosen: reveal, units });
  const none = shown.steps.length === 0;
  showSteps($("steps"), shown.steps, { open, actions });
  if (none) $("steps").append(element("li", { class: "empty" }, say("noEvents")));
  if (shown.left > 0) $("steps").append(element("li", { class: "empty" }, say("moreLeft", shown.left)));
  $("joined").value = (state.joined || shown.view.enrolled_at).slice(0, 10);
  $("until").value = shown.end.slice(0, 10);
  showLines();
}

function showLines() {
  if (asText && document.activeElement !== $("lines")) $("lines").value = state.events.join("\n");
}

/** Opens the last step at or before an instant. */
function reveal(at) {
  const steps = [...document.querySelectorAll(".step")].filter((step) => Number(step.dataset.at) <= at);
  const step = steps.at(-1);
  if (!step) return;
  step.open = true;
  step.scrollIntoView({ block: "nearest" });
  step.querySelector("summary").focus();
}

const actions = {
  jumpToLine(line) {
    showPanel("rules");
    editor.jumpToLine(line);
  },
  replace(index, text) {
    state.events.splice(index, 1, ...linesIn(text));
    replay();
  },
  remove(index) {
    state.events.splice(index, 1);
    open.delete(`e${index}`);
    replay();
  },
  move(index, by) {
    const to = index + by;
    if (to < 0 || to >= state.events.length) return;
    const [line] = state.events.splice(index, 1);
    state.events.splice(to, 0, line);
    const [from, into] = [`e${index}`, `e${to}`];
    const was = [open.has(from), open.has(into)];
    open[was[0] ? "add" : "delete"](into);
    open[was[1] ? "add" : "delete"](from);
    replay();
    document.querySelector(`[data-key="${into}"] summary`)?.focus();
  },
  toggled(key, isOpen) {
    open[isOpen ? "add" : "delete"](key);
  },
};

function fillMembers(ids) {
  if (ids.length > 0 && !ids.includes(state.member)) [state.member] = ids;
  const many = ids.length > 1;
  $("member").hidden = many;
  $("members").hidden = !many;
  $("member").value = state.member;
  if (!many) return;
  const known = [...$("members").options].map(({ value }) => value);
  if (known.length !== ids.length || known.some((id, index) => id !== ids[index])) {
    $("members").replaceChildren(...ids.map((id) => element("option", { value: id }, id)));
  }
  $("members").value = state.member;
}

function fillHistories() {
  const place = $("histories");
  place.hidden = histories.length === 0;
  place.replaceChildren(
    element("option", { value: "" }, say("historyFrom")),
    ...histories.map(({ title }, index) => element("option", { value: index }, title)),
  );
}

function fillEvents() {
  const symbols = eventsOf(state.rules);
  $("add").replaceChildren(
    element("option", { value: "" }, say("add")),
    ...symbols.map(({ name, docs }) => element("option", { value: name, title: docs }, name)),
  );
}

function passBy(months) {
  state.until = endOf(later((shown?.end ?? "2026-01-01").slice(0, 10), months), state.rules);
  replay();
}

function addEvent(name) {
  const symbols = eventsOf(state.rules);
  const symbol = symbols.find((event) => event.name === name);
  if (!symbol) return;
  const { member } = lines().find(({ event }) => event?.member !== undefined)?.event ?? {};
  const lists = new Map(records(state.rules).map(({ name, fields }) => [name, fields]));
  const text = template(symbol, { records: lists, rules: state.rules, lines: linesOf(lines(), state.member) });
  const line = member === undefined ? text : JSON.stringify({ ...JSON.parse(text), member: state.member });
  state.events.push(line);
  open.clear();
  open.add(`e${state.events.length - 1}`);
  replay();
  document.querySelector(`[data-key="e${state.events.length - 1}"] summary`)?.focus();
}

// --- Files -------------------------------------------------------------------------------------------------------------

async function openFile(file) {
  const { text, events, fault } = await readFile(file);
  notice(fault ? say(fault, file.name) : "");
  if (fault) return;
  if (text !== undefined) {
    editor.replace(text);
    return;
  }
  Object.assign(state, { events, until: "", joined: "" });
  open.clear();
  replay();
}

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  element("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

// --- The address -------------------------------------------------------------------------------------------------------

let written = "";

async function writeAddress() {
  const letters = state.events.reduce((sum, line) => sum + line.length, state.rules.length);
  const fragment = letters <= LETTERS_MAX ? await encode(state) : "";
  const fits = fragment !== "" && fragment.length <= LINK_MAX;
  written = fits ? fragment : "";
  history.replaceState(null, "", fits ? `#${fragment}` : location.pathname + location.search);
  return fits;
}

const saveLater = calmly(250, writeAddress);

async function readAddress() {
  const fragment = location.hash.slice(1);
  if (fragment === written && fragment !== "") return;
  const found = await decode(fragment);
  const [, wanted] = /^sample=(.*)$/.exec(fragment) ?? [];
  const asked = samples.find(({ name }) => name === wanted);
  const sample = asked ?? samples[0];
  show(found ?? sample ?? empty());
  if (wanted !== undefined && !asked) notice(say("badSample", plainly(wanted)));
  else if (fragment !== "" && !found && !asked) notice(say("badLink"));
  else notice("");
  $("sample").value = found ? "" : (sample?.name ?? "");
}

/** A piece of an address as people read it. */
function plainly(piece) {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

function show({ rules, events, member, joined, until }) {
  Object.assign(state, { rules, events: [...events], member, joined, until });
  open.clear();
  editor.replace(rules);
  compile();
  // A program without a history is shown at work by the longest of its own tests.
  const [longest] = [...histories].sort((one, other) => other.events.length - one.events.length);
  if (events.length === 0 && longest) playTest(longest);
}

function playTest({ events, enrolled, until }) {
  Object.assign(state, { events: [...events], member: "m-1", joined: enrolled, until });
  open.clear();
  replay();
}

async function share() {
  if (!(await writeAddress())) return tell(say("tooLong"));
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    // Without leave for the clipboard the link still stands in the address bar.
  }
  tell(say("copied"));
}

/** What went wrong, to be seen until it is closed or something else is opened. */
function notice(text) {
  $("notice").hidden = text === "";
  $("notice-text").textContent = text;
}

function tell(text) {
  const toast = $("toast");
  toast.textContent = text;
  toast.classList.add("is-shown");
  setTimeout(() => toast.classList.remove("is-shown"), 4000);
}

// --- Language, colours, panels -----------------------------------------------------------------------------------------

function translate() {
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.tagName === "BUTTON") node.title = say(node.dataset.label);
  }
  document.title = say("title");
  $("as-text").textContent = say(asText ? "asList" : "asText");
  editor.relabel(say("rules"));
  fillSamples();
  if (program) {
    fillHistories();
    fillEvents();
    compile();
  }
}

function fillSamples() {
  const chosen = $("sample").value;
  $("sample").replaceChildren(
    element("option", { value: "" }, say("own")),
    ...samples.map(({ name, title }) => element("option", { value: name }, title)),
  );
  $("sample").value = chosen;
}

function kept(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(`loyalty.${key}`);
    localStorage.setItem(`loyalty.${key}`, value);
  } catch {
    // A page without storage forgets its colours, and nothing else.
  }
  return null;
}

const THEMES = ["auto", "light", "dark"];

function paint(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").value = theme;
  kept("theme", theme);
}

function showPanel(name) {
  document.body.dataset.panel = name;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.dataset.panel === name;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  draw();
}

function tabs() {
  const list = [...document.querySelectorAll("[role=tab]")];
  for (const tab of list) {
    tab.addEventListener("click", () => showPanel(tab.dataset.panel));
    tab.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: isRtl() ? -1 : 1, ArrowLeft: isRtl() ? 1 : -1 };
      if (!(event.key in steps)) return;
      const next = list[(list.indexOf(tab) + steps[event.key] + list.length) % list.length];
      showPanel(next.dataset.panel);
      next.focus();
    });
  }
}

function formatRules() {
  try {
    editor.replace(format(editor.text().toWellFormed()));
  } catch (error) {
    if (error.name !== "RulesError") throw error;
    // The problems stand beneath the editor already.
  }
}

function listen() {
  $("sample").addEventListener("change", ({ target }) => {
    const sample = samples.find(({ name }) => name === target.value);
    if (!sample) return;
    notice("");
    show(sample);
  });
  $("close").addEventListener("click", () => notice(""));
  $("format").addEventListener("click", formatRules);
  $("share").addEventListener("click", share);
  $("language").addEventListener("change", ({ target }) => {
    speak(target.value);
    kept("language", target.value);
    translate();
  });
  $("theme").addEventListener("change", ({ target }) => paint(target.value));
  $("member").addEventListener("change", ({ target }) => ((state.member = target.value.trim() || "m-1"), replay()));
  $("members").addEventListener("change", ({ target }) => {
    Object.assign(state, { member: target.value, joined: "", until: "" });
    open.clear();
    replay();
  });
  $("joined").addEventListener("change", ({ target }) => {
    state.joined = target.value ? startOf(target.value, state.rules) : "";
    replay();
  });
  $("until").addEventListener("change", ({ target }) => ((state.until = target.value ? endOf(target.value, state.rules) : ""), replay()));
  $("month").addEventListener("click", () => passBy(1));
  $("year").addEventListener("click", () => passBy(12));
  $("reset").addEventListener("click", () => ((state.until = ""), replay()));
  $("add").addEventListener("change", ({ target }) => {
    const name = target.value;
    target.value = "";
    if (name) addEvent(name);
  });
  $("histories").addEventListener("change", ({ target }) => {
    const history = histories[target.value];
    target.value = "";
    if (history) playTest(history);
  });
  $("load").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) await openFile(file);
  });
  $("save").addEventListener("click", () => save("events.jsonl", `${state.events.join("\n")}\n`));
  $("as-text").addEventListener("click", () => {
    asText = !asText;
    $("lines-box").hidden = !asText;
    $("steps").hidden = asText;
    $("as-text").textContent = say(asText ? "asList" : "asText");
    $("as-text").setAttribute("aria-expanded", asText);
    showLines();
    if (asText) $("lines").focus();
  });
  const replaySoon = calmly(200, replay);
  $("lines").addEventListener("input", ({ target }) => {
    // Taken at once: whatever is drawn in between shows the lines as they are.
    state.events = eventsIn(target.value);
    replaySoon();
  });
  addEventListener("hashchange", readAddress);
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) openFile(file);
  });
  let width = innerWidth;
  addEventListener("resize", calmly(150, () => {
    if (innerWidth !== width) draw();
    width = innerWidth;
  }));
}

async function start() {
  const wanted = kept("language") ?? (navigator.language.startsWith("ar") ? "ar" : "en");
  speak(wanted);
  $("language").replaceChildren(...languages.map((language) => element("option", { value: language, lang: language }, nameOf(language))));
  $("language").value = spoken();
  paint(THEMES.includes(kept("theme")) ? kept("theme") : "auto");
  await load();
  const compileSoon = calmly(120, () => {
    $("sample").value = "";
    compile();
  });
  let silent = true;
  editor = makeEditor($("editor"), {
    label: say("rules"),
    formatted: formatRules,
    changed: (text) => {
      if (!silent && text !== state.rules) compileSoon();
    },
  });
  tabs();
  listen();
  showPanel("rules");
  translate();
  await readAddress();
  silent = false;
  document.body.dataset.ready = "true";
  if ("serviceWorker" in navigator && location.protocol.startsWith("http")) {
    await navigator.serviceWorker.register("offline.js");
  }
}

start().catch((error) => {
  $("toast").textContent = `${say("failed")} ${error.message}`;
  $("toast").classList.add("is-shown");
  throw error;
});
