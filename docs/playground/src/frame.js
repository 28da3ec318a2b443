// The frame of the page: its colours, and which of its panels a narrow one shows.

import { kept } from "./kept.js";
import { isRtl } from "./words.js";

const THEMES = ["auto", "light", "dark"];

/** Shows the page in the colours of a name, or in those that were chosen last. */
export function paint(theme = kept("theme")) {
  const chosen = THEMES.includes(theme) ? theme : "auto";
  document.documentElement.dataset.theme = chosen;
  document.getElementById("theme").value = chosen;
  kept("theme", chosen);
}

export function choosePanel(name) {
  document.body.dataset.panel = name;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.dataset.panel === name;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
}

/** Lets the tabs show their panels, by the mouse and by the arrow keys. */
export function listenToTabs(show) {
  const list = [...document.querySelectorAll("[role=tab]")];
  for (const tab of list) {
    tab.addEventListener("click", () => show(tab.dataset.panel));
    tab.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: isRtl() ? -1 : 1, ArrowLeft: isRtl() ? 1 : -1 };
      if (!(event.key in steps)) return;
      const next = list[(list.indexOf(tab) + steps[event.key] + list.length) % list.length];
      show(next.dataset.panel);
      next.focus();
    });
  }
}
