// The editor of rules: colours, hovers, completions and problems, all of them the engine's.

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentService, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, hoverTooltip, keymap, lineNumbers,
  showTooltip,
} from "@codemirror/view";

import { code, element, quoted } from "./dom.js";
import { complete, hover, tokens } from "./engine.js";
import { say } from "./words.js";

/** Longer texts keep the colours that they had until typing pauses. */
const COLOURED_AT_ONCE = 60_000;

const recolour = StateEffect.define();

function colours(text) {
  const marks = tokens(text).filter(([, , name]) => name !== "sign");
  return Decoration.set(marks.flatMap(([start, end, name]) => mark(text.slice(start, end), start, name)), true);
}

const FROM_THE_RIGHT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** The colour of a piece; one with letters from the right is isolated, so that signs between two such stay in their order. */
function mark(text, start, name) {
  const colour = Decoration.mark({ class: `tok-${name}` }).range(start, start + text.length);
  if (!FROM_THE_RIGHT.test(text)) return colour;
  const lead = /^(\/\/\/?\s*)?/.exec(text)[0].length;
  const isolate = Decoration.mark({ class: "isolated", attributes: { dir: "auto" }, bidiIsolate: null });
  return [colour, isolate.range(start + lead, start + text.length)];
}

const coloured = StateField.define({
  create: (state) => colours(state.doc.toString()),
  update(marks, transaction) {
    const asked = transaction.effects.some((effect) => effect.is(recolour));
    const small = transaction.newDoc.length <= COLOURED_AT_ONCE;
    if (asked || (transaction.docChanged && small)) return colours(transaction.newDoc.toString());
    return marks.map(transaction.changes);
  },
  provide: (field) => [EditorView.decorations.from(field), EditorView.bidiIsolatedRanges.of((view) => view.state.field(field))],
});

/** What a hover shows: the declaration, what it is, what is said of it, where it stands. */
function card(found, jump) {
  const { kind, detail, docs, line, policies, declared, span } = found;
  // The clauses stand in the list of those in force.
  const title = policies.length > 0 ? found.title.split(" {", 1)[0] : found.title;
  const body = element("div", { class: "hover", dir: "ltr", lang: "en" });
  body.append(element("div", { class: "hover-title" }, element("span", { class: `kind kind-${kind}` }, kind), code(title)));
  if (detail) body.append(element("div", { class: "hover-detail" }, ...quoted(detail)));
  if (docs) body.append(element("div", { class: "hover-docs" }, ...quoted(docs)));
  if (policies.length > 0) {
    body.append(element("ul", { class: "hover-policies" }, policies.map((policy) => element("li", {}, code(policy)))));
  }
  if (line !== null && declared.start !== span.start) {
    const go = () => jump(declared.start);
    body.append(element("button", { type: "button", class: "link", onclick: go }, `line ${line}`));
  }
  return body;
}

function tooltipAt(view, position, jump) {
  const found = hover(view.state.doc.toString(), position);
  if (found === null) return null;
  return { pos: found.span.start, end: found.span.end, above: true, create: () => ({ dom: card(found, jump) }) };
}

const pin = StateEffect.define();

/** The explanation that was asked for by key; it goes with the next move. */
const pinned = StateField.define({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(pin)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

const TYPES = {
  word: "keyword", field: "property", figure: "property", part: "property", wallet: "variable", measure: "variable",
  segment: "variable", rule: "function", event: "class", record: "class", type: "type", currency: "constant",
};

function source(context) {
  const word = context.matchBefore(/[\p{L}_][\p{L}\p{M}\p{N}_]*/u);
  const dotted = context.matchBefore(/\./);
  const spaced = context.matchBefore(/[ \t({[]/);
  if (!context.explicit && !word && !dotted && !spaced) return null;
  const { span, items } = complete(context.state.doc.toString(), context.pos);
  if (items.length === 0) return null;
  // Behind a space nobody has asked: what any expression may start with is no help.
  if (!context.explicit && !word && !dotted && items.length > 12) return null;
  const options = items.map((item, index) => ({
    label: item.label,
    detail: item.detail.replaceAll("`", ""),
    type: TYPES[item.kind] ?? "text",
    boost: -Math.min(index, 98),
    info: item.docs ? () => element("div", { class: "completion-docs", lang: "en" }, ...quoted(item.docs)) : undefined,
  }));
  return { from: span.start, to: span.end, options };
}

/** A line stands one step deeper for each bracket that is open before it. */
const indents = indentService.of((context, position) => {
  const text = context.state.doc.sliceString(0, position).replace(/"(\\.|[^"\\\n])*"|\/\/.*/g, "");
  let depth = 0;
  for (const sign of text) {
    if ("{[(".includes(sign)) depth += 1;
    else if ("}])".includes(sign)) depth = Math.max(depth - 1, 0);
  }
  const rest = context.textAfterPos(position);
  return Math.max(depth - (/^\s*[}\])]/.test(rest) ? 1 : 0), 0) * 2;
});

/**
 * Makes the editor.
 * @param changed called with the text after each change
 */
export function makeEditor(parent, { label, changed, formatted }) {
  const described = new Compartment();
  const undoing = new Compartment();
  let view;
  const jump = (offset) => {
    const at = Math.min(offset, view.state.doc.length);
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    view.focus();
  };
  const explain = () => {
    const tooltip = tooltipAt(view, view.state.selection.main.head, jump);
    view.dispatch({ effects: pin.of(tooltip) });
    return true;
  };
  const declaration = () => {
    const found = hover(view.state.doc.toString(), view.state.selection.main.head);
    if (found?.declared) jump(found.declared.start);
    return true;
  };
  const close = () => {
    if (view.state.field(pinned) === null) return false;
    view.dispatch({ effects: pin.of(null) });
    return true;
  };
  let colouring;
  view = new EditorView({
    parent,
    state: EditorState.create({
      doc: "",
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        undoing.of(history()),
        drawSelection(),
        EditorState.allowMultipleSelections.of(true),
        indentUnit.of("  "),
        indents,
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        autocompletion({ override: [source], icons: false }),
        lintGutter(),
        hoverTooltip((view, position) => tooltipAt(view, position, jump), { hoverTime: 250 }),
        coloured,
        pinned,
        EditorView.lineWrapping,
        EditorState.languageData.of(() => [{ commentTokens: { line: "//" }, closeBrackets: { brackets: ["(", "[", "{", '"'] } }]),
        keymap.of([
          { key: "Tab", run: acceptCompletion },
          { key: "Mod-i", run: explain, preventDefault: true },
          { key: "F12", run: declaration, preventDefault: true },
          { key: "Shift-Alt-f", run: () => (formatted(), true) },
          { key: "Escape", run: close },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...lintKeymap,
          ...defaultKeymap,
        ]),
        described.of(EditorView.contentAttributes.of({ "aria-label": label })),
        EditorView.contentAttributes.of({ spellcheck: "false", autocapitalize: "off", dir: "ltr" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          const text = update.state.doc.toString();
          if (text.length > COLOURED_AT_ONCE) {
            clearTimeout(colouring);
            colouring = setTimeout(() => view.dispatch({ effects: recolour.of(null) }), 300);
          }
          changed(text);
        }),
      ],
    }),
  });
  keepCursorInSight(view);
  return {
    view,
    jump,
    text: () => view.state.doc.toString(),
    /** Shows another program from its beginning; what was done to the one before is not to be undone in this one. */
    open(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 }, effects: undoing.reconfigure([]) });
      view.dispatch({ effects: [undoing.reconfigure(history()), EditorView.scrollIntoView(0)] });
    },
    /** Replaces what differs, so that the cursor and the history of changes stay. */
    replace(text) {
      const before = view.state.doc.toString();
      if (before === text) return;
      let start = 0;
      const most = Math.min(before.length, text.length);
      while (start < most && before[start] === text[start]) start += 1;
      let end = 0;
      while (end < most - start && before.at(-1 - end) === text.at(-1 - end)) end += 1;
      view.dispatch({ changes: { from: start, to: before.length - end, insert: text.slice(start, text.length - end) } });
    },
    jumpToLine: (line) => jump(view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines)).from),
    relabel: (label) =>
      view.dispatch({ effects: described.reconfigure(EditorView.contentAttributes.of({ "aria-label": label })) }),
    show: (found) => view.dispatch(setDiagnostics(view.state, found.map((diagnostic) => squiggle(view.state, diagnostic)))),
    mend: (span, text) => mend(view, span.start, span.end, text),
  };
}

/** What grows beneath the editor, as the list of problems does while one types, leaves the cursor where it can be seen. */
function keepCursorInSight(view) {
  let before = view.scrollDOM.clientHeight;
  const observer = new ResizeObserver(() => {
    const height = view.scrollDOM.clientHeight;
    const cursor = view.coordsAtPos(view.state.selection.main.head);
    const top = view.scrollDOM.getBoundingClientRect().top;
    // Whoever has scrolled away to read stays there.
    const seen = cursor !== null && cursor.bottom > top && cursor.top < top + before;
    if (height < before && seen) {
      view.dispatch({ effects: EditorView.scrollIntoView(view.state.selection.main.head, { y: "nearest", yMargin: 12 }) });
    }
    before = height;
  });
  observer.observe(view.scrollDOM);
}

function mend(view, from, to, text) {
  view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length } });
  view.focus();
}

/** A diagnostic of the engine as the editor takes it. */
function squiggle(state, { severity, code: number, message, help, candidates, span }) {
  const length = state.doc.length;
  const from = Math.min(span.start, length);
  const to = Math.min(Math.max(span.end, span.start + 1), length);
  return {
    from: from === to ? Math.max(from - 1, 0) : from,
    to,
    severity,
    message,
    renderMessage: () =>
      element(
        "div",
        { class: "problem-card", dir: "ltr", lang: "en" },
        element("div", {}, number ? element("span", { class: "code" }, number) : null, " ", ...quoted(message)),
        help ? element("div", { class: "help" }, ...quoted(help)) : null,
      ),
    actions: candidates.map((candidate) => ({
      name: candidate,
      apply: (view, start, end) => mend(view, start, end, candidate),
    })),
  };
}
