// The declarations of a file of types, as far as a page that lists them has to understand them.

const PAIRS = { "(": ")", "{": "}", "[": "]" };
const PIECE = /\/\*[^]*?\*\/|\/\/.*|"(?:\\.|[^"\\])*"|[^]/g;

/** The declarations that a file exports: `comment`, `kind`, `name`, what stands before the body (`head`), and the body. */
export function declarations(text) {
  const found = [];
  for (const match of text.matchAll(/(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?export (class|function|interface|type) (\w+)/g)) {
    const [whole, comment, kind, name] = match;
    const start = match.index + whole.length;
    if (kind === "class" || kind === "interface") {
      const open = text.indexOf("{", start);
      const close = closing(text, open);
      found.push({ comment, kind, name, head: text.slice(start, open).trim(), body: text.slice(open + 1, close) });
    } else {
      const body = text.slice(start, ending(text, start)).trim();
      found.push({ comment, kind, name, head: "", body: kind === "type" ? body.replace(/^(<[^=]*>)?\s*=\s*/, "") : body });
    }
  }
  return found;
}

/** The members of a body: each with its `comment` and its `code`, without the semicolon. */
export function membersOf(body) {
  const members = [];
  let at = 0;
  for (;;) {
    const [lead, comment] = /^\s*(?:\/\*\*((?:(?!\*\/)[^])*)\*\/)?\s*/.exec(body.slice(at));
    const start = at + lead.length;
    if (start >= body.length) return members;
    const end = ending(body, start);
    members.push({ comment, code: body.slice(start, end) });
    at = end + 1;
  }
}

export const withoutComments = (code) => code.replace(/\/\*[^]*?\*\/|\/\/.*/g, "");

/** Code on one line: no space inside round brackets, and no mark where a list of several lines ended. */
export function oneLine(code) {
  const line = code.replace(/\s+/g, " ").trim().replace(/;$/, "").replace(/^\| /, "");
  return line.replaceAll("( ", "(").replaceAll(", )", ")").replaceAll("; }", " }");
}

/** Where the code ends in which the brackets fit. */
export function lastEnd(code) {
  return ending(code, 0);
}

/** The first semicolon outside of brackets, or the end. */
function ending(text, start) {
  let depth = 0;
  for (const { 0: piece, index } of pieces(text, start)) {
    if (piece in PAIRS) depth += 1;
    else if (Object.values(PAIRS).includes(piece)) depth -= 1;
    else if (piece === ";" && depth === 0) return index;
  }
  return depth === 0 ? text.length : -1;
}

function closing(text, open) {
  let depth = 0;
  for (const { 0: piece, index } of pieces(text, open)) {
    if (piece in PAIRS) depth += 1;
    else if (Object.values(PAIRS).includes(piece)) depth -= 1;
    if (depth === 0) return index;
  }
  return text.length;
}

function* pieces(text, start) {
  for (const match of text.slice(start).matchAll(PIECE)) yield { 0: match[0], index: match.index + start };
}
