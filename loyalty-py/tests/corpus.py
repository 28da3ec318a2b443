"""Plays the corpus of good programs: every event and every advance gives the outcome or error of the file, to the byte.

What a case file says is read here as `loyalty-core/tests/corpus` reads it.
"""

import json
import pathlib
import sys

import loyalty

ROOT = pathlib.Path(__file__).resolve().parents[2] / "corpus" / "good"
# A view shows nothing older than the member's own clock.
BEFORE_EVERYTHING = "1970-01-01T00:00:00Z"


class Failure(Exception):
    """What does not hold."""


class Case:
    """What a case file says."""

    def __init__(self, text):
        head, outcomes = text.split("=== outcomes\n")
        self.outcomes = outcomes.splitlines()
        sections = [section.partition("\n") for section in head.split("=== ")]
        self.programs = [body for name, _, body in sections if name == "program"]
        (steps,) = [body.splitlines() for name, _, body in sections if name == "steps"]
        self.enrolled_at = next((line.removeprefix("enroll ") for line in steps if line.startswith("enroll ")), None)
        self.steps = [line for line in steps if not line.startswith("enroll ")]
        first = next((json.loads(line) for line in self.steps if line.startswith("{")), {})
        self.enrolled_at = self.enrolled_at or first["at"]
        # An id may be sent as a number.
        self.member = str(first.get("member", "m-1"))


class Player:
    """A case on its way from the first step to the last."""

    def __init__(self, case):
        self.programs = iter(case.programs)
        self.program = loyalty.Program.compile(next(self.programs))
        self.member = self.program.enroll(case.member, case.enrolled_at)
        self.now = None
        self.outcomes = []

    def play(self, step):
        word, _, rest = step.partition(" ")
        if step.startswith("{"):
            self.note(lambda: self.program.apply(self.member, step, self.now))
        elif word == "raw":
            self.note(lambda: self.program.apply(self.member, rest, self.now))
        elif word == "advance":
            self.note(lambda: self.program.advance(self.member, rest))
        elif word == "now":
            self.now = rest
        elif step == "next program":
            saved = self.program.save(self.member)
            self.program = loyalty.Program.compile(next(self.programs))
            self.member = self.program.load(saved)
        elif word == "expect":
            path, _, wanted = rest.partition(" ")
            same(look(json.loads(self.program.view(self.member, BEFORE_EVERYTHING)), path), json.loads(wanted), path)
        elif word == "refused":
            same(json.loads(self.outcomes[-1]).get("error"), rest, "the refusal")
        elif word == "replayed":
            same(json.loads(self.outcomes[-1]).get("replayed"), True, "the replay")
        else:
            raise Failure("no such step")

    def note(self, happen):
        try:
            self.outcomes.append(happen())
        except loyalty.EventError as error:
            self.outcomes.append(error_json(error))


def play(case):
    player = Player(case)
    for step in case.steps:
        try:
            player.play(step)
        except (Failure, loyalty.EventError) as error:
            raise Failure(f"{step}: {error}") from error
    same(next(player.programs, None), None, "the programs that no step comes to")
    saved = player.program.save(player.member)
    same(player.program.save(player.program.load(saved)), saved, "the state that was saved and loaded")
    # A case that is being written has expectations first and outcomes when those hold; the core's own runner lets no
    # case without outcomes pass.
    if case.outcomes:
        for found, wanted in zip(player.outcomes, case.outcomes):
            if found != wanted:
                raise Failure(f"an outcome is not the one of the file\n  file  {wanted}\n  found {found}")
        same(len(player.outcomes), len(case.outcomes), "the number of outcomes")


def error_json(error):
    """What the core writes for the same error, from the attributes."""
    told = {"error": error.code, **{key: getattr(error, key) for key in ("field", "expected", "found", "help")}}
    told = {key: value for key, value in told.items() if value is not None}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def look(value, path):
    """What stands at a dotted path; numbers count the items of a list from zero."""
    for part in path.split("."):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (LookupError, TypeError, ValueError) as error:
            raise Failure(f"the view has no {path}") from error
    return value


def same(found, wanted, what):
    # As JSON, for Python takes 1 and True for equal.
    if json.dumps(found, sort_keys=True) != json.dumps(wanted, sort_keys=True):
        raise Failure(f"{what}: expected {wanted}, found {found}")


def main():
    """Plays every case, tells of every one that fails, then fails once."""
    passed, failed, bare = 0, 0, 0
    for path in sorted(ROOT.rglob("*.case")):
        try:
            case = Case(path.read_text(encoding="utf-8"))
            play(case)
        except Exception as error:
            failed += 1
            print(f"{path.relative_to(ROOT)}: {type(error).__name__}: {error}", file=sys.stderr)
        else:
            passed += 1
            bare += not case.outcomes
    if bare:
        print(f"{bare} cases have no outcomes yet; their expectations were checked")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
