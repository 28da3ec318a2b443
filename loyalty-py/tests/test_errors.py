"""Errors: what is wrong with a program, with an event, with an instant."""

import copy
import datetime as dt
import pickle
from collections.abc import Callable
from typing import Any

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
    half = "\ud800"
    for event in (half, f'"{half}"', order(id=half)):
        with pytest.raises(loyalty.EventError):
            program.apply(member, event)
    for call in (
        lambda: loyalty.Program.compile(half),
        lambda: loyalty.Program.compile(TEXT, name=half),
        lambda: loyalty.format(half),
        lambda: program.enroll(half, JOINED),
        lambda: program.advance(member, half),
        lambda: program.load(half),
        lambda: program.replay(half),
        lambda: program.audit(member, half),
        lambda: program.quote(member, {"at": JOINED}, codes=[half]),
        lambda: program.quote(member, {"at": JOINED}, language=half),
        lambda: program.apply(member, order(), counters={half: 1}),
        lambda: program.apply(member, order(), counters={"left": half}),
        lambda: program.replay(b"").member(half),
        lambda: loyalty.shopify.events(half, b"{}"),
        lambda: loyalty.shopify.events("orders/paid", half),
    ):
        with pytest.raises(ValueError, match=r"whole characters, and this one has half of one .*: '\\ud800'") as raised:
            call()
        assert type(raised.value) is ValueError
    # Nothing is called by it.
    view = program.view(member)
    assert (view.get(half), half in view, hasattr(view, half)) == (None, False, False)


def test_an_argument_that_is_refused_is_named() -> None:
    program, member = shop()
    wrong: Any = object()
    of_places = "a number of places is a whole one from 0 to 4294967295, not -1"
    cases: list[tuple[str, type[Exception], str, Callable[[], object]]] = [
        ("now", TypeError, r"an aware datetime, or a str such as 2026-11-21T10:00:00\+08:00, not int", lambda: program.apply(member, order(), now=5)),  # type: ignore[arg-type]
        ("to", TypeError, "an aware datetime, .*, not NoneType", lambda: program.advance(member, None)),  # type: ignore[arg-type]
        ("at", TypeError, "an aware datetime, .*, not object", lambda: program.enroll("m-1", wrong)),
        ("until", TypeError, "an aware datetime, .*, not object", lambda: program.replay(b"", until=wrong)),
        ("id", TypeError, "a text is a str, not object", lambda: program.enroll(wrong, JOINED)),
        ("period", TypeError, "a text is a str, not object", lambda: program.report(period=wrong)),
        ("earn", TypeError, "a text is a str, not object", lambda: loyalty.shopify.events("orders/paid", b"{}", earn=wrong)),
        ("member", TypeError, "a member is a Member, as `enroll` and `load` give one, not object", lambda: program.view(wrong)),
        ("event", TypeError, "a dict or another mapping, or JSON as str or bytes, not object", lambda: program.apply(member, wrong)),
        ("cart", TypeError, "a dict or another mapping, or JSON as str or bytes, not object", lambda: program.quote(member, wrong)),
        ("state", TypeError, "a str or bytes as they were saved, not object", lambda: program.load(wrong)),
        ("codes[1]", TypeError, "a str, not object", lambda: program.quote(member, {"at": JOINED}, codes=["A", wrong])),
        ('counters["left"]', TypeError, "an int, a Decimal, a str or a float, not object", lambda: program.apply(member, order(), counters={"left": wrong})),
        ("points", TypeError, "an int, a Decimal, a str or a float, not object", lambda: program.pool_spend([member], id="p", wallet="points", points=wrong, at=JOINED)),
        ("lines", TypeError, "JSON lines as str or bytes, a table of Arrow, .*, not object", lambda: program.replay(wrong)),
        ("states", TypeError, "a table of Arrow with a column `state`, not object", lambda: program.replay(b"", states=wrong)),
        ("threads", TypeError, "a number from 1, or None for one a core, not object", lambda: program.replay(b"", threads=wrong)),
        ("threads", ValueError, "a number from 1, or None for one a core, and not 1" + 30 * "0", lambda: program.replay(b"", threads=10**30)),
        ("top", TypeError, "a number of places is an int, not object", lambda: program.leaderboard("most", JOINED, top=wrong)),
        ("top", ValueError, of_places, lambda: program.leaderboard("most", JOINED, top=-1)),
        ("top", ValueError, "not one of thousands of digits", lambda: program.leaderboard("most", JOINED, top=10**5_000)),
        ("neighbours", ValueError, of_places, lambda: program.leaderboard("most", JOINED, neighbours=-1)),
    ]
    for name, kind, said, call in cases:
        with pytest.raises(kind, match=said) as raised:
            call()
        error = raised.value
        told = [str(error), *getattr(error, "__notes__", [])]
        assert type(error) is kind and any(f"'{name}'" in line for line in told), told
    # An instant that is none is refused as everywhere, with the argument for its field.
    with pytest.raises(loyalty.EventError) as refused:
        program.apply(member, order(), now="tomorrow")
    assert (refused.value.code, refused.value.field, refused.value.found) == ("bad_instant", "now", "`tomorrow`")

