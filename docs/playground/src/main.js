// The page as a whole: what each of its controls does, in which language it speaks, and how it begins.

import { addEvent, takeLines, turnLines } from "./changes.js";
import { fillSamples } from "./choices.js";
import { FIRST, LAST } from "./days.js";
import { $, calmly, desk } from "./desk.js";
import { element } from "./dom.js";
import { draw, showPanel } from "./drawing.js";
import { makeEditor } from "./editor.js";
import { load } from "./engine.js";
import { chooseMember, joinOn, nameMember, passBy, passNoFurther, passUntil } from "./fields.js";
import { listenToTabs, paint } from "./frame.js";
import { kept } from "./kept.js";
import { notice } from "./notice.js";
import { openAddress, openFile, openProgram, openTest, saveFile } from "./opening.js";
import { compile, fillOffers, formatRules, takeRules } from "./rules.js";
import { leave, share } from "./saving.js";
import { languages, nameOf, say, speak, spoken } from "./words.js";

function translate() {
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.tagName === "BUTTON") node.title = say(node.dataset.label);
  }
  document.title = say("title");
  $("as-text").textContent = say(desk.asText ? "asList" : "asText");
  desk.editor.relabel(say("rules"));
  fillSamples();
  if (desk.program) {
    fillOffers();
    compile();
  }
}

/** Lists that are commands: each goes back to its title when one has been chosen. */
function listenToCommands(list, act) {
  // The arrow keys would choose the first of them, in a list that is closed, before anybody has read the others.
  list.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || event.altKey || !list.showPicker) return;
    event.preventDefault();
    list.showPicker();
  });
  list.addEventListener("change", () => {
    const { value } = list;
    list.value = "";
    if (value !== "") act(value);
  });
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
  $("reset").addEventListener("click", passNoFurther);
  listenToCommands($("add"), addEvent);
  listenToCommands($("histories"), (number) => openTest(desk.histories[number]));
  $("load").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) await openFile(file);
  });
  $("save").addEventListener("click", () => saveFile("events.jsonl", `${desk.state.events.join("\n")}\n`));
  $("as-text").addEventListener("click", turnLines);
  $("lines").addEventListener("input", ({ target }) => takeLines(target.value));
  addEventListener("hashchange", openAddress);
  addEventListener("pagehide", () => {
    // What has been typed a moment ago waits to be compiled.
    takeRules();
    leave();
  });
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
  desk.editor = makeEditor($("editor"), {
    label: say("rules"),
    formatted: formatRules,
    changed: (text) => {
      if (!silent && text !== desk.state.rules) compileSoon();
    },
  });
  listenToTabs(showPanel);
  listen();
  showPanel("rules");
  translate();
  await openAddress();
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
