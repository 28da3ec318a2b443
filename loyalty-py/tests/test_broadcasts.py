"""Whom a broadcast would reach, asked before it is said."""

import json
from typing import Any

import pytest

import loyalty

TEXT = """program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
event broadcast { code text? }
segment buyers = count(order) >= 1
policy messages { consent marketing  marketing at most 1 in total per day  quiet 21:00 .. 09:00 }
rule yes on message matching ["yes"] { consent marketing }
message spring marketing { broadcast  en "Spring is here: {broadcast.code ?? \\"10%\\"}." }
"""
SPRING = {"type": "broadcast", "at": "2026-03-20T12:00:00Z", "message": "spring", "campaign": "spring-2026"}


def club() -> tuple[loyalty.Program, list[loyalty.Member]]:
    """Three members; two of them have agreed."""
    program = loyalty.Program.compile(TEXT)
    members = [program.enroll(f"m-{number}", "2026-01-01T00:00:00Z") for number in range(3)]
    for member in members[:2]:
        yes = {"type": "message", "id": "w-1", "at": "2026-01-02T10:00:00Z", "text": "Yes!"}
        program.apply(member, yes)
    return program, members


@pytest.mark.parametrize("form", [lambda event: event, json.dumps, lambda event: json.dumps(event).encode()])
def test_an_estimate_counts_and_changes_nothing(form: Any) -> None:
    program, members = club()
    before = [member.save() for member in members]
    estimate = program.broadcast_estimate(form(SPRING))
    for member in members:
        estimate.add(member)
    assert [member.save() for member in members] == before
    assert (estimate.members, estimate.now, estimate.later) == (3, 1, 0)
    assert estimate.suppressed.to_dict() == {"at_most_in_total": 1, "no_consent": 1}
    assert estimate.refused.to_dict() == {}
    assert estimate.record().campaign == "spring-2026"
    assert json.loads(estimate.to_json())["now"] == 1
    assert repr(estimate) == "BroadcastEstimate(members=3, now=1, later=0)"


def test_counters_say_how_many_have_gone_already() -> None:
    program, members = club()
    estimate = program.broadcast_estimate(SPRING, counters={"messages marketing 2026-03-20": 1})
    estimate.add(members[0])
    assert (estimate.now, estimate.suppressed["at_most_in_total"]) == (0, 1)


def test_parts_are_put_together() -> None:
    program, members = club()
    parts = [program.broadcast_estimate(SPRING) for _ in members]
    for part, member in zip(parts, members, strict=True):
        part.add(member)
    whole, *others = parts
    for other in others:
        whole.merge(other)
    assert (whole.members, whole.now) == (3, 1)
    whole.merge(whole)
    assert whole.members == 6
    with pytest.raises(loyalty.EventError) as refused:
        whole.merge(program.broadcast_estimate(SPRING | {"campaign": "autumn-2026"}))
    assert refused.value.code == "conflict"


def test_what_comes_of_it_is_what_was_estimated() -> None:
    program, members = club()
    night = SPRING | {"at": "2026-03-20T21:00:00Z"}
    estimate = program.broadcast_estimate(night)
    for member in members:
        estimate.add(member)
    assert (estimate.now, estimate.later) == (0, 2)
    outcomes = [program.apply(member, night | {"id": "b-1"}) for member in members]
    assert [outcome.decisions[0].reason for outcome in outcomes] == ["held", "held", "no_consent"]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (SPRING | {"message": "autumn"}, "unknown_message"),
        (SPRING | {"segment": "nobody"}, "unknown_segment"),
        (SPRING | {"type": "order", "subtotal": 1}, "unknown_event"),
        (SPRING | {"at": "tomorrow"}, "bad_instant"),
        ("{", "invalid_json"),
    ],
)
def test_what_is_wrong_with_the_event_is_told_at_once(event: Any, code: str) -> None:
    program, _ = club()
    with pytest.raises(loyalty.EventError) as refused:
        program.broadcast_estimate(event)
    assert refused.value.code == code
