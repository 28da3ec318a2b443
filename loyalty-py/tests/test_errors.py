"""Errors: what is wrong with a program, with an event, with an instant."""

import copy
import datetime as dt
import pickle
from collections.abc import Callable

import loyalty
import pytest

from shop import JOINED, TEXT, order, shop


def wrong(text: str) -> loyalty.RulesError:
    with pytest.raises(loyalty.RulesError) as raised:
        loyalty.Program.compile(text, name="shop.loyalty")
    return raised.value


def test_what_does_not_compile_is_told_as_objects() -> None:
    error = wrong(TEXT.replace("wallet points", "wallet point"))
    first = error.diagnostics[0]
    assert (first.severity, first.code, first.line, first.column) == ("error", "L0207", 4, 29)
    assert first.message == "unknown unit `points`"
    assert first.candidates == ("point",)
    assert first.help is not None and first.help.startswith("a unit is the program's currency or a wallet")
    assert TEXT.replace("wallet points", "wallet point")[first.span.start : first.span.end] == "points"
    assert first.labels[0].start == first.span.start
    assert str(error).startswith("error[L0207]: unknown unit `points`\n  --> shop.loyalty:4:29\n")


@pytest.mark.parametrize("before", ["قهوة", "☕", "👩‍🍳🎁", "e\u0301", "𝒳"])
def test_places_are_counted_in_code_points(before: str) -> None:
    text = f"/// {before}\nprogram \"{before}\" {{}}\nwallet points {{}}\nrule r on signup {{ tag \"{before}\" earn 1 coins }}\n"
    first = wrong(text).diagnostics[0]
    assert text[first.span.start : first.span.end] == "coins"
    assert (first.line, first.column) == (4, text.splitlines()[3].index("coins") + 1)
    for label in first.labels:
        assert text[label.start : label.end]


def test_errors_are_pickled_with_their_attributes() -> None:
    error = wrong(TEXT.replace("wallet points", "wallet coins"))
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.diagnostics) == (str(error), error.diagnostics)
    program, member = shop()
    with pytest.raises(loyalty.EventError) as raised:
        program.apply(member, order(subtotal="many"))
    copied = copy.copy(raised.value)
    assert (copied.code, copied.field, copied.found) == ("wrong_type", "subtotal", '"many"')
    assert str(copied) == 'wrong_type: `subtotal`: expected a number, or its digits as a text, found "many"'


def test_a_refused_event_says_why() -> None:
    program, member = shop()
    with pytest.raises(loyalty.EventError) as raised:
        program.apply(member, order(subtotal=None, lines=None))
    error = raised.value
    assert (error.code, error.field, error.expected, error.found) == ("missing_field", "subtotal", "a number", None)
    assert error.help is not None and str(error).startswith("missing_field")
    assert member.revision == 0


def test_what_is_no_instant_is_refused_alike_everywhere() -> None:
    program, member = shop()
    naive = dt.datetime(2026, 1, 5, 10)
    for at, found in (("tomorrow", "`tomorrow`"), (naive, "`2026-01-05T10:00:00`"), (dt.datetime(1, 1, 1, tzinfo=dt.UTC), None)):
        for call in (
            lambda: program.enroll("m-2", at),
            lambda: program.apply(member, order(), now=at),
            lambda: program.apply(member, order(at=at)),
            lambda: program.advance(member, at),
            lambda: program.view(member, at),
            lambda: program.replay("", until=at),
        ):
            with pytest.raises(loyalty.EventError) as raised:
                call()
            assert raised.value.code == "bad_instant"
            assert found is None or raised.value.found == found


def test_an_event_from_the_future_is_refused_where_now_is_told() -> None:
    program, member = shop()
    for now in (JOINED, dt.datetime(2026, 11, 21, 8, tzinfo=dt.UTC)):
        with pytest.raises(loyalty.EventError) as raised:
            program.apply(member, order(), now=now)
        assert raised.value.code == "future_event"
    program.apply(member, order(), now=dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC))


def test_a_member_of_another_program_is_refused() -> None:
    _, member = shop()
    other = loyalty.Program.compile(TEXT.replace("points", "stars"))
    # To look at it is refused, too: its points would be shown as stars.
    calls: list[Callable[[], object]] = [
        lambda: other.apply(member, order()),
        lambda: other.view(member),
        lambda: other.export(member),
        lambda: other.audit(member, "o-1"),
    ]
    for call in calls:
        with pytest.raises(loyalty.EventError) as raised:
            call()
        assert raised.value.code == "other_program"


def test_half_a_character_in_a_text_is_an_error() -> None:
    program, member = shop()
    for call in (
        lambda: loyalty.Program.compile("\ud800"),
        lambda: program.enroll("\ud800", JOINED),
        lambda: program.apply(member, '"\ud800"'),
        lambda: program.advance(member, "\ud800"),
        lambda: program.load("\ud800"),
    ):
        with pytest.raises(UnicodeEncodeError):
            call()
