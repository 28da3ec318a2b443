"""What a history came to, as tables of Arrow: nothing is lost on the way, and a history in parts is the whole."""

import datetime as dt
import gc
import json
import pathlib
import random
import re
from decimal import Context, Decimal
from typing import Any

import loyalty
import loyalty.spark
import pyarrow as pa
import pyarrow.compute
import pytest

from shop import TEXT, order, shop
from test_arrow import SCHEMA, events, lines
from test_corpus import GOOD, Case

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRET = b"32 random bytes from a safe place"
ALL_DIGITS = Context(prec=60)
COLUMNS = ("wallet", "amount", "entry", "lot", "pending", "vests_at", "expires_at")


def plain(value: Any) -> Any:
    """A value as the JSON of an outcome has it, instants as they are compared."""
    if isinstance(value, Decimal):
        return format(value.normalize(ALL_DIGITS), "f") if value else "0"
    return value


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A decision as its outcome tells it, from its row."""
    decision = {"kind": row["kind"], "at": row["at"]}
    decision |= {name: plain(row[name]) for name in COLUMNS if row[name] is not None}
    if row["because"] is not None:
        decision["because"] = [{part["by"]: part["name"], "amount": plain(part["amount"])} for part in row["because"]]
    details: dict[str, Any] = json.loads(row["details"] or "{}")
    return decision | details


def expected(outcome: dict[str, Any], decision: dict[str, Any]) -> dict[str, Any]:
    """The decision of an outcome, its instants read where a column has them, nulls left out."""
    named = {"at": outcome["at"], **decision}
    instants = ("at", "vests_at", "expires_at")
    read = {key: dt.datetime.fromisoformat(value) if key in instants and value else value for key, value in named.items()}
    return {key: value for key, value in read.items() if value is not None or key not in (*COLUMNS, "at")}


def without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None or key not in COLUMNS}


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which no key stands twice, for readers take one of the two."""
    read = dict(pairs)
    assert len(read) == len(pairs), pairs
    return read


def same(replay: loyalty.Replay) -> int:
    """Compares every row with the outcome that it is of; how many there are."""
    outcomes = [json.loads(outcome, object_pairs_hook=once) for outcome in replay.outcomes]
    decided = [
        (outcome, number, decision)
        for outcome in outcomes
        if not outcome.get("replayed")
        for number, decision in enumerate(outcome["decisions"])
    ]
    rows = pa.table(replay.decision_table()).to_pylist()
    assert len(rows) == len(decided)
    for row, (outcome, number, decision) in zip(rows, decided, strict=True):
        assert without_nulls(told(row)) == expected(outcome, decision)
        head = (row["member"], row["event"], row["revision"], row["number"])
        assert head == (outcome["member"], outcome.get("event"), outcome["revision"], number)
    return len(rows)


def test_rows_say_what_the_outcomes_say() -> None:
    program, _ = shop()
    table = pa.Table.from_pylist(events(400), SCHEMA)
    replay = program.replay(table, outcomes=True, decisions=True, until="2028-01-01T00:00:00Z")
    assert same(replay) > 100
    rows = pa.table(replay.decision_table())
    assert {"earned", "vested", "expired"} <= set(rows["kind"].to_pylist())
    assert rows.schema.field("amount").type == pa.decimal128(38, 6)
    assert rows.schema.field("at").type == pa.timestamp("us", tz="UTC")
    rows.validate(full=True)


def test_nothing_is_lost_in_the_corpus() -> None:
    kinds: set[str] = set()
    rows = 0
    for path in GOOD:
        case = Case(path.read_text(encoding="utf-8"))
        program = loyalty.Program.compile(case.programs[0], secret=case.secret or SECRET)
        steps = [json.loads(step) for step in case.steps if step.startswith("{")]
        replay = program.replay(
            [{"member": case.member, **step} for step in steps], outcomes=True, decisions=True, until="2030-01-01T00:00:00Z"
        )
        rows += same(replay)
        kinds |= set(pa.table(replay.decision_table())["kind"].to_pylist())
    assert rows > 2_000 and len(kinds) > 45, (rows, sorted(kinds))


def test_a_table_may_be_read_again_and_outlives_its_history() -> None:
    program, _ = shop()
    replay = program.replay(events(300), decisions=True)
    table = replay.decision_table()
    count = len(table)
    assert table.columns[0] == "member" and repr(table).startswith(f"Table({count} rows: member, event")
    first, second = pa.table(table), pa.table(table)
    schema = pa.schema(table)
    batches = pa.RecordBatchReader.from_stream(table)
    del replay, table
    gc.collect()
    assert first == second and first.schema == schema and first.num_rows == count
    # A stream that is not read to its end, and a column that outlives its table.
    batch = batches.read_next_batch()
    column = batch.column("because")
    del batches, batch, first
    gc.collect()
    assert column.to_pylist() == second["because"].to_pylist()


def test_many_rows_come_in_batches() -> None:
    program = loyalty.Program.compile('program "P" {}\nwallet points {}\nrule seen on visit { earn 1 points  tag "seen" }')
    made = (
        {"type": "visit", "id": number, "member": f"m-{number % 50_000}", "at": "2026-01-01T00:00:00Z"}
        for number in range(100_000)
    )
    replay = program.replay(made, decisions=True)
    table = pa.table(replay.decision_table())
    assert table.num_rows == 200_000 and len(table.column("kind").chunks) == 4
    assert pa.compute.sum(table["amount"]).as_py() == 100_000
    assert pa.table(replay.balance_table()).num_rows == pa.table(replay.state_table()).num_rows == 50_000


def test_balances_and_refusals() -> None:
    program, _ = shop()
    replay = program.replay(events(400))
    balances = pa.table(replay.balance_table()).to_pylist()
    assert [row["member"] for row in balances] == [member.id for member in replay.members()]
    sums = replay.summary.wallets.points
    for name in ("available", "pending", "issued", "spent", "expired", "debt"):
        assert sum(row[name] for row in balances) == sums[name]
    refused = pa.table(replay.refused_table()).to_pylist()
    for row, one in zip(refused, replay.refused, strict=True):
        assert (row["line"], row["event"], row["code"]) == (one.line, one.event, one.error.code)
        assert (row["field"], row["found"]) == (one.error.get("field"), one.error.get("found"))
    with pytest.raises(ValueError, match="decisions=True"):
        replay.decision_table()


def test_a_refusal_is_a_row_with_all_that_its_error_says() -> None:
    text = TEXT + 'rule shut on order when order.floors == 13 { refuse { en "We have no such floor."  de "Den gibt es nicht." } }\n'
    program = loyalty.Program.compile(text)
    wrong = [order(floors=13), order(id="o-2", subtotal=None), order(id="o-3", at="2026-11-21"), order(type="knock")]
    replay = program.replay([order(id="o-0"), *wrong])
    rows = pa.table(replay.refused_table()).to_pylist()
    assert [(row["line"], row["event"]) for row in rows] == [(2, "o-1"), (3, "o-2"), (4, "o-3"), (5, "o-1")]
    assert (rows[0]["code"], rows[0]["rule"], rows[0]["text"]) == ("refused_by_rule", "shut", "We have no such floor.")
    for event, row in zip(wrong, rows, strict=True):
        with pytest.raises(loyalty.EventError) as refused:
            program.apply(program.enroll("m-1", order()["at"]), event)
        # Every attribute of the error, whatever joins them, has a column.
        assert {key: row[key] for key in row.keys() - {"line", "event"}} == vars(refused.value)


def test_spark_is_told_the_columns_of_the_tables() -> None:
    program, _ = shop()
    replay = program.replay(b"", decisions=True)
    tables = (replay.decision_table(), replay.balance_table(), replay.state_table(), replay.refused_table())
    declared = re.findall(r"^(\w+) struct<(.*?)>(?=,?$)", loyalty.spark._ROW, re.MULTILINE | re.DOTALL)
    for (name, fields), table in zip(declared, tables, strict=True):
        told = re.findall(r"(\w+):", re.sub(r"<.*?>", "", fields, flags=re.DOTALL))
        # Where a refused event stood in its part of the history says nothing to others: its member stands there.
        assert tuple(told) == tuple("member" if column == "line" else column for column in table.columns), name


def test_parts_of_a_history_are_the_whole() -> None:
    program, _ = shop()
    made = events(400)
    whole = program.replay(lines(made), decisions=True)
    chance = random.Random(5)
    for _ in range(10):
        cuts = sorted(chance.sample(range(400), chance.randrange(1, 6)))
        states, decided = None, []
        for start, end in zip([0, *cuts], [*cuts, 400], strict=True):
            night = program.replay(pa.Table.from_pylist(made[start:end], SCHEMA), states=states, decisions=True)
            states = night.state_table()
            decided.append(pa.table(night.decision_table()))
        assert pa.concat_tables(decided).equals(pa.table(whole.decision_table()))
        assert pa.table(states) == pa.table(whole.state_table())


def test_an_event_of_the_night_before_is_no_row_again() -> None:
    program, _ = shop()
    night = program.replay(events(50), decisions=True)
    again = program.replay(events(60), states=night.state_table(), decisions=True)
    whole = program.replay(events(60), decisions=True)
    assert len(night.decision_table()) + len(again.decision_table()) == len(whole.decision_table())


@pytest.mark.parametrize("type", [pa.binary(), pa.large_binary(), pa.binary_view()])
def test_states_in_many_types(type: Any) -> None:
    program, member = shop()
    states = pa.table({"state": pa.array([None, member.save_binary()], type)})
    replay = program.replay(b"", states=states)
    assert [one.id for one in replay.members()] == ["m-1"]
    rows = pa.table(replay.state_table())
    assert rows.slice(0, 1)["state"].to_pylist() == [member.save_binary()]


def test_states_that_are_none() -> None:
    program, _ = shop()
    nothing: Any
    for nothing in ([], b"", 7):
        with pytest.raises(TypeError, match="a table of Arrow with a column `state`"):
            program.replay(b"", states=nothing)
    for table in (pa.table({"other": [1]}), pa.table({"state": ["text"]})):
        with pytest.raises(ValueError, match="a column `state` of bytes"):
            program.replay(b"", states=table)
    with pytest.raises(loyalty.StateError):
        program.replay(b"", states=pa.table({"state": [b"x"]}))


def test_each_member_has_one_state() -> None:
    program, member = shop()
    before = member.save_binary()
    program.apply(member, order())
    after = member.save_binary()
    other = program.enroll("m-2", "2026-01-01T00:00:00Z").save().encode()

    def states(*rows: bytes | None) -> pa.Table:
        return pa.table({"state": pa.array(rows, pa.binary())})

    # In bytes of either form, as `load` takes them.
    assert [one.id for one in program.replay(b"", states=states(after, other)).members()] == ["m-1", "m-2"]
    assert program.load(member.save().encode()) == member
    for rows in ((before, other, after), (after, other, member.save().encode())):
        with pytest.raises(loyalty.StateError, match=r"^state 3: of member `m-1`, as state 1 is; "):
            program.replay(b"", states=states(*rows))
    # A row without a state is of a member who has none yet.
    with pytest.raises(loyalty.StateError, match=r"^state 3: not a saved member: "):
        program.replay(b"", states=states(after, None, other[:50]))


def test_an_empty_history_has_columns() -> None:
    program, _ = shop()
    replay = program.replay(b"", decisions=True)
    assert pa.table(replay.decision_table()).column_names[:2] == ["member", "event"]
    assert pa.table(replay.balance_table()).num_rows == 0


def test_the_page_names_the_columns() -> None:
    program, _ = shop()
    page = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    section = page.partition("## Whole histories")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `(\w+)`", section, re.MULTILINE)
    assert tuple(named) == program.replay(b"", decisions=True).decision_table().columns


@pytest.mark.parametrize("type", ["dictionary", "string_view", "large_string", "int64"])
def test_members_of_a_part_are_of_any_type_that_an_id_is_read_from(type: str) -> None:
    program, _ = shop()
    made = [order(id=f"o-{number}", member=str(number // 3)) for number in range(30)]
    table = pa.Table.from_pylist(made)
    member = table["member"].dictionary_encode() if type == "dictionary" else table["member"].cast(type)
    batches = table.set_column(table.column_names.index("member"), "member", member).to_batches(max_chunksize=7)
    parts = list(loyalty.partitions.replay(program, batches))
    assert len(parts) > 1 and sum(part.decisions.num_rows for part in parts) == 30
    assert sorted(row["member"] for part in parts for row in part.balances.to_pylist()) == [str(number) for number in range(10)]
    bad = pa.Table.from_pylist([order(id="o-1", subtotal="x")]).to_batches()
    (part,) = loyalty.partitions.replay(program, bad)
    assert part.refused.to_pylist()[0]["member"] == "m-1"


def test_members_that_come_again_are_refused_before_they_are_played_twice() -> None:
    program, _ = shop()

    def parts(members: list[Any], size: int = 100) -> Any:
        made = [order(id=f"o-{number}", member=member) for number, member in enumerate(members)]
        return loyalty.partitions.replay(program, pa.Table.from_pylist(made).to_batches(max_chunksize=size))

    # Within a batch, between two, and with a row of nobody between.
    for members in (["a", "b", "a"], ["b", "a"], ["a", "b", None, "a"], ["a", "a", "b", "b", "a"]):
        for size in (1, 2, 100):
            with pytest.raises(ValueError, match="rows are sorted by `member`, and `a` comes after `b`: sort them first"):
                list(parts(members, size))
    # What was yielded before is whole, and of the members before.
    played = parts(["a", "a", "b", "b", "a"], 2)
    assert [row["member"] for row in next(played).balances.to_pylist()] == ["a"]
    with pytest.raises(ValueError, match="sort them first"):
        next(played)
    # By code points, as Arrow and Spark sort; numbers are sorted as numbers.
    list(parts(["m-1", "m-10", "m-9", "é", "\ufffd", "\U0001f600"], 2))
    list(parts([9, 10, 11], 2))
    list(parts([None, "a", None, "b"], 1))


def test_batches_that_are_none() -> None:
    program, _ = shop()
    table = pa.Table.from_pylist([order()])
    for batches in (table, [table], [{"member": "m-1"}]):
        with pytest.raises(TypeError, match=r"batches are RecordBatches of pyarrow, one after the other, such as `table.to_batches\(\)`, not "):
            list(loyalty.partitions.replay(program, batches))
    twice = pa.record_batch([table["member"].chunk(0), table["member"].chunk(0)], names=["member", "member"])
    for batch, count in ((pa.record_batch({"id": ["o-1"]}), "none"), (twice, "2")):
        with pytest.raises(ValueError, match=f"one column `member`, and this one has {count}"):
            list(loyalty.partitions.replay(program, [batch]))
