"""Histories in PySpark: what workers make of their parts is what one call makes of the whole."""

import datetime as dt
import os
import pathlib
import re
import shutil
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import loyalty
import loyalty.partitions
import loyalty.spark
import pyarrow as pa
import pytest

from shop import TEXT, shop
from test_arrow import events

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "embedding.md"
SECRET = b"32 random bytes from a safe place"
LINE = "struct<category: string, amount: decimal(10,2), quantity: int>"
SCHEMA = (
    f"type string, id bigint, member string, at timestamp, subtotal decimal(12,3), lines array<{LINE}>, gift boolean, "
    "wrapped date, pickup string, promised timestamp, floors int"
)


def rows(count: int) -> list[dict[str, Any]]:
    """The events of `test_arrow`, whose times of day Spark has no type for."""
    made = events(count)
    return [{**event, "pickup": event["pickup"] and event["pickup"].isoformat()} for event in made]


def by_member(table: Any) -> list[dict[str, Any]]:
    """The rows, members in order and those of each as they came."""
    found = table.to_pylist() if isinstance(table, pa.Table) else [row.asDict(recursive=True) for row in table.collect()]
    return sorted(found, key=lambda row: (row["member"] or "", row.get("revision", 0), row.get("number", 0), str(row.get("event"))))


def whole(made: list[dict[str, Any]], text: str = TEXT, **more: Any) -> loyalty.Replay:
    program = loyalty.Program.compile(text, secret=SECRET)
    ordered = sorted(made, key=lambda event: (event["at"], event["id"]))
    return program.replay(ordered, decisions=True, **more)


# --- What a worker does, without Spark --------------------------------------------------------------------------------


def batches(made: list[dict[str, Any]], size: int) -> Iterator[Any]:
    ordered = sorted(made, key=lambda event: (event["member"] is not None, event["member"] or "", event["at"]))
    yield from pa.Table.from_pylist(ordered).to_batches(size)


@pytest.mark.parametrize("size", [1, 7, 64, 400])
def test_batches_are_cut_where_members_end(size: int) -> None:
    program, _ = shop()
    made = rows(400)
    parts = list(loyalty.partitions.replay(program, batches(made, size)))
    expected = whole(made)
    assert by_member(pa.concat_tables([part.decisions for part in parts])) == by_member(pa.table(expected.decision_table()))
    states = pa.concat_tables([part.states for part in parts])
    assert states == pa.table(expected.state_table())
    refused = pa.concat_tables([part.refused for part in parts]).to_pylist()
    assert sorted((row["event"], row["code"]) for row in refused) == sorted(
        (one.event, one.error.code) for one in expected.refused
    )
    assert {row["member"] for row in refused if row["field"] == "member"} == {None}
    assert "m-3" in {row["member"] for row in refused if row["field"] == "type"}


def test_nothing_comes_of_no_batches() -> None:
    program, _ = shop()
    assert list(loyalty.partitions.replay(program, [])) == []


def test_the_secret_of_a_compiled_program_is_asked_for() -> None:
    pytest.importorskip("pyspark")
    events: Any = None
    with pytest.raises(ValueError, match="give it as `secret`, too"):
        loyalty.spark.replay(events, loyalty.Program.compile(TEXT, secret=SECRET))


def test_a_worker_says_nothing_of_the_secret() -> None:
    work = loyalty.spark._Work(TEXT, SECRET, None)
    assert "random" not in repr(work) and "random" not in str(work)


# --- With Spark -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java, which is not installed")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = sql.SparkSession.builder.master("local[2]").appName("loyalty")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "32",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def frame(spark: Any, made: list[dict[str, Any]]) -> Any:
    names = ["type", "id", "member", "at", "subtotal", "lines", "gift", "wrapped", "pickup", "promised", "floors"]
    return spark.createDataFrame([tuple(event[name] for name in names) for event in made], SCHEMA)


def utc(value: Any) -> Any:
    """Spark gives instants without their zone, in that of the process."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    if isinstance(value, dict):
        return {key: utc(one) for key, one in value.items()}
    return [utc(one) for one in value] if isinstance(value, list) else value


def test_spark_gives_what_one_call_gives(spark: Any) -> None:
    made = rows(400)
    expected = whole(made)
    played = loyalty.spark.replay(frame(spark, made), TEXT, secret=SECRET)
    played.rows.persist()
    assert utc(by_member(played.decisions)) == utc(by_member(pa.table(expected.decision_table())))
    assert utc(by_member(played.states)) == utc(by_member(pa.table(expected.state_table())))
    assert by_member(played.balances) == by_member(pa.table(expected.balance_table()))
    total = played.balances.selectExpr("sum(issued) as issued").collect()[0].issued
    assert isinstance(total, Decimal) and total == expected.summary.wallets.points.issued
    refused = [(row.event, row.code) for row in played.refused.collect()]
    assert sorted(refused) == sorted((one.event, one.error.code) for one in expected.refused)


def test_night_by_night_is_all_at_once(spark: Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (code,) = [block for block in blocks if "import loyalty.spark" in block]
    made = rows(200)
    (tmp_path / "club.loyalty").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    expected = whole(made)
    states = None
    decisions: list[Any] = []
    for night in range(2):
        # Members are called otherwise here, and time is a text.
        events = frame(spark, made[night * 100 : night * 100 + 100]).withColumnRenamed("member", "customer")
        events = events.withColumn("at", events["at"].cast("string")).selectExpr("*", "concat(replace(at, ' ', 'T'), 'Z') as utc")
        events = events.drop("at").withColumnRenamed("utc", "at")
        folder = tmp_path / str(night)
        exec(compile(code, "docs/embedding.md", "exec"), {"events": events, "states": states, "folder": folder})
        decisions += spark.read.parquet(str(folder / "decisions")).collect()
        states = spark.read.parquet(str(folder / "states"))
    assert states is not None
    assert utc(by_member(states)) == utc(by_member(pa.table(expected.state_table())))
    key = ("member", "revision", "number", "kind", "amount", "at")
    assert sorted(str([utc(row[name]) for name in key]) for row in decisions) == sorted(
        str([utc(row[name]) for name in key]) for row in pa.table(expected.decision_table()).to_pylist()
    )


def test_time_passes_for_members_without_events(spark: Any) -> None:
    made = rows(100)
    first = loyalty.spark.replay(frame(spark, made), TEXT)
    until = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)
    later = loyalty.spark.replay(frame(spark, []), TEXT, states=first.states, until=until)
    expected = whole(made, until=until)
    assert by_member(later.balances) == by_member(pa.table(expected.balance_table()))
    assert {row.kind for row in later.decisions.select("kind").distinct().collect()} >= {"expired"}


def test_chance_takes_the_secret_where_it_is_used(spark: Any) -> None:
    text = TEXT + 'wheel fortune { weight 1 { earn 5 points }  weight 1 { earn 7 points } }\n'
    text += "rule spin on order { draw fortune }\n"
    made = rows(60)
    expected = whole(made, text)
    played = loyalty.spark.replay(frame(spark, made), text, secret=lambda: b"32 random bytes from a safe place")
    drawn = played.decisions.where("kind = 'drawn'").count()
    assert drawn > 5
    assert by_member(played.balances) == by_member(pa.table(expected.balance_table()))
    without = loyalty.spark.replay(frame(spark, made), text)
    assert without.refused.where("code = 'no_secret'").count() > 5


def test_what_does_not_compile_is_told_at_once(spark: Any) -> None:
    with pytest.raises(loyalty.RulesError):
        loyalty.spark.replay(frame(spark, rows(1)), "program")


def test_the_column_of_members_is_there_and_alone(spark: Any) -> None:
    made = rows(40)
    events = frame(spark, made).withColumnRenamed("member", "customer")
    expected = by_member(loyalty.spark.replay(frame(spark, made), TEXT).balances)
    # Another column of that name, in any case, is what the shop says with it, and no member's id.
    for name in ("member", "Member"):
        both = events.selectExpr("*", f"'gold' as {name}")
        assert by_member(loyalty.spark.replay(both, TEXT, member="customer").balances) == expected
        with pytest.raises(ValueError, match=r"^`events` has no column `custommer`; its columns are `type`, `id`, `customer`, "):
            loyalty.spark.replay(both, TEXT, member="custommer")
    cased = frame(spark, made).withColumnRenamed("member", "MEMBER")
    assert by_member(loyalty.spark.replay(cased, TEXT, member="MEMBER").balances) == expected
    with pytest.raises(ValueError, match=r"has no column `member`; .*; `member` says which column has the ids of members$"):
        loyalty.spark.replay(events, TEXT)
    states = spark.createDataFrame([("m-1", b"")], "customer string, state binary")
    with pytest.raises(ValueError, match=r"^`states` has no column `member`; its columns are `customer`, `state`$"):
        loyalty.spark.replay(frame(spark, made), TEXT, states=states)


def test_a_wrong_argument_is_told_before_anything_runs() -> None:
    pytest.importorskip("pyspark")

    def error(**more: Any) -> Exception:
        # No job can be started for a frame that is none.
        with pytest.raises(Exception) as raised:
            loyalty.spark.replay(object(), TEXT, **more)
        return raised.value

    def of_one_call(**more: Any) -> Exception:
        program = loyalty.Program.compile(TEXT)
        with pytest.raises(Exception) as raised:
            program.replay("", **more)
        return raised.value

    for until in (dt.date(2026, 1, 1), dt.datetime(2026, 1, 1), "tomorrow", 5):
        told, expected = error(until=until), of_one_call(until=until)
        assert (type(told), str(told)) == (type(expected), str(expected))
    assert (type(error(secret="a text")), str(error(secret="a text"))) == (TypeError, "a secret is bytes, not str")
    assert isinstance(error(secret=b"short"), ValueError) and "16" in str(error(secret=b"short"))
    for partitions, kind in ((0, ValueError), (-1, ValueError), (True, TypeError), (2.0, TypeError)):
        told = error(partitions=partitions)
        assert isinstance(told, kind) and str(told).startswith("argument 'partitions': a number from 1, or None for ")


def test_without_pyspark_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql.functions", None)
    nothing: Any = None
    with pytest.raises(ImportError, match=r"loyalty-rules\[spark\]"):
        loyalty.spark.replay(nothing, TEXT)
