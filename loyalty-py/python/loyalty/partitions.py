"""Histories larger than memory: batches of Arrow, sorted by member, played some members at a time.

This is what a worker does with its part of the members, whoever hands it out: `loyalty.spark` does so in PySpark; a file that
is sorted by member can be read in a plain loop.

    program = loyalty.Program.from_file("club.loyalty")
    for part in replay(program, pyarrow.parquet.ParquetFile("events.parquet").iter_batches()):
        write(part.decisions)

It needs `pyarrow`: `pip install 'loyalty-rules[arrow]'`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import loyalty

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["STATE", "Part", "replay"]

STATE = "__loyalty_state"
"""The column with which a row is no event but the saved state of its member, and stands before the member's events."""


class Part(NamedTuple):
    """What some of the members came to: tables of pyarrow."""

    decisions: pa.Table
    """A row for each decision, as `Replay.decision_table` gives it."""
    balances: pa.Table
    """A row for each wallet of each member."""
    states: pa.Table
    """A row for each member, with the state to go on from."""
    refused: pa.Table
    """A row for each event that was refused; the member stands where `Replay.refused_table` has the line."""


def replay(
    program: loyalty.Program,
    batches: Iterable[pa.RecordBatch],
    *,
    until: datetime.datetime | str | None = None,
) -> Iterator[Part]:
    """Play the events of many members: rows that are sorted by `member`, those of each member in the order of their time. No more
    is held than one batch and the rows of one member.

    Raise ValueError for rows that are not sorted by member (texts by their code points, as Arrow, pandas and Spark sort them): a
    member that comes again would be played twice. What was yielded before is of the members before. Raise it as well for a program by which members bear on each other, by a limit in total, a budget, stock, a transfer or a
    referral: those are played together, in the order of the events, by `Program.replay`."""
    played_apart(program)
    return _parts(program, batches, until)


def played_apart(program: loyalty.Program) -> None:
    """Refuse a program whose members cannot be divided."""
    if (name := program._across_members()) is not None:
        together = "play all of them at once, in the order of the events, by `Program.replay`"
        raise ValueError(f"members are not played apart where `{name}` makes them bear on each other: {together}")


def _parts(
    program: loyalty.Program, batches: Iterable[pa.RecordBatch], until: datetime.datetime | str | None
) -> Iterator[Part]:
    for table in _of_whole_members(batches):
        yield _play(program, table, until)


def _of_whole_members(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows again, cut where one member ends and the next begins."""
    arrow = _pyarrow()
    waiting: list[pa.RecordBatch] = []
    for batch in _in_order(map(_with_texts, batches)):
        if not batch.num_rows:
            continue
        last = batch["member"][-1]
        # Rows of a member are together, so that the first with the last one's name is where its rows begin.
        begins = arrow.compute.index(batch["member"], last).as_py() if last.is_valid else 0
        if waiting and (begins > 0 or not waiting[-1]["member"][-1].equals(batch["member"][0])):
            first = batch.slice(0, begins)
            yield arrow.Table.from_batches([*waiting, first])
            waiting = [batch.slice(begins)]
        elif begins > 0:
            yield arrow.Table.from_batches([batch.slice(0, begins)])
            waiting = [batch.slice(begins)]
        else:
            waiting.append(batch)
    if waiting:
        yield arrow.Table.from_batches(waiting)


def _in_order(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, as long as no member comes before one that was there: only of rows in order is it known, without a memory of
    all members, that none of them comes again. Rows without a member may stand anywhere."""
    arrow = _pyarrow()
    last: pa.Array | None = None
    for batch in batches:
        members = batch["member"].drop_null()
        if len(members) and not arrow.types.is_nested(members.type):
            known = members if last is None else arrow.concat_arrays([last, members.cast(last.type)])
            falls = arrow.compute.index(arrow.compute.greater(known[:-1], known[1:]), True).as_py()
            if falls >= 0:
                wrong = f"`{known[falls + 1]}` comes after `{known[falls]}`"
                why = "a member that comes again would be played twice"
                raise ValueError(f"rows are sorted by `member`, and {wrong}: sort them first, for {why}")
            last = known[-1:]
        yield batch


def _with_texts(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with its members as plain texts, which categories and views are not for what compares them."""
    arrow = _pyarrow()
    if not isinstance(batch, arrow.RecordBatch):
        expected = "batches are RecordBatches of pyarrow, one after the other, such as `table.to_batches()`"
        raise TypeError(f"{expected}, not {type(batch).__module__}.{type(batch).__qualname__}")
    columns = batch.schema.get_all_field_indices("member")
    if len(columns) != 1:
        raise ValueError(f"batches have one column `member`, and this one has {len(columns) or 'none'}")
    (column,) = columns
    kind = batch.schema.field(column).type
    if not (arrow.types.is_dictionary(kind) or arrow.types.is_string_view(kind)):
        return batch
    return batch.set_column(column, arrow.field("member", arrow.string()), batch.column(column).cast(arrow.string()))


def _play(program: loyalty.Program, table: pa.Table, until: datetime.datetime | str | None) -> Part:
    arrow = _pyarrow()
    events, states = table, None
    if STATE in table.column_names:
        saved = arrow.compute.is_valid(table[STATE])
        states = arrow.table({"state": table[STATE].filter(saved)})
        events = table.filter(arrow.compute.invert(saved)).drop_columns([STATE])
    # One thread: whoever has many partitions plays as many of them at a time as there are cores.
    played = program.replay(events, states=states, decisions=True, until=until, threads=1)
    refused = arrow.table(played.refused_table())
    lines = arrow.compute.subtract(refused["line"], 1)
    members = events["member"].take(lines).cast(arrow.string())
    return Part(
        decisions=arrow.table(played.decision_table()),
        balances=arrow.table(played.balance_table()),
        states=arrow.table(played.state_table()),
        refused=refused.set_column(0, arrow.field("member", arrow.string()), members),
    )


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.compute
    except ImportError as missing:
        raise ImportError("histories in parts need pyarrow: pip install 'loyalty-rules[arrow]'") from missing
    return pyarrow
