"""Events as dicts: read in place, digit by digit, and refused with the words of JSON."""

import datetime as dt
import enum
import json
import sys
from collections import ChainMap, OrderedDict, UserDict
from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import loyalty
import pytest

from shop import order, shop, told

JSON = {"subtotal": "37.50", "gift": True, "wrapped": "2026-02-01", "pickup": "10:15", "floors": 3}


def apply(**more: Any) -> str:
    program, member = shop()
    return told(lambda: program.apply(member, order(**more)))


def saved(**more: Any) -> str:
    program, member = shop()
    program.apply(member, order(**more))
    return member.save()


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("subtotal", "37.50", Decimal("37.50")),
        ("subtotal", "37", 37),
        ("subtotal", "37.5", 37.5),
        ("subtotal", "0.1", 0.1),
        ("subtotal", "1200", Decimal("1.2E+3")),
        ("subtotal", "9007199254740991", 9007199254740991.0),
        ("subtotal", "123456789012345678", 123456789012345678),
        ("id", "820982911946154508", 820982911946154508),
        ("id", "12", 12.0),
        ("at", "2026-11-21T10:00:00+01:00", dt.datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Europe/Berlin"))),
        ("at", "2026-11-21T10:00:00.000001+01:00", dt.datetime(2026, 11, 21, 9, 0, 0, 1, tzinfo=dt.UTC)),
        ("at", "2026-10-25T02:30:00+01:00", dt.datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)),
        ("promised", "2026-11-21T10:00:00Z", dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)),
        ("wrapped", "2024-02-29", dt.date(2024, 2, 29)),
        ("pickup", "10:15:30", dt.time(10, 15, 30)),
        ("gift", True, True),
        ("member", "m-1", type("Id", (str,), {})("m-1")),
        ("member", "m-1", enum.StrEnum("Members", {"ONE": "m-1"}).ONE),  # type: ignore[attr-defined]
        ("lines", [{"amount": "1.25"}], ({"amount": Decimal("1.25")},)),
        ("lines", [{"amount": "1.25"}], [OrderedDict(amount=Decimal("1.25"), nothing=object())]),
    ],
)
def test_a_value_of_python_is_what_its_text_is(field: str, text: Any, value: Any) -> None:
    assert saved(**{field: value}) == saved(**{field: text})


@pytest.mark.parametrize(
    ("field", "value", "code", "found"),
    [
        # What arithmetic with floats leaves behind has more decimals than an amount may have.
        ("subtotal", 0.1 + 0.2, "number_too_long", "0.30000000000000004"),
        ("subtotal", 2.0**53, "wrong_type", "9007199254740992.0"),
        ("subtotal", float("nan"), "wrong_type", "nan"),
        ("subtotal", float("-inf"), "wrong_type", "-inf"),
        ("subtotal", Decimal("NaN"), "wrong_type", "NaN"),
        ("subtotal", Decimal("1E+30"), "number_too_long", "1E+30"),
        ("subtotal", -1, "negative_amount", "-1"),
        ("subtotal", 10**18, "number_too_long", "1000000000000000000"),
        ("subtotal", 10**30, "number_too_long", "1000000000000000000000000000000"),
        pytest.param("subtotal", 10**5000, "number_too_long", "1e4300", id="more digits than Python writes"),
        ("subtotal", True, "wrong_type", "true"),
        ("subtotal", "\ud800", "wrong_type", "a text with half a character"),
        ("subtotal", {"value": 1}, "wrong_type", "an object"),
        ("subtotal", [1], "wrong_type", "a list"),
        ("subtotal", object(), "wrong_type", "a object"),
        ("subtotal", b"37", "wrong_type", "a bytes"),
        ("floors", 2.5, "wrong_type", "2.5"),
        ("id", 8.209829119461545e17, "wrong_type", "8.209829119461545e+17"),
        ("id", 1.5, "wrong_type", "1.5"),
        ("id", "", "wrong_type", '""'),
        ("id", None, "missing_field", None),
        ("type", "ordre", "unknown_event", "`ordre`"),
        ("gift", 1, "wrong_type", "1"),
        ("wrapped", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "wrong_type", '"2026-01-01T00:00:00Z"'),
        ("pickup", dt.time(10, tzinfo=dt.UTC), "wrong_type", "a datetime.time"),
        ("pickup", dt.time(9, 30, 15, 500_000), "wrong_type", '"09:30:15.500000"'),
        ("pickup", "09:30:15.5", "wrong_type", '"09:30:15.5"'),
        ("promised", dt.datetime(2026, 1, 1), "wrong_type", '"2026-01-01T00:00:00"'),
        ("promised", dt.date(2026, 1, 1), "wrong_type", '"2026-01-01"'),
        ("lines", {}, "wrong_type", "an object"),
        ("lines", {1, 2}, "wrong_type", "a set"),
        ("lines", [7], "wrong_type", "7"),
        ("currency", "USD", "wrong_currency", "`USD`"),
    ],
)
def test_what_does_not_fit_is_refused(field: str, value: Any, code: str, found: str | None) -> None:
    error = json.loads(apply(**{field: value}))
    assert (error["error"], error.get("found")) == (code, found)
    assert error["field"].split("[")[0] == field


def test_an_id_that_was_a_float_is_asked_for_as_a_text() -> None:
    program, member = shop()
    with pytest.raises(loyalty.EventError) as raised:
        program.apply(member, order(id=8.209829119461545e17))
    assert raised.value.expected == "a text, or a whole number below 2^53"
    assert raised.value.help is not None and raised.value.help.startswith("send its digits as a text")


def test_the_order_of_keys_does_not_change_the_refusal() -> None:
    event = order(id="", subtotal="x", gift="y", lines=[{"amount": "z"}])
    turned = dict(reversed(event.items()))
    program, member = shop()
    given: list[Any] = [event, turned, json.dumps(event), json.dumps(turned)]
    answers = {told(lambda event=event: program.apply(member, event)) for event in given}
    assert answers == {'{"error":"wrong_type","field":"id","expected":"a text that is not empty","found":"\\"\\""}'}


def test_only_what_the_program_reads_is_looked_at() -> None:
    unread: dict[Any, Any] = {7: "a key that is no text", "other": [object()], "nothing": ({1: ["\ud800"]},)}
    assert apply(unread=unread, other=object(), nothing="\ud800") == apply()


def test_what_a_table_has_where_it_has_nothing_is_no_value() -> None:
    class NaTType(dt.datetime):
        """As that of pandas: a datetime that is no instant."""

        def utcoffset(self) -> dt.timedelta:
            raise ValueError("NaTType does not support utcoffset")

    program, member = shop()
    before = member.save()
    given: list[tuple[str, Any]] = [("at", NaTType(2026, 1, 1)), ("subtotal", float("nan")), ("subtotal", Decimal("NaN"))]
    for field, value in given:
        with pytest.raises(loyalty.EventError) as raised:
            program.apply(member, order(**{field: value}))
        assert (raised.value.code, raised.value.field) == ("wrong_type", field)
        assert raised.value.help == "what is missing is left out of the event, or is null"
    # A text that says so is a text.
    with pytest.raises(loyalty.EventError) as raised:
        program.apply(member, order(subtotal="nan"))
    assert raised.value.help is None and member.save() == before


def test_what_a_time_says_of_itself_may_be_any_number() -> None:
    class Time(dt.time):
        hour = property(lambda self: 10**15)

    class Date(dt.date):
        def toordinal(self) -> int:
            return -(2**31)

    class Span(dt.timedelta):
        days = property(lambda self: 10**15)

    class When(dt.datetime):
        def __sub__(self, other: Any) -> Any:
            return Span()

    program, member = shop()
    before, when = member.save(), When(2026, 5, 5, tzinfo=dt.UTC)
    for field, value in (("pickup", Time(10)), ("wrapped", Date(2026, 5, 5)), ("at", when), ("promised", when)):
        with pytest.raises(loyalty.EventError, match="found OverflowError: ") as raised:
            program.apply(member, order(**{field: value}))
        assert (raised.value.code, raised.value.field) == ("wrong_type", field)
    for call in (lambda: program.advance(member, when), lambda: program.enroll("m-2", when)):
        with pytest.raises(TypeError, match=r"argument '(to|at)': a datetime of the years 1 to 9999, not .*When"):
            call()
    assert member.save() == before


def test_the_truth_of_a_numeric_library_is_true_or_false() -> None:
    # As numpy's, which is no bool: a row of a table has it.
    told = {"__bool__": lambda self: True, "__module__": "numpy"}
    assert saved(gift=type("bool", (), told)()) == saved(gift=True)


def test_an_instant_is_asked_for_as_one() -> None:
    program, member = shop()
    for value in (None, "", 1.5, dt.date(2026, 1, 5), dt.time(10)):
        with pytest.raises(loyalty.EventError) as raised:
            program.apply(member, order(at=value))
        assert raised.value.expected == "an instant such as 2026-11-21T10:00:00+08:00"


def test_any_mapping_is_an_event() -> None:
    line = {"amount": "4.50", "category": "coffee"}
    nested = order(lines=[MappingProxyType(line), UserDict(line)])
    plain = order(lines=[line, line])
    answers = set()
    for event in (plain, nested, UserDict(nested), MappingProxyType(nested), ChainMap({}, nested)):
        program, member = shop()
        answers.add(program.apply(member, event).to_json())
        answers.add(program.apply(member, json.dumps(plain)).to_json().replace(',"replayed":true', ""))
        history = program.replay([event, UserDict(event)])
        assert not history.refused and history.summary.replayed == 1
    assert len(answers) == 1


@pytest.mark.parametrize(("wrong", "found"), [(None, "null"), (True, "true"), (5, "a number"), (0.5, "a number"), ([order()], "a list")])
def test_what_json_has_besides_objects_is_refused_as_an_event(wrong: Any, found: str) -> None:
    program, member = shop()
    for call in (program.apply, program.explain, program.quote, lambda _, event: loyalty.event_head(event)):
        with pytest.raises(loyalty.EventError) as refused:
            call(member, wrong)
        assert (refused.value.code, refused.value.found) == ("invalid_json", found)
    with pytest.raises(loyalty.EventError) as refused:
        program.apply(member, json.dumps(wrong))
    assert refused.value.code == "invalid_json" and member.revision == 0


def test_bytes_that_are_no_bytes_are_no_history() -> None:
    program, _ = shop()
    for wrong in (bytearray(b"{}"), memoryview(b"{}")):
        with pytest.raises(TypeError, match="argument 'lines': JSON lines as str or bytes"):
            program.replay(wrong)  # type: ignore[arg-type]


def test_what_is_no_mapping_is_a_type_error() -> None:
    program, member = shop()
    with pytest.raises(TypeError, match="argument 'event': a dict or another mapping, or JSON as str or bytes, not set"):
        program.apply(member, {1, 2})  # type: ignore[arg-type]
    (refused,) = program.replay([{1, 2}]).refused  # type: ignore[list-item]
    assert (refused.error.code, refused.error.found) == ("invalid_json", "a set")


def test_an_instant_without_an_offset_is_told_so() -> None:
    program, member = shop()
    naive = dt.datetime(2026, 1, 5, 10)
    calls: list[Callable[[], Any]] = [
        lambda: program.apply(member, order(at=naive)),
        lambda: program.advance(member, naive),
    ]
    for call in calls:
        with pytest.raises(loyalty.EventError) as refused:
            call()
        assert refused.value.code == "bad_instant"
        assert refused.value.help == "say how far its clock is from UTC: `+08:00` behind the time, or `Z` for UTC itself"


def test_code_of_the_host_that_runs_while_an_event_is_read_does_no_harm() -> None:
    program, member = shop()
    inner = program.enroll("m-2", "2026-01-01T00:00:00Z")

    class Nested(dt.datetime):
        def utcoffset(self) -> dt.timedelta:
            program.apply(inner, order(id=f"o-{inner.revision}", member="m-2", branch="another"))
            return dt.timedelta(0)

    class Broken(dt.datetime):
        def utcoffset(self) -> dt.timedelta:
            raise RuntimeError("no")

    outcome = program.apply(member, order(at=Nested(2026, 1, 5, 10, tzinfo=dt.timezone.utc)))
    assert outcome.at == dt.datetime(2026, 1, 5, 10, tzinfo=dt.timezone.utc) and inner.revision > 0
    before = member.save()
    with pytest.raises(loyalty.EventError) as raised:
        program.apply(member, order(id="o-2", at=Broken(2026, 1, 6, tzinfo=dt.timezone.utc)))
    assert raised.value.field == "at"
    assert (raised.value.found or "").startswith("RuntimeError: no, raised in reading a ")
    assert member.save() == before


def test_a_number_is_what_it_is_however_it_shows_itself() -> None:
    program, member = shop()

    class Money(Decimal):
        def __str__(self) -> str:
            return f"{self:.0f}"

    class Points(int):
        def __str__(self) -> str:
            return "1"

    class Shown(float):
        def __repr__(self) -> str:
            return "1"

    exact = [program.apply(program.enroll(id, "2026-01-01T00:00:00Z"), order(member=id, subtotal=subtotal)) for id, subtotal in
             [("m-2", "12.75"), ("m-3", Money("12.75")), ("m-4", Shown(12.75))]]
    assert len({str(outcome.decisions[0].amount) for outcome in exact}) == 1
    with pytest.raises(loyalty.EventError) as raised:
        program.apply(member, order(subtotal=Points(10**20)))
    assert raised.value.code == "number_too_long"


def nested(levels: int, innermost: Any = ()) -> Any:
    value = innermost
    for level in range(levels):
        value = [{"in": value}, [value], (value,), {"in": value, "and": 1}][level % 4]
    return value


@pytest.mark.parametrize(
    "more",
    [
        *({f"more_{number}": 1 for number in range(count - len(order()))} for count in (1_000, 1_001, 5_000)),
        *({"more": nested(levels)} for levels in (126, 127, 200, 5_000)),
        *({"lines": [{"amount": 1, "more": nested(levels)}]} for levels in (124, 125)),
        *({"lines": nested(levels)} for levels in (3, 127)),
        *({"subtotal": nested(levels)} for levels in (3, 127)),
    ],
)
def test_a_dict_is_as_large_as_json_may_be(more: dict[str, Any]) -> None:
    sys.setrecursionlimit(20_000)
    program, member = shop()
    assert apply(**more) == told(lambda: program.apply(member, json.dumps(order(**more))))


def test_what_holds_itself_is_too_deep_and_what_is_told_again_and_again_too_large() -> None:
    itself: dict[str, Any] = {}
    itself["self"] = itself
    again: Any = "x"
    for _ in range(100):
        again = [again, again]
    program, member = shop()
    priced = loyalty.Program.compile('program "Shop" { currency EUR }\ncoupon TEN { give 10% off order }')
    buyer = priced.enroll("m-1", "2026-01-01T00:00:00Z")
    for value, code in ((itself, "too_deep"), (again, "event_too_large"), ([0] * 3_000_000, "event_too_large")):
        event = order(more=value)
        calls: list[Callable[[], Any]] = [
            lambda event=event: program.apply(member, event),  # type: ignore[misc]
            lambda event=event: priced.quote(buyer, event),  # type: ignore[misc]
            lambda event=event: loyalty.event_head(event),  # type: ignore[misc]
            lambda event=event: program.explain(member, UserDict(event)),  # type: ignore[misc]
        ]
        for call in calls:
            with pytest.raises(loyalty.EventError) as refused:
                call()
            assert (refused.value.code, refused.value.field) == (code, None)
        assert [refused.error.code for refused in program.replay([event]).refused] == [code]
    # What a program does not read may be of any kind.
    program.apply(member, order(more=[0] * 1_000_000))
