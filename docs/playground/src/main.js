// The page: a program, a member and its events on one side, what becomes of them on the other.

import { endOf, FIRST, LAST, later, startOf } from "./days.js";
import { drafts, keepDraft, newDraft, takeDraft } from "./drafts.js";
import { element } from "./dom.js";
import { makeEditor } from "./editor.js";
import { check, compile as compiled, events as eventsOf, format, load, outline, records, scenarios, tokens, usesChance } from "./engine.js";
import { readFile } from "./files.js";
import { focusIn, focusOn } from "./focus.js";
import { choosePanel, listenToTabs, paint } from "./frame.js";
import { eventsIn, linesIn } from "./json.js";
import { kept } from "./kept.js";
import { showRefused } from "./lines.js";
import { showMember } from "./member.js";
import { learnUnits } from "./money.js";
import { fault, notice, tell } from "./notice.js";
import { pageOf, showPages, within } from "./pages.js";
import { linesOf, membersOf, readLines } from "./play.js";
import { Player } from "./playing.js";
import { failures, showProblems } from "./problems.js";
import { decode, empty, fitting } from "./state.js";
import { template } from "./template.js";
import { keysOf, showSteps } from "./timeline.js";
import { languages, nameOf, say, shortly, speak, spoken, when } from "./words.js";

const $ = (id) => document.getElementById(id);
const samples = globalThis.LOYALTY_SAMPLES ?? [];

const state = empty();
/** The last program that was right, and what is drawn of it. */
let program = null;
let histories = [];
/** What the program says of its declarations, by name. */
let docs = new Map();
let shown = null;
/** What was played last, or is being played: the program and all that it is played with. */
let asked = [];
const player = new Player(showWorking);
/** The page of the steps that is drawn. */
let page = 0;
let editor;
let asText = false;
const open = new Set();
/**
 * What is shown: a sample by its name, a draft by its id, or neither, which is what a link holds. With `test`, the events are those
 * of a test and nobody's work.
 */
let source = {};

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
    player.stop();
    if (program !== shown?.program) program?.close();
    program = next;
    histories = scenarios(text);
    const declared = outline(text);
    learnUnits(text, tokens(text), declared);
    docs = new Map(declared.map(({ name, docs }) => [name, docs]));
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
  if (!same) read = { texts: [...state.events], lines: readLines(state.events, read.lines) };
  return read.lines;
}

/**
 * Plays the history, and draws what it came to.
 * @param focus what is to have the focus then, as `focusIn` tells it, or the place of an `event` in the list; what has it now, if it says nothing
 */
function replay({ focus = focusIn($("steps")) } = {}) {
  const from = document.activeElement;
  saveLater();
  if (!program) return;
  for (const key of ["joined", "until"]) fault($(key), "");
  for (const key of ["joined", "until"].filter((key) => !isDay(state[key].slice(0, 10)))) {
    state[key] = "";
    fault($(key), outOfRange());
  }
  const all = lines();
  fillMembers(membersOf(all));
  const before = asked;
  asked = [program, all, state.member, state.joined, state.until];
  if (asked.every((part, index) => part === before[index])) {
    if (player.busy) return;
    draw();
    goTo(focus, from);
    return;
  }
  const history = { ...state, lines: linesOf(all, state.member) };
  const done = (played) => {
    shown?.close();
    // The steps of a program are explained by it for as long as they are shown.
    if (shown && shown.program !== program) shown.program.close();
    shown = { ...played, program, keys: keysOf(played.steps), all };
    draw();
    goTo(focus, from);
  };
  try {
    player.play(program, history, done);
  } catch (error) {
    asked = before;
    if (error.name !== "EventError") throw error;
    // The id of the member is refused. What is shown stays that of the one before.
    fault($("member"), say("badMember"));
  }
  // What stands there may be another event by now: it is not to be changed or removed in the place of that one.
  $("steps").inert = player.busy && shown?.all !== all;
}

/**
 * Gives the focus to a step, on its page.
 * @param from what had it when that was asked for: whoever has gone elsewhere since stays there
 */
function goTo(focus, from) {
  const now = document.activeElement;
  if (focus === null || (now !== from && now !== document.body && !$("steps").contains(now))) return;
  const key = focus.key ?? keyNear(focus.event);
  if (key === null) return $("add").focus();
  const index = shown.keys.indexOf(key);
  if (index >= 0 && pageOf(index) !== page) {
    page = pageOf(index);
    drawSteps();
  }
  focusOn($("steps"), { ...focus, key });
}

/** The key of the first event at or behind a place in the list, or else of the last one; null if there is none. */
function keyNear(place) {
  const { steps, keys } = shown;
  const isEvent = ({ kind }) => kind === "event";
  const next = steps.findIndex((step) => isEvent(step) && step.line.index >= place);
  return keys[next >= 0 ? next : steps.findLastIndex(isEvent)] ?? null;
}

/** Says that a history is being played that takes long, and how far it is; null for none. */
function showWorking(progress) {
  for (const place of ["member-view", "steps"]) $(place).setAttribute("aria-busy", progress !== null);
  $("result").classList.toggle("is-working", progress !== null);
  // The figure is not told anew with every event: only the words stand where changes are read out.
  const words = progress === null ? "" : say("working");
  if ($("working").textContent !== words) $("working").textContent = words;
  $("progress").hidden = progress === null;
  if (progress !== null) Object.assign($("progress"), { max: Math.max(progress.of, 1), value: progress.played });
}

/** Another history is looked at from its beginning. */
function fresh() {
  open.clear();
  page = 0;
}

const stepOf = (key) => $("steps").querySelector(`[data-key="${CSS.escape(key)}"]`);

function draw() {
  if (!shown) return;
  const width = Math.max(260, Math.min($("member-view").clientWidth - 34, 900));
  showMember($("member-view"), shown, { width, chosen: reveal, docs });
  drawSteps();
  // A day that is being mended stays as it is typed.
  for (const [key, day] of [["joined", state.joined || shown.view.enrolled_at], ["until", shown.end]]) {
    if (isDay($(key).value)) $(key).value = day.slice(0, 10);
  }
  showLines();
}

function drawSteps() {
  const count = shown.steps.length;
  page = within(page, count);
  $("steps").inert = player.busy && shown.all !== read.lines;
  const focus = focusIn($("steps"));
  showSteps($("steps"), shown, { page, open, actions });
  if (focus !== null) focusOn($("steps"), focus, { preventScroll: true });
  if (count === 0) $("steps").append(element("li", { class: "empty" }, say("noEvents")));
  if (shown.left > 0 && page === pageOf(count - 1)) $("steps").append(element("li", { class: "empty" }, say("moreLeft", shown.left)));
  showPages([$("pages"), $("pages-below")], page, count, (number, drawn) => {
    page = number;
    drawSteps();
    drawn();
    $("pages").scrollIntoView({ block: "nearest" });
  });
}

function showLines() {
  if (!asText) return;
  if (document.activeElement !== $("lines")) $("lines").value = state.events.join("\n");
  // Of lines that have changed since, it is not known yet.
  if (shown?.all === read.lines) showRefused($("refused"), $("lines"), shown.steps, state.events);
}

/** Opens the last step at or before an instant. */
function reveal(at) {
  const index = shown.steps.findLastIndex((step) => Date.parse(step.at ?? "") <= at);
  if (index < 0) return;
  if (pageOf(index) !== page) {
    page = pageOf(index);
    drawSteps();
  }
  const step = stepOf(shown.keys[index]);
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
    const lines = linesIn(text);
    if (lines.length === 0) return actions.remove(index);
    state.events.splice(index, 1, ...lines);
    openFurther(index, lines.length - 1);
    touched();
    replay();
  },
  remove(index) {
    state.events.splice(index, 1);
    open.delete(`e${index}`);
    openFurther(index, -1);
    touched();
    replay({ focus: { event: index } });
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
    touched();
    replay({ focus: { key: into } });
  },
  toggled(key, isOpen) {
    open[isOpen ? "add" : "delete"](key);
  },
};

/** The events behind a place stand so many places further: those that are open stay so. */
function openFurther(place, by) {
  const keys = [...open].map((key) => {
    const [, index] = /^e(\d+)$/.exec(key) ?? [];
    return Number(index) > place ? `e${Number(index) + by}` : key;
  });
  open.clear();
  for (const key of keys) open.add(key);
}

function fillMembers(ids) {
  fault($("member"), "");
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

// --- The member and its time -------------------------------------------------------------------------------------------

/** Whether a field holds a day that the engine knows, or none. */
const isDay = (day) => day === "" || (day >= FIRST && day <= LAST);

const outOfRange = () => say("outOfRange", FIRST.slice(0, 4), LAST.slice(0, 4));

function passBy(months) {
  const from = shown?.end.slice(0, 10) ?? "2026-01-01";
  state.until = endOf(later(from, months), program);
  replay();
  if (from >= LAST) fault($("until"), outOfRange());
}

function passUntil(field) {
  if (field.validity.badInput || !isDay(field.value)) return fault(field, outOfRange());
  const played = shown?.played;
  if (field.value !== "" && played && field.value < played.slice(0, 10)) return fault(field, say("afterEvents", when(played, { time: false })));
  state.until = field.value === "" ? "" : endOf(field.value, program);
  replay();
}

function joinOn(field) {
  if (field.validity.badInput || !isDay(field.value)) return fault(field, outOfRange());
  state.joined = field.value === "" ? "" : startOf(field.value, program);
  replay();
  const early = linesOf(lines(), state.member).filter(({ event }) => Date.parse(event?.at) < Date.parse(state.joined)).length;
  if (early > 0) fault(field, say("earlyEvents", early), { taken: true });
}

function nameMember(field) {
  const id = field.value.trim();
  const ids = membersOf(lines());
  if (id === "") return fault(field, say("badMember"));
  if (ids.length > 0 && !ids.includes(id)) return fault(field, say("otherMember", ids[0], id));
  const before = state.member;
  state.member = id;
  replay();
  if (field.hasAttribute("aria-invalid")) state.member = before;
}

function chooseMember(id) {
  Object.assign(state, { member: id, joined: "", until: "" });
  fresh();
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
  touched();
  replay({ focus: { key: `e${state.events.length - 1}` } });
}

// --- Files -------------------------------------------------------------------------------------------------------------

async function openFile(file) {
  const { text, events, fault: wrong } = await readFile(file);
  if (wrong) return notice(say(wrong, file.name));
  notice("");
  takeRules();
  if (text === state.rules) return;
  putAside();
  source = {};
  if (text !== undefined) {
    editor.replace(text);
    return takeRules();
  }
  Object.assign(state, { events, until: "", joined: "" });
  fresh();
  touched();
  replay();
}

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  element("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

// --- One's own work ----------------------------------------------------------------------------------------------------

/** Something has been written: what is shown is one's own from now on, and kept. */
function touched() {
  source = { draft: source.draft ?? newDraft() };
  saveLater();
}

/** Before something else takes its place: a way back to what is no sample as it stands. */
function putAside() {
  if (source.sample !== undefined || state.rules === "") return;
  const before = { ...state, events: [...state.events] };
  const from = source;
  keep();
  const back = () => {
    notice("");
    show(before, from);
  };
  notice(say("putAside"), { tone: "calm", act: [say("bringBack"), back] });
}

/** Keeps one's own work in the browser, and gives whether all of it is there. */
function keep() {
  if (source.draft === undefined || source.test) return false;
  const { id, whole } = keepDraft(source.draft, state);
  source.draft = id;
  fillSamples();
  return whole;
}

// --- The address -------------------------------------------------------------------------------------------------------

let written = "";

/** Writes the link, and what of the history is too much for it; gives how many events that is, or -1 where even the rules are. */
async function writeAddress() {
  const whole = keep();
  const { fragment, left } = await fitting(state);
  written = fragment;
  history.replaceState(null, "", fragment === "" ? location.pathname + location.search : `#${fragment}`);
  const said = fragment === "" ? "tooLong" : left > 0 ? (whole ? "unlinked" : "unkept") : null;
  $("unlinked").hidden = said === null;
  $("unlinked").textContent = said === null ? "" : say(said, left);
  return fragment === "" ? -1 : left;
}

const saveLater = calmly(250, writeAddress);

async function readAddress() {
  const fragment = location.hash.slice(1);
  if (fragment === written && fragment !== "") return;
  const found = await decode(fragment);
  const own = drafts();
  if (found) {
    const draft = own.find(({ state: { rules, events } }) => rules === found.rules && (found.left > 0 ? events.length === found.left : events.join("\n") === found.events.join("\n")));
    if (draft) takeDraft(draft.id);
    show(found.left > 0 && draft ? draft.state : found, draft ? { draft: draft.id } : {});
    notice(found.left > 0 && !draft ? say("linkWithout", found.left) : "");
    return;
  }
  if (fragment === "" && own.length > 0) return openDraft(own[0]);
  const [, wanted] = /^sample=(.*)$/.exec(fragment) ?? [];
  const asked = samples.find(({ name }) => name === wanted);
  const sample = asked ?? samples[0];
  show(sample ?? empty(), { sample: sample?.name ?? "" });
  if (wanted !== undefined && !asked) notice(say("badSample", plainly(wanted)));
  else if (fragment !== "" && !asked) notice(say("badLink"));
  else notice("");
}

function openDraft({ id, state: work, left }) {
  takeDraft(id);
  show(work, { draft: id });
  notice(left > 0 ? say("draftWithout", left) : "");
}

/** A piece of an address as people read it. */
function plainly(piece) {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

function show({ rules, events, member, joined, until }, from) {
  Object.assign(state, { rules, events: [...events], member, joined, until });
  source = { ...from };
  fresh();
  editor.open(rules);
  compile();
  fillSamples();
  // A program without a history is shown at work by the longest of its own tests.
  const [longest] = [...histories].sort((one, other) => other.events.length - one.events.length);
  if (events.length === 0 && longest && from.draft === undefined) playTest(longest);
}

function playTest({ events, enrolled, until }) {
  Object.assign(state, { events: [...events], member: "m-1", joined: enrolled, until });
  fresh();
  replay();
}

async function share() {
  const left = await writeAddress();
  if (left < 0) return notice(say("tooLong"));
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    // Without leave for the clipboard, or on a page that is not served securely, one copies it oneself.
    return notice(say("notCopied"), { tone: "calm", link: location.href });
  }
  tell(left > 0 ? say("copiedWithout", left) : say("copied"));
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

/** A piece of a text, which turns by itself: what is to be chosen can hold no elements. */
const isolated = (text) => `\u2068${text}\u2069`;

function fillSamples() {
  const own = drafts();
  const named = ({ title, at }) => `${isolated(title || say("untitled"))} · ${isolated(shortly(at))}`;
  const linked = source.sample === undefined && !own.some(({ id }) => id === source.draft);
  $("sample").replaceChildren(
    ...(linked ? [element("option", { value: "" }, say(source.draft === undefined ? "own" : "drafts"))] : []),
    ...(own.length > 0 ? [element("optgroup", { label: say("drafts") }, own.map((draft) => element("option", { value: `draft:${draft.id}` }, named(draft))))] : []),
    element("optgroup", { label: say("samples") }, samples.map(({ name, title }) => element("option", { value: name }, title))),
  );
  $("sample").value = linked ? "" : (source.sample ?? `draft:${source.draft}`);
}

function openProgram(value) {
  takeRules();
  const sample = samples.find(({ name }) => name === value);
  const draft = drafts().find(({ id }) => `draft:${id}` === value);
  if (!sample && !draft) return;
  notice("");
  putAside();
  if (sample) return show(sample, { sample: value });
  takeDraft(draft.id);
  show(draft.state, { draft: draft.id });
  if (draft.left > 0) notice(say("draftWithout", draft.left));
}

/** Takes what has been typed into the rules a moment ago. */
function takeRules() {
  if (editor.text() === state.rules) return;
  touched();
  compile();
}

function showPanel(name) {
  choosePanel(name);
  draw();
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
  $("sample").addEventListener("change", ({ target }) => openProgram(target.value));
  $("close").addEventListener("click", () => notice(""));
  $("format").addEventListener("click", formatRules);
  $("share").addEventListener("click", share);
  $("language").addEventListener("change", ({ target }) => {
    speak(target.value);
    kept("language", target.value);
    translate();
  });
  $("theme").addEventListener("change", ({ target }) => paint(target.value));
  $("member").addEventListener("change", ({ target }) => nameMember(target));
  $("members").addEventListener("change", ({ target }) => chooseMember(target.value));
  for (const key of ["joined", "until"]) Object.assign($(key), { min: FIRST, max: LAST });
  $("joined").addEventListener("change", ({ target }) => joinOn(target));
  $("until").addEventListener("change", ({ target }) => passUntil(target));
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
    if (!history) return;
    if (!source.test) {
      notice("");
      putAside();
      // What is worked at from here on is another draft: the one before keeps its events.
      source = source.draft === undefined ? { ...source, test: true } : { draft: newDraft(), test: true };
    }
    playTest(history);
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
    $("steps-box").hidden = asText;
    $("as-text").textContent = say(asText ? "asList" : "asText");
    $("as-text").setAttribute("aria-expanded", asText);
    showLines();
    if (asText) $("lines").focus();
  });
  const replaySoon = calmly(200, replay);
  $("lines").addEventListener("input", ({ target }) => {
    // Taken at once: whatever is drawn in between shows the lines as they are.
    state.events = eventsIn(target.value);
    touched();
    replaySoon();
  });
  addEventListener("hashchange", readAddress);
  addEventListener("pagehide", keep);
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
  paint();
  await load();
  const compileSoon = calmly(120, takeRules);
  let silent = true;
  editor = makeEditor($("editor"), {
    label: say("rules"),
    formatted: formatRules,
    changed: (text) => {
      if (!silent && text !== state.rules) compileSoon();
    },
  });
  listenToTabs(showPanel);
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
