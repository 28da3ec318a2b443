"""The corpus: every word of the engine is the same byte for byte as in Rust.

The core's own runner writes what it says of each case to `target/tmp/corpus.jsonl`: outcomes, explanations, states, views,
diagnostics, and what programs say of themselves. A case that is added to the corpus is played here with no further change.
"""

import json
import re
import os
import pathlib
from decimal import Decimal
from typing import Any

import loyalty
import pytest

from shop import compact, error_json

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
MEMBERS = sorted(path for folder in ("members", "leaderboards") for path in (ROOT / "corpus" / folder).rglob("*.case"))
QUOTES = sorted((ROOT / "corpus" / "quotes").rglob("*.case"))
GOOD = sorted((ROOT / "corpus" / "good").rglob("*.case"))
BAD = sorted((ROOT / "corpus" / "bad").glob("*.loyalty"))


@pytest.fixture(scope="session")
def words() -> dict[str, Any]:
    path = TARGET / "tmp" / "corpus.jsonl"
    assert path.exists(), f"{path} is missing; `cargo test -p loyalty-core --test corpus` writes it"
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {line.get("case") or line["program"]: line for line in lines}


class Case:
    """What a case file says, read as `loyalty-core/tests/corpus` reads it."""

    def __init__(self, text: str) -> None:
        head, _, _ = text.partition("=== outcomes\n")
        sections = [section.partition("\n") for section in head.split("=== ")]
        secret = re.search(r"^secret: (.*)$", sections[0][0] + "\n" + sections[0][2], re.MULTILINE)
        self.secret = secret[1].encode() if secret else None
        self.programs = [body for name, _, body in sections if name == "program"]
        (steps,) = [body.splitlines() for name, _, body in sections if name == "steps"]
        enrolled_at = next((line.removeprefix("enroll ") for line in steps if line.startswith("enroll ")), None)
        self.steps = [line for line in steps if not line.startswith("enroll ")]
        first: dict[str, Any] = next((json.loads(line) for line in self.steps if line.startswith("{")), {})
        quoted: dict[str, Any] = next((json.loads(line.removeprefix("quote ")) for line in self.steps if line.startswith("quote {")), {})
        self.enrolled_at: str = enrolled_at or first.get("at") or quoted["at"]
        # An id may be sent as a number.
        self.member = str(first.get("member", "m-1"))


class Player:
    """A case on its way from the first step to the last, and all that is said on it."""

    def __init__(self, case: Case, read: Any) -> None:
        self.case = case
        # An event as the host has it: the line itself, its bytes, or the dict that it says.
        self.read = read
        self.programs = [loyalty.Program.compile(text, secret=case.secret) for text in case.programs]
        self.next = iter(self.programs)
        self.program = next(self.next)
        self.member = self.program.enroll(case.member, case.enrolled_at)
        self.now: str | None = None
        self.counters: dict[str, Any] | None = None
        self.outcomes: list[str] = []
        self.explanations: list[list[str]] = []
        self.states: list[str] = []

    def play(self) -> None:
        for step in self.case.steps:
            word, _, rest = step.partition(" ")
            if step.startswith("{") or word == "raw":
                self.happen(self.read(step if step.startswith("{") else rest))
            elif word == "advance":
                self.outcomes.append(self.program.advance(self.member, rest, counters=self.counters).to_json())
            elif word == "now":
                self.now = rest
            elif word == "counters":
                self.counters = json.loads(rest)
            elif word == "quote":
                self.quote(self.read(rest))
            elif step == "next program":
                saved = self.member.save()
                self.program = next(self.next)
                self.member = self.program.load(saved)
                assert self.member.migration is not None
                self.states.append(self.member.migration.to_json())
            else:
                # What is expected of the view was compared in Rust, and the view is the same to the byte.
                assert word in ("expect", "refused", "replayed")
                continue
            self.states.append(self.member.save())

    def quote(self, cart: Any) -> None:
        try:
            self.outcomes.append(self.program.quote(self.member, cart, counters=self.counters).to_json())
        except loyalty.EventError as error:
            self.outcomes.append(error_json(error))

    def happen(self, event: Any) -> None:
        try:
            explanation = self.program.explain(self.member, event, counters=self.counters)
            self.explanations.append([explanation.to_json(), explanation.to_text()])
        except loyalty.EventError as error:
            self.explanations.append([error_json(error), str(error)])
        try:
            self.outcomes.append(self.program.apply(self.member, event, now=self.now, counters=self.counters).to_json())
        except loyalty.EventError as error:
            self.outcomes.append(error_json(error))

    def said(self) -> dict[str, Any]:
        return {
            "outcomes": self.outcomes,
            "explanations": self.explanations,
            "states": self.states,
            "bytes": self.member.save_binary().hex(),
            "view": self.program.view(self.member).to_json(),
            "export": self.program.export(self.member).to_json(),
            "programs": [about(program) for program in self.programs],
        }


class Household:
    """A case of several members on its way."""

    def __init__(self, case: Case, read: Any) -> None:
        self.case = case
        self.read = read
        self.programs = iter([loyalty.Program.compile(text, secret=case.secret) for text in case.programs])
        self.program = next(self.programs)
        self.at_hand = case.member
        self.members = {case.member: self.program.enroll(case.member, case.enrolled_at)}
        self.merged: dict[str, str] = {}
        self.outgoing: list[Any] = []
        self.outcomes: list[str] = []

    def play(self) -> None:
        for step in self.case.steps:
            word, _, rest = step.partition(" ")
            if step.startswith("{"):
                self.happen(self.at_hand, self.read(step))
            elif word not in ("expect", "refused", "replayed"):
                if word.startswith("pool_"):
                    self.pool(word, rest)
                elif word == "standings":
                    self.standings(*rest.split(" ", 2))
                else:
                    getattr(self, word)(*rest.split(" "))

    def join(self, id: str, at: str | None = None) -> loyalty.Member:
        if id not in self.members:
            self.members[id] = self.program.enroll(id, at or self.case.enrolled_at)
        return self.members[id]

    def member(self, id: str, at: str | None = None) -> None:
        self.join(id, at)
        self.at_hand = id

    def next(self, _: str) -> None:
        saved = {id: member.save() for id, member in self.members.items()}
        self.program = next(self.programs)
        self.members = {id: self.program.load(state) for id, state in saved.items()}

    def advance(self, to: str) -> None:
        self.note(lambda: [self.program.advance(self.members[self.at_hand], to)])

    def happen(self, id: str, event: Any) -> None:
        self.note(lambda: [self.program.apply(self.join(id), event)])

    def deliver(self, _: str) -> None:
        events, self.outgoing = self.outgoing, []
        for event in events:
            to = loyalty.event_head(event).member
            self.happen(self.merged.get(to, to), event)

    def undelivered(self, _: str) -> None:
        self.outgoing = [self.program.send_back(event) for event in self.outgoing]

    def merge(self, id: str, at: str) -> None:
        if self.note(lambda: self.program.merge(self.members[self.at_hand], self.members[id], at)):
            self.merged[id] = self.at_hand

    def erase(self, pseudonym: str, at: str) -> None:
        member = self.members.pop(self.at_hand)
        self.note(lambda: [self.program.erase(member, pseudonym, at)])
        self.at_hand = member.id
        self.members[member.id] = member

    def pool(self, word: str, rest: str) -> None:
        ids, _, given = rest.partition(" {")
        members = [self.join(id) for id in ids.split(" ")]
        self.note(lambda: getattr(self.program, word)(members, **json.loads("{" + given)))

    def standings(self, name: str, at: str, asked: str = "{}") -> None:
        options = json.loads(asked)
        options["around"] = self.members.get(options.get("around"))
        try:
            board, part = (self.program.leaderboard(name, at, **options) for _ in range(2))
            for number, member in enumerate(self.members.values()):
                (part if number % 2 else board).add(member)
            board.merge(part)
            standings = board.finish()
        except loyalty.EventError as error:
            self.outcomes.append(error_json(error))
            return
        self.outcomes.append(standings.to_json())
        self.outgoing += [row.event for row in standings.rows if "event" in row.to_dict()]

    def note(self, act: Any) -> bool:
        try:
            outcomes = act()
        except loyalty.EventError as error:
            self.outcomes.append(error_json(error))
            return False
        for outcome in outcomes:
            self.outcomes.append(outcome.to_json())
            self.outgoing += [decision.event for decision in outcome.decisions if isinstance(decision.get("event"), loyalty.Record)]
        return True


def about(program: loyalty.Program) -> list[Any]:
    policies = [{"declaration": declaration, "policy": policy} for declaration, policy in program.policies()]
    tests = [test.to_dict() for test in program.run_tests()]
    warnings = [in_utf16(program.text, warning.to_dict()) for warning in program.warnings]
    laid_out = loyalty.format(program.text)
    return [program.title, program.version, compact(warnings), compact(policies), compact(tests), laid_out]


def in_utf16(text: str, diagnostic: dict[str, Any]) -> dict[str, Any]:
    """The same diagnostic with the offsets of JavaScript, in which programs tell of their warnings in `corpus.jsonl`."""
    for place in (diagnostic["span"], *diagnostic["labels"]):
        for key in ("start", "end"):
            place[key] = len(text[: place[key]].encode("utf-16-le")) // 2
    return diagnostic


def read_as_dict(line: str) -> Any:
    """The dict that a line says; the line itself, if a dict cannot say it: a key that comes twice, digits that Python writes
    otherwise, what is no object at all."""

    def unequal(found: str) -> Any:
        raise ValueError(found)

    def number(digits: str) -> Any:
        read = int(digits) if digits.removeprefix("-").isdigit() else Decimal(digits)
        return read if str(read) == digits else unequal(digits)

    def pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        read = dict(pairs)
        return read if len(read) == len(pairs) else unequal(line)

    try:
        read = json.loads(line, parse_float=number, parse_int=number, parse_constant=unequal, object_pairs_hook=pairs)
    except ValueError:
        return line
    return read if isinstance(read, dict) else line


READERS = {"str": lambda line: line, "bytes": lambda line: line.encode(), "dict": read_as_dict}


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in GOOD])
def test_good(path: pathlib.Path, words: dict[str, Any]) -> None:
    expected = words[str(path.relative_to(ROOT / "corpus" / "good"))]
    case = Case(path.read_text(encoding="utf-8"))
    for name, read in READERS.items():
        player = Player(case, read)
        player.play()
        for key, said in player.said().items():
            assert said == expected[key], f"{key}, from {name}"


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in MEMBERS])
def test_members(path: pathlib.Path, words: dict[str, Any]) -> None:
    expected = words[str(path.relative_to(ROOT / "corpus"))]
    case = Case(path.read_text(encoding="utf-8"))
    for name, read in READERS.items():
        household = Household(case, read)
        household.play()
        assert household.outcomes == expected["outcomes"], f"from {name}"
        assert "\n".join(household.members[id].save() for id in sorted(household.members)) == expected["states"]


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in QUOTES])
def test_quotes(path: pathlib.Path, words: dict[str, Any]) -> None:
    expected = words[str(path.relative_to(ROOT / "corpus"))]
    case = Case(path.read_text(encoding="utf-8"))
    for name, read in READERS.items():
        player = Player(case, read)
        player.play()
        assert player.outcomes == expected["outcomes"], f"from {name}"
        assert player.member.save() == expected["states"]


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in BAD])
def test_bad(path: pathlib.Path, words: dict[str, Any]) -> None:
    expected = words[path.name]
    text = path.read_text(encoding="utf-8")
    try:
        diagnostics = loyalty.Program.compile(text, name=path.name).warnings
    except loyalty.RulesError as error:
        assert str(error) == expected["drawn"]
        diagnostics = error.diagnostics
    assert f"[{','.join(diagnostic.to_json() for diagnostic in diagnostics)}]" == expected["code_points"]


def test_every_case_is_played(words: dict[str, Any]) -> None:
    assert len(words) == len(GOOD) + len(MEMBERS) + len(QUOTES) + len(BAD), "target/tmp/corpus.jsonl is of another corpus; write it anew"
    if path := os.environ.get("LOYALTY_CASES"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"Python: {len(GOOD) + len(MEMBERS) + len(QUOTES)} good and {len(BAD)} bad cases\n")
