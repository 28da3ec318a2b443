"""Tables of Arrow: rows are the events that the same lines of JSON are."""

import datetime as dt
import json
import random
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import loyalty
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from shop import shop

LINE_OF_TEXT = pa.struct([("amount", pa.string())])
LINE = pa.struct([("category", pa.string()), ("amount", pa.decimal128(10, 2)), ("quantity", pa.int8())])
SCHEMA = pa.schema(
    [
        ("type", pa.dictionary(pa.int8(), pa.string())),
        ("id", pa.int64()),
        ("member", pa.large_string()),
        ("at", pa.timestamp("ms", tz="Europe/Berlin")),
        ("subtotal", pa.decimal128(12, 3)),
        ("lines", pa.large_list(LINE)),
        ("gift", pa.bool_()),
        ("wrapped", pa.date32()),
        ("pickup", pa.time32("s")),
        ("promised", pa.timestamp("ns", tz="UTC")),
        ("floors", pa.uint16()),
        ("unread", pa.float32()),
    ]
)


def events(count: int) -> list[dict[str, Any]]:
    chance = random.Random(3)
    start = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)

    def maybe(value: Any) -> Any:
        return value if chance.random() < 0.7 else None

    def event(number: int) -> dict[str, Any]:
        lines = [
            {"category": maybe(chance.choice(["coffee", "tea", "قهوة"])), "amount": Decimal(chance.randrange(500)) / 100, "quantity": 1}
            for _ in range(chance.randrange(4))
        ]
        return {
            "type": chance.choice(["order", "order", "order", "signup", "ordre"]),
            "id": number,
            "member": maybe(f"m-{chance.randrange(20)}"),
            "at": start + dt.timedelta(hours=number),
            "subtotal": maybe(Decimal(chance.randrange(100_000)) / 1_000),
            "lines": maybe(lines),
            "gift": maybe(chance.random() < 0.5),
            "wrapped": maybe(dt.date(2026, 2, chance.randrange(1, 29))),
            "pickup": maybe(dt.time(chance.randrange(24), 30)),
            "promised": maybe(start + dt.timedelta(minutes=number)),
            "floors": maybe(chance.randrange(60_000)),
            "unread": 0.5,
        }

    return [event(number) for number in range(count)]


def as_json(value: Any) -> Any:
    """What json.dumps cannot write by itself."""
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


def lines(events: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(event, default=as_json) for event in events)


def played(replay: loyalty.Replay) -> Any:
    refused = [(refused.line, refused.event, refused.error.to_json()) for refused in replay.refused]
    return replay.summary.to_json(), [member.save() for member in replay.members()], refused, replay.outcomes


def test_rows_are_the_events_that_the_lines_are() -> None:
    program, _ = shop()
    made = events(400)
    table = pa.Table.from_pylist(made, SCHEMA)
    expected = played(program.replay(lines(made), outcomes=True))
    assert len(expected[2]) > 50 and len(expected[3]) > 50
    assert played(program.replay(table, outcomes=True)) == expected
    # In pieces that begin in the middle of their buffers; as a stream; as one batch.
    pieces = pa.concat_tables([table.slice(0, 131), table.slice(131, 1), table.slice(132)])
    assert played(program.replay(pieces, outcomes=True)) == expected
    assert played(program.replay(pa.RecordBatchReader.from_batches(SCHEMA, table.to_batches(37)), outcomes=True)) == expected
    single = table.combine_chunks().to_batches()[0]
    assert played(program.replay(pa.table(single), outcomes=True)) == expected
    rest = table.slice(200, 150)
    assert played(program.replay(rest)) == played(program.replay(lines(made[200:350])))


def test_dicts_are_the_events_that_the_lines_are() -> None:
    program, _ = shop()
    made = events(400)
    expected = played(program.replay(lines(made), outcomes=True))
    assert played(program.replay(made, outcomes=True)) == expected
    assert played(program.replay((one for one in made), outcomes=True)) == expected
    assert program.replay([]).summary.events == 0


def test_an_iterator_that_fails_says_so_itself() -> None:
    program, _ = shop()

    def failing() -> Iterator[dict[str, Any]]:
        yield from events(3)
        raise OSError("the file is gone")

    with pytest.raises(OSError, match="the file is gone"):
        program.replay(failing())
    (refused,) = program.replay([{"type": "order"}]).refused
    assert refused.error.code == "missing_field"
    nothing: Any
    for nothing in ({"type": "order"}, 7, None):
        with pytest.raises(TypeError, match="events one after the other"):
            program.replay(nothing)


@pytest.mark.parametrize(
    ("type", "value", "text"),
    [
        (pa.string(), "12.50", "12.50"),
        (pa.string_view(), "12.50", "12.50"),
        (pa.string_view(), "000000000000012.5", "12.5"),
        (pa.float64(), 12.5, "12.5"),
        (pa.float32(), 0.1, "0.1"),
        (pa.int8(), 12, "12"),
        (pa.uint64(), 12, "12"),
        (pa.decimal128(38, 10), Decimal("12.5000000000"), "12.5"),
        (pa.decimal128(5, -2), Decimal("1200"), "1200"),
        (pa.null(), None, None),
    ],
)
def test_amounts_in_many_types(type: Any, value: Any, text: str | None) -> None:
    program, _ = shop()
    order = {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-02-01T10:00:00Z", "subtotal": text, "gift": True}
    column = pa.array([value], type)
    table = pa.table({key: [value] for key, value in order.items() if key != "subtotal"}).append_column("subtotal", column)
    assert played(program.replay(table, outcomes=True)) == played(program.replay(lines([order]), outcomes=True))


@pytest.mark.parametrize(
    ("type", "value", "code", "found"),
    [
        (pa.float64(), 0.1 + 0.2, "number_too_long", "0.30000000000000004"),
        (pa.float64(), float("nan"), "wrong_type", "NaN"),
        (pa.uint64(), 2**64 - 1, "number_too_long", "18446744073709551615"),
        (pa.decimal128(38, 0), Decimal(10**37), "number_too_long", f"{10**37}e0"),
        (pa.decimal128(38, 9), Decimal("0.000000001"), "number_too_long", "0.000000001"),
        (pa.timestamp("us"), dt.datetime(2026, 1, 1), "wrong_type", "a timestamp without a zone"),
        (pa.list_(pa.int8()), [1], "wrong_type", "a list"),
        (pa.bool_(), True, "wrong_type", "true"),
    ],
)
def test_what_does_not_fit_is_refused(type: Any, value: Any, code: str, found: str) -> None:
    program, _ = shop()
    order = {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-02-01T10:00:00Z"}
    table = pa.table({key: [value] for key, value in order.items()}).append_column("subtotal", pa.array([value], type))
    (refused,) = program.replay(table).refused
    assert (refused.error.code, refused.error.field, refused.error.found) == (code, "subtotal", found)


def test_columns_that_nobody_reads_may_be_anything() -> None:
    program, _ = shop()
    order = {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-02-01T10:00:00Z", "subtotal": "10"}
    raw = pa.array([b"x"], pa.binary())
    table = pa.table({key: [value] for key, value in order.items()})
    assert program.replay(table.append_column("raw", raw)).summary.applied == 1
    (refused,) = program.replay(table.append_column("gift", raw)).refused
    assert (refused.error.code, refused.error.found) == ("wrong_type", "a value of Arrow's type binary")


DAY = dt.date(2026, 2, 1)
NUMBER = "a number, or its digits as a text"


@pytest.mark.parametrize(
    ("column", "values", "expected", "name"),
    [
        ("subtotal", pa.array([Decimal("1.5")], pa.decimal32(5, 2)), NUMBER, "decimal32"),
        ("subtotal", pa.array([Decimal("1.5")], pa.decimal64(10, 2)), NUMBER, "decimal64"),
        ("subtotal", pa.array([Decimal("1.5")], pa.decimal256(40, 2)), NUMBER, "decimal256"),
        ("subtotal", pa.array([1.5], pa.float16()), NUMBER, "halffloat"),
        ("subtotal", pa.array([7], pa.duration("s")), NUMBER, "duration"),
        ("subtotal", pa.array([b"1"], pa.binary(1)), NUMBER, "fixed_size_binary"),
        ("subtotal", pa.array([b"1"], pa.large_binary()), NUMBER, "large_binary"),
        ("subtotal", pa.array([b"1"], pa.binary_view()), NUMBER, "binary_view"),
        ("subtotal", pc.run_end_encode(pa.array([1])), NUMBER, "run_end_encoded"),
        ("subtotal", pa.array([None], pa.month_day_nano_interval()).fill_null((1, 2, 3)), NUMBER, "interval"),
        ("wrapped", pa.array([DAY], pa.date64()), "a date such as 2026-11-21", "date64"),
        ("lines", pa.array([[{"amount": "1"}]], pa.list_(LINE_OF_TEXT, 1)), "a list", "fixed_size_list"),
        ("lines", pa.array([[{"amount": "1"}]], pa.list_view(LINE_OF_TEXT)), "a list", "list_view"),
        ("lines", pa.array([[("a", "b")]], pa.map_(pa.string(), pa.string())), "a list", "map"),
        ("lines", pa.array([[{"amount": Decimal(1)}]], pa.list_(pa.struct([("amount", pa.decimal256(40))]))), NUMBER, "decimal256"),
    ],
)
def test_a_type_that_no_field_takes_says_what_to_cast_it_to(column: str, values: Any, expected: str, name: str) -> None:
    program, _ = shop()
    order = {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-02-01T10:00:00Z", "subtotal": "1"}
    table = pa.table({**{key: [value] for key, value in order.items()}, column: values})
    (refused,) = program.replay(table).refused
    error = refused.error
    assert (error.code, error.expected, error.found) == ("wrong_type", expected, f"a value of Arrow's type {name}")
    assert error.field == ("lines[0].amount" if expected == NUMBER and column == "lines" else column)
    assert "column" in error.help
    # What the help says is done, and gives what is taken.
    if cast := re.search(r"`((?:column|pyarrow\.compute)[.\w]*\(.*\))`", error.help):
        if column != "lines" or name.endswith(("list", "view")):
            mended = eval(cast.group(1), {"column": pa.chunked_array([values]), "pyarrow": pa})
            assert not program.replay(table.set_column(table.column_names.index(column), column, mended)).refused
    # Where there is nothing, nothing is wrong.
    nothing = pa.nulls(1, values.type) if name != "run_end_encoded" else pa.nulls(1)
    assert program.replay(table.set_column(table.column_names.index(column), column, nothing)).refused == () or column == "subtotal"


def test_a_time_without_a_zone_says_how_to_give_it_one() -> None:
    program, _ = shop()
    at = pa.chunked_array([pa.array([dt.datetime(2026, 2, 1, 10)], pa.timestamp("us"))])
    table = pa.table({"type": ["order"], "id": ["o-1"], "member": ["m-1"], "at": at, "subtotal": [1]})
    (refused,) = program.replay(table).refused
    assert (refused.error.code, refused.error.field, refused.error.found) == ("wrong_type", "at", "a timestamp without a zone")
    assert 'pyarrow.compute.assume_timezone(column, "UTC")' in refused.error.help
    assert not program.replay(table.set_column(3, "at", pc.assume_timezone(at, "UTC"))).refused


@pytest.mark.parametrize(
    ("column", "values", "code"),
    [
        ("at", pa.array([2**62], pa.timestamp("s", "UTC")), "bad_instant"),
        ("at", pa.array([-(2**62)], pa.timestamp("ms", "UTC")), "bad_instant"),
        ("promised", pa.array([2**62], pa.timestamp("s", "UTC")), "wrong_type"),
        ("pickup", pa.array([86_400], pa.int32()).cast(pa.time32("s")), "wrong_type"),
        ("pickup", pa.array([-1]).cast(pa.time64("us")), "wrong_type"),
        ("pickup", pa.array([2**62]).cast(pa.time64("ns")), "wrong_type"),
        ("wrapped", pa.array([2**31 - 1], pa.int32()).cast(pa.date32()), "wrong_type"),
    ],
)
def test_what_lies_beyond_every_calendar_and_clock_is_refused_by_its_field(column: str, values: Any, code: str) -> None:
    program, _ = shop()
    order = {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-02-01T10:00:00Z", "subtotal": "1"}
    table = pa.table({**{key: [value] for key, value in order.items()}, column: values})
    (refused,) = program.replay(table).refused
    assert (refused.error.code, refused.error.field) == (code, column)


def test_a_column_that_is_there_twice_is_told_before_anything_is_played() -> None:
    program, member = shop()
    order = {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-02-01T10:00:00Z", "subtotal": "1"}
    names, rows = list(order), [[value] for value in order.values()]
    for name in ("subtotal", "member", "nobody reads it"):
        with pytest.raises(ValueError, match=f"^a table of Arrow with the column `{name}` twice: drop one of them or give it another name$"):
            program.replay(pa.table([*rows, ["600"], ["700"]], names=[*names, "nobody reads it", name]))
    twice = pa.StructArray.from_arrays([pa.array(["1"]), pa.array(["2"])], names=["amount", "amount"])
    lines = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), twice)
    with pytest.raises(ValueError, match=r"the column `lines\[\]\.amount` twice"):
        program.replay(pa.table([*rows, lines], names=[*names, "lines"]))
    state = pa.array([member.save_binary()])
    with pytest.raises(ValueError, match="the column `state` twice"):
        program.replay(b"", states=pa.table([state, state], names=["state", "state"]))
    # Also where there is no row.
    with pytest.raises(ValueError, match="the column `id` twice"):
        program.replay(pa.schema([("id", pa.string()), ("id", pa.string())]).empty_table())


def test_a_stream_that_fails_is_an_error() -> None:
    program, _ = shop()
    assert program.replay(pa.RecordBatchReader.from_batches(SCHEMA, iter([]))).summary.events == 0

    class Rude:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return 7

    with pytest.raises(TypeError):
        program.replay(Rude())

    def failing() -> Any:
        yield pa.Table.from_pylist(events(3), SCHEMA).to_batches()[0]
        raise RuntimeError("the disk is gone")

    with pytest.raises(ValueError, match="the disk is gone"):
        program.replay(pa.RecordBatchReader.from_batches(SCHEMA, failing()))


def test_a_time_of_day_has_no_part_of_a_second() -> None:
    program, _ = shop()
    base = {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-02-01T10:00:00Z", "subtotal": "5"}
    for micros, found in ((0, None), (5, '"09:30:15.000005"'), (500_000, '"09:30:15.500000"')):
        times = pa.array([dt.time(9, 30, 15, micros)], pa.time64("us"))
        table = pa.table({key: [value] for key, value in base.items()}).append_column("pickup", times)
        refused = [(one.error.field, one.error.code, one.error.found) for one in program.replay(table).refused]
        assert refused == ([] if found is None else [("pickup", "wrong_type", found)])
