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

/** Code stays left to right in any language. */
export function code(text, attributes = {}) {
  return element("code", { dir: "auto", ...attributes }, text);
}
