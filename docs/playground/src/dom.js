// Elements in one call. Text goes in as text: nothing that a program or an event says is read as markup.

/** `element("p", { class: "dim" }, "text", child)`; keys that start with `on` are listeners, `null` children are left out. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for pictures. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

/** What the program or a host calls something: it stays as it is in any language, and turns by itself. */
export const name = (text) => element("bdi", { class: "own" }, text);

/** A word of a language that is written from the right, as it stands in code. */
const FROM_THE_RIGHT = /([\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}][\p{L}\p{M}\p{N}_]*)/u;

/** Code stays left to right in any language: a word from the right turns itself round, and not the signs beside it. */
export function code(text, attributes = {}) {
  const parts = text.split(FROM_THE_RIGHT);
  if (parts.length === 1) return element("code", { dir: "ltr", ...attributes }, text);
  const isolated = parts.map((part, index) => (index % 2 === 1 ? element("bdi", {}, part) : part));
  return element("code", { dir: "ltr", ...attributes }, isolated);
}

/** A text in which backticks quote code. */
export function quoted(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? code(part) : part));
}

/** What the engine says in its own sentences, for which it has one language: from the left, wherever it stands. */
export const english = (text) => element("bdi", { class: "english", lang: "en", dir: "ltr" }, quoted(text));
