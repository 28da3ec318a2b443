"""`docs/reference/python.md` is what the module says of itself: signatures from the stubs, sentences from the docstrings.
`BLESS=1` writes it anew."""

import ast
import inspect
import os
import pathlib
from collections.abc import Iterator
from types import ModuleType

import loyalty
import loyalty.partitions
import loyalty.spark

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUBS = ROOT / "loyalty-py" / "python" / "loyalty" / "__init__.pyi"
PAGE = ROOT / "docs" / "reference" / "python.md"
HEAD = """# Python

`import loyalty`. What each call does, the pages on [embedding](../embedding.md), [members](../members.md) and
[explaining](../explain.md) tell at length. This page is written by a test from the module itself.

An instant is an aware `datetime`, or RFC 3339 text with an offset; an event is a `dict`, JSON as `str` or `bytes`, or the
Record that a decision holds ready.
"""

# Where a reader begins; the rest follows in the order of the stubs.
FIRST = ("Program", "Member", "Outcome", "Decision", "View", "Quote", "Explanation")


def test_the_page_is_that_of_the_module() -> None:
    page = HEAD + "".join(sections())
    if os.environ.get("BLESS"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "`BLESS=1 pytest loyalty-py/tests/test_reference.py` writes it anew"


def test_editors_show_what_the_module_says() -> None:
    source = STUBS.read_text(encoding="utf-8")
    told = with_docs(source)
    if os.environ.get("BLESS"):
        STUBS.write_text(told, encoding="utf-8")
    assert STUBS.read_text(encoding="utf-8") == told, "`BLESS=1 pytest loyalty-py/tests/test_reference.py` writes it anew"
    for node in ast.parse(told).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            assert " ".join((ast.get_docstring(node) or "").split()) == said(getattr(loyalty, node.name)), node.name


def with_docs(source: str) -> str:
    """The stubs, in which each function and each property says what it says of itself in the module: editors read stubs alone."""
    lines = source.splitlines()
    functions = [(loyalty, part) for part in ast.parse(source).body]
    functions += [(getattr(loyalty, node.name), part) for _, node in functions if isinstance(node, ast.ClassDef) and hasattr(loyalty, node.name) for part in node.body]
    for owner, part in sorted(functions, key=lambda function: -function[1].lineno):
        if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
            body, last = part.body[0], part.body[-1]
            # Whatever stands behind the colon goes.
            head = lines[body.lineno - 1][: body.col_offset].rstrip()
            before = lines[: body.lineno - 1] + ([head] if head else [])
            indent = " " * (part.col_offset + 4)
            doc = (inspect.getdoc(getattr(owner, part.name)) or "").replace("\\", "\\\\").splitlines()
            quoted = "\n".join([f'{indent}"""{doc[0]}', *(f"{indent}{line}".rstrip() for line in doc[1:])]) + '"""'
            lines = [*before, *quoted.splitlines(), *lines[last.end_lineno :]]
    return "\n".join(lines) + "\n"


def sections() -> Iterator[str]:
    yield from of_module(loyalty, STUBS, "")
    for module in (loyalty.partitions, loyalty.spark):
        yield from of_module(module, STUBS.with_name(f"{module.__name__.partition('.')[2]}.py"), f"{module.__name__}.")


def of_module(module: ModuleType, source: pathlib.Path, prefix: str) -> Iterator[str]:
    stubs = ast.parse(source.read_text(encoding="utf-8"))
    first = {name: place for place, name in enumerate(FIRST)}
    for node in sorted(stubs.body, key=lambda node: first.get(getattr(node, "name", ""), len(first))):
        if getattr(node, "name", "_").startswith("_"):
            continue
        if isinstance(node, ast.FunctionDef):
            yield f"\n## `{prefix}{signature(node)}`\n\n{said(getattr(module, node.name))}\n"
        if isinstance(node, ast.ClassDef):
            yield from of_class(getattr(module, node.name), node, prefix)


def of_class(found: object, node: ast.ClassDef, prefix: str) -> Iterator[str]:
    bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id != "NamedTuple"]
    yield f"\n## `{prefix}{node.name}`\n\n{said(found)}\n"
    if bases:
        yield f"\nBased on `{bases[0]}`, with all that it has.\n"
    rows = [row for part, next in zip(node.body, [*node.body[1:], None]) for row in member(found, part, next)]
    if rows:
        yield "\n| | |\n| --- | --- |\n" + "".join(rows)


def member(found: object, part: ast.stmt, next: ast.stmt | None) -> Iterator[str]:
    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
        # What is written in Python says in the line below what an attribute is.
        doc = next.value.value if isinstance(next, ast.Expr) and isinstance(next.value, ast.Constant) else ""
        yield row(f"{part.target.id}: {ast.unparse(part.annotation)}", str(doc))
    if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
        doc = said(getattr(found, part.name))
        is_property = any(isinstance(mark, ast.Name) and mark.id == "property" for mark in part.decorator_list)
        yield row(f"{part.name}: {ast.unparse(part.returns)}" if is_property and part.returns else signature(part), doc)


def row(code: str, doc: str) -> str:
    cells = [cell.replace("|", "\\|") for cell in (f"`{code}`", doc)]
    return f"| {' | '.join(cells)} |\n"


def signature(node: ast.FunctionDef) -> str:
    """The call as it is written, without `self`, and with the names that the stubs have for themselves made plain."""
    arguments = ast.unparse(node.args).removeprefix("self, ").removeprefix("self")
    plain = f"{node.name}({arguments}) -> {ast.unparse(node.returns) if node.returns else 'None'}"
    for name in ("_Instant", "_Event", "_Points", "_Counters", "_ArrowStream"):
        plain = plain.replace(name, name.removeprefix("_"))
    return plain


def said(thing: object) -> str:
    doc = inspect.getdoc(thing)
    assert doc, f"{thing!r} says nothing of itself"
    return " ".join(doc.split())
