"""The public face of the core as a text, `docs/reference/rust-api.txt`: what it promised, and whether it still does.

    cargo doc --no-deps -p loyalty-core && python3 ci/rust_api.py          # compares
    cargo doc --no-deps -p loyalty-core && python3 ci/rust_api.py --bless  # writes it anew

It is read from the pages that rustdoc makes, which stand still with the toolchain of `rust-toolchain.toml`. A line that goes
or changes breaks somebody's build, and is an error here until it is blessed; one that comes breaks none, and is told. There is
no release yet that `cargo semver-checks` could compare with: this is the baseline until there is.
"""

import os
import pathlib
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser

ROOT = pathlib.Path(__file__).resolve().parents[1]
LISTING = ROOT / "docs" / "reference" / "rust-api.txt"
PAGES = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "doc" / "loyalty_core"
KINDS = ("struct", "enum", "trait", "fn", "constant", "type", "macro", "static", "union")
# Sections with what every type has, or has without its author's doing.
NOT_OWN = ("synthetic-implementations-list", "blanket-implementations-list")
# Types of another crate that the core hands on as they are.
FOREIGN = ("Decimal",)


class Page(HTMLParser):
    """The declaration of an item, and the heads of its methods, variants and implementations.

    >>> page = Page()
    >>> page.feed('<pre class="rust item-decl"><code>pub struct A {\\n    pub b: <a>u8</a>,\\n}</code></pre>')
    >>> page.feed('<h4 class="code-header">pub fn <a>c</a>(&amp;self)</h4><div id="blanket-implementations-list">')
    >>> page.feed('<h3 class="code-header">impl&lt;T&gt; Any for T</h3></div><h3 class="code-header">impl Eq for A</h3>')
    >>> page.heads
    ['pub struct A { pub b: u8, }', 'pub fn c(&self)', 'impl Eq for A']
    """

    def __init__(self) -> None:
        super().__init__()
        self.heads: list[str] = []
        self._text: list[str] | None = None
        self._end = ""
        # How many `div`s are open since one whose items are not the author's began.
        self._others = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "div":
            self.handle_data(" ")
        if tag == "div" and (self._others or given.get("id") in NOT_OWN):
            self._others += 1
        named = (given.get("class") or "").split()
        if self._text is None and ("item-decl" in named or "code-header" in named) and not self._others:
            self._text, self._end = [], tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._others:
            self._others -= 1
        if self._text is not None and tag == self._end:
            self.heads.append(" ".join("".join(self._text).split()))
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)


def items(folder: pathlib.Path) -> Iterator[tuple[str, pathlib.Path]]:
    """What the crate offers, by its path in it, and its page."""
    index = (folder / "all.html").read_text(encoding="utf-8")
    for place in sorted(set(re.findall(r'href="([^"#]+\.html)"', index))):
        kind, _, name = place.rpartition("/")[2].removesuffix(".html").partition(".")
        if kind in KINDS and name and not place.startswith("../"):
            module = place.rpartition("/")[0].replace("/", "::")
            yield f"{module}::{name}" if module else name, folder / place


def declared(head: str) -> list[str]:
    """The declaration of an item, in one line if whoever uses it may rely on all of it, and else one line for each part.

    >>> declared("pub enum A { B, C, }")
    ['pub enum A { B, C, }']
    >>> declared("#[non_exhaustive]pub enum A { Show 2 variants B, C(u8, u8), }")
    ['#[non_exhaustive] pub enum A', 'A::B', 'A::C(u8, u8)']
    >>> declared("pub struct A { /* private fields */ }") == declared("pub struct A(/* private fields */);")
    True
    >>> declared("pub trait A { // Required methods fn b(); // Provided method fn c() { ... } }")
    ['pub trait A { fn b(); }', 'provided: fn c() { ... }']
    >>> declared("pub trait A { // Required method fn b(); // Provided methods fn d() { ... } fn c() { ... } }")[1:]
    ['provided: fn c() { ... }', 'provided: fn d() { ... }']
    """
    head = re.sub(r"\{ Show \d+ \w+ ", "{ ", head.replace("]pub ", "] pub "))
    head = re.sub(r"// Required methods? ", "", head).replace("(/* private fields */);", " { /* private fields */ }")
    # Whoever implements a trait need not have what it provides.
    head, _, provided = head.removesuffix(" }").partition(" // Provided method") if "// Provided" in head else (head, "", "")
    if provided:
        methods = re.split(r"\bfn ", provided)[1:]
        return [f"{head} }}", *(f"provided: fn {method}" for method in sorted(method.strip() for method in methods))]
    if not head.startswith("#[non_exhaustive] pub enum"):
        return [head]
    first, _, body = head.partition(" { ")
    name = first.rpartition(" ")[2]
    return [first, *(f"{name}::{variant}" for variant in re.findall(r"(\w+(?:\([^)]*\)| \{[^}]*\})?),", body))]


def listing(folder: pathlib.Path) -> str:
    """All items with what they have, each in an order that does not hang on where it stands in the source."""
    lines = []
    for path, source in sorted(items(folder)):
        page = Page()
        page.feed(source.read_text(encoding="utf-8"))
        head, *others = page.heads
        own = {other.strip() for other in others if other.startswith(("pub ", "impl")) and "StructuralPartialEq" not in other}
        lines += [f"{path}: {line}" for line in declared(head)]
        lines += [f"{path}: {line}" for line in sorted(own)] if path not in FOREIGN else []
    return "\n".join(lines) + "\n"


def main() -> int:
    found = listing(PAGES)
    if "--bless" in sys.argv:
        LISTING.write_text(found, encoding="utf-8")
        return 0
    known, now = LISTING.read_text(encoding="utf-8").splitlines(), found.splitlines()
    gone = [line for line in known if line not in set(now)]
    come = [line for line in now if line not in set(known)]
    for mark, lines in ("-", gone), ("+", come):
        print("".join(f"{mark} {line}\n" for line in lines), end="")
    if gone:
        print("what the core promised has changed; `python3 ci/rust_api.py --bless` says so", file=sys.stderr)
    return int(bool(gone))


if __name__ == "__main__":
    sys.exit(main())
