"""Histories of many members in PySpark: each member is played where its events are brought together.

    events = spark.read.parquet("events/2026-11-26")
    states = spark.read.parquet("states/2026-11-25")
    night = loyalty.spark.replay(events, pathlib.Path("club.loyalty"), states=states)
    night.rows.persist()
    night.decisions.write.parquet("decisions/2026-11-26")
    night.states.write.parquet("states/2026-11-26")

It needs `pyspark` and `pyarrow`, here and on the workers: `pip install 'loyalty-rules[spark]'`.
"""

from __future__ import annotations

import datetime
import functools
import os
import pathlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import loyalty
from loyalty.partitions import STATE, Part, played_apart
from loyalty.partitions import replay as play

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["Replayed", "replay"]

_PARTS = ("decisions", "balances", "states", "refused")


@dataclass(frozen=True)
class Replayed:
    """What a history came to. All of it comes from `rows`, which Spark works out anew for each of the frames that is used,
    unless it is persisted or written first."""

    rows: DataFrame
    """One column for each of the frames below; each row has a value in one of them."""

    @property
    def decisions(self) -> DataFrame:
        """A row for each decision, as `Replay.decision_table` gives it."""
        return self._part("decisions")

    @property
    def balances(self) -> DataFrame:
        """A row for each wallet of each member."""
        return self._part("balances")

    @property
    def states(self) -> DataFrame:
        """A row for each member, those of the states that were given among them, for the next `replay`."""
        return self._part("states")

    @property
    def refused(self) -> DataFrame:
        """A row for each event that was refused, with its member and why."""
        return self._part("refused")

    def _part(self, name: str) -> DataFrame:
        return self.rows.where(f"{name} is not null").select(f"{name}.*")


def replay(
    events: DataFrame,
    program: str | os.PathLike[str] | loyalty.Program,
    *,
    states: DataFrame | None = None,
    until: datetime.datetime | str | None = None,
    secret: bytes | Callable[[], bytes] | None = None,
    member: str = "member",
    partitions: int | None = None,
) -> Replayed:
    """Play events that are rows, each member's in the order of `at` and `id`, going on from `states` (columns `member` and
    `state`, as `Replayed.states` has them) or from nothing. With `until`, time then passes for all members.

    `program` is a text, the path of one here, or a compiled program. It is compiled once in each process of a worker. The
    `secret` goes to the workers with it, also that of a compiled program, which says none of its own; a function is called there instead, so that the secret never leaves them.
    `member` is the column with the member's id, and one that is called `member` besides it is left out; `partitions`, into how
    many parts the members are divided, from 1.

    What is wrong with an argument is told at once, and as `Program.compile` and `Program.replay` tell it. Raise ValueError for a
    column that is not there, and for a program by which members bear on each other, as `loyalty.partitions.replay` does.
    """
    functions = _pyspark()
    if isinstance(program, loyalty.Program) and secret is None:
        _expect_no_secret(program)
    text = _text(program)
    # What does not compile, what is not played apart, and what is no secret and no instant is told here and not by a worker.
    compiled = loyalty.Program.compile(text, secret=None if callable(secret) else secret)
    played_apart(compiled)
    compiled.replay("", until=until)
    _expect_parts(partitions)
    _expect_columns("events", events, member)
    rows = events if member == "member" else _called_member(events, member)
    rows = rows.withColumn("member", functions.col("member").cast("string"))
    if states is not None:
        _expect_columns("states", states, "member", "state")
        saved = states.select(functions.col("member").cast("string"), functions.col("state").alias(STATE))
        rows = saved.unionByName(rows, allowMissingColumns=True)
    rows = rows.repartition("member") if partitions is None else rows.repartition(partitions, "member")
    rows = rows.sortWithinPartitions(*_order(rows, functions))
    work = _Work(text, secret, until if until is None or isinstance(until, str) else until.isoformat())
    return Replayed(rows.mapInArrow(work, _ROW))


def _order(rows: DataFrame, functions: Any) -> list[Any]:
    order = ["member", *([functions.col(STATE).isNull()] if STATE in rows.columns else [])]
    if "at" in rows.columns:
        # Texts have offsets of their own; what is no instant is refused, wherever it stands.
        texts = dict(rows.dtypes)["at"] == "string"
        order.append(functions.expr("try_to_timestamp(at)") if texts else functions.col("at"))
    return [*order, *(["id"] if "id" in rows.columns else [])]


_OTHER = "__loyalty_other"
"""What a column `member` is called that has no ids of members, for as long as it takes to leave it out."""


def _called_member(events: DataFrame, member: str) -> DataFrame:
    """The events with the ids of members in a column `member`, and no other one of that name: Spark knows them not apart, and
    not by their case either, so that columns are renamed by their places."""
    names = ["member" if name == member else _OTHER if name.lower() == "member" else name for name in events.columns]
    return events.toDF(*names).drop(_OTHER)


def _expect_columns(argument: str, frame: DataFrame, *names: str) -> None:
    """Refuse a frame without one of these columns."""
    for name in names:
        if name not in frame.columns:
            there = ", ".join(f"`{column}`" for column in frame.columns) or "none"
            mend = "; `member` says which column has the ids of members" if argument == "events" else ""
            raise ValueError(f"`{argument}` has no column `{name}`; its columns are {there}{mend}")


def _expect_parts(partitions: object) -> None:
    """Refuse what members cannot be divided into."""
    if partitions is None:
        return
    expected = "a number from 1, or None for as many as Spark chooses"
    if isinstance(partitions, bool) or not isinstance(partitions, int):
        raise TypeError(f"argument 'partitions': {expected}, not {type(partitions).__name__}")
    if partitions < 1:
        raise ValueError(f"argument 'partitions': {expected}, not {partitions}")


def _expect_no_secret(program: loyalty.Program) -> None:
    """Refuse a program that has a secret, which does not go to the workers with its text."""
    try:
        program.__reduce__()
    except TypeError as secret:
        raise ValueError("the program has a secret, which is not sent by itself: give it as `secret`, too") from secret


def _text(program: str | os.PathLike[str] | loyalty.Program) -> str:
    if isinstance(program, loyalty.Program):
        return program.text
    return program if isinstance(program, str) else pathlib.Path(program).read_text(encoding="utf-8")


class _Work:
    """What a worker does with its part of the rows. It says nothing of the secret that it carries."""

    def __init__(self, text: str, secret: bytes | Callable[[], bytes] | None, until: str | None) -> None:
        self._text, self._secret, self._until = text, secret, until

    def __repr__(self) -> str:
        return "loyalty.spark.replay"

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        program = _compiled(self._text, self._secret() if callable(self._secret) else self._secret)
        for part in play(program, batches, until=self._until):
            yield from _rows(part)


@functools.lru_cache(maxsize=8)
def _compiled(text: str, secret: bytes | None) -> loyalty.Program:
    """The program, once in each process."""
    return loyalty.Program.compile(text, secret=secret)


def _rows(part: Part) -> Iterator[pa.RecordBatch]:
    """The tables of a part below each other: each in a column of its own, with nulls in those of the others."""
    import pyarrow as pa

    types = {name: pa.struct(list(table.schema)) for name, table in zip(_PARTS, part, strict=True)}
    for name, table in zip(_PARTS, part, strict=True):
        for batch in table.to_batches():
            columns = [
                batch.to_struct_array() if other == name else pa.nulls(batch.num_rows, type) for other, type in types.items()
            ]
            yield pa.RecordBatch.from_arrays(columns, names=list(types))


_AMOUNT = "decimal(38,6)"
_SUMS = ("available", "pending", "held", "issued", "transferred_in", "spent", "transferred_out", "expired")
_ROW = f"""
decisions struct<
  member: string, event: string, revision: bigint, number: bigint, at: timestamp, kind: string, wallet: string,
  amount: {_AMOUNT}, entry: bigint, lot: bigint, pending: boolean, vests_at: timestamp, expires_at: timestamp,
  because: array<struct<by: string, name: string, amount: decimal(38,12)>>, details: string>,
balances struct<
  member: string, wallet: string, {"".join(f"{name}: {_AMOUNT}, " for name in _SUMS)}
  clawed_back: {_AMOUNT}, written_off: {_AMOUNT}, debt: {_AMOUNT}>,
states struct<member: string, revision: bigint, clock: timestamp, next_due: timestamp, state: binary>,
refused struct<
  member: string, event: string, code: string, field: string, expected: string, found: string, help: string,
  rule: string, text: string>
"""


def _pyspark() -> Any:
    try:
        import pyarrow
        import pyspark.sql.functions
    except ImportError as missing:
        raise ImportError("loyalty.spark needs pyspark and pyarrow: pip install 'loyalty-rules[spark]'") from missing
    del pyarrow
    return pyspark.sql.functions
