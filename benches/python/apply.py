"""What one `apply` costs from Python, over the core's own cost and over the same job written by hand, all in one run; and what
whole histories cost, from lines of JSON and from tables of Arrow, in one thread and in two.

    pip install ./loyalty-py pyarrow && python benches/python/apply.py

The orders and the core's figures are those of `benches/src/bin/border.rs`: five lines, on a member who has seen orders before.
"""

import copy
import datetime
import json
import pathlib
import subprocess
import time
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any

import loyalty
import pyarrow as pa

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOINED = "2026-01-01T00:00:00Z"
ROUNDS = 60


def by_hand(order: dict[str, Any]) -> Decimal:
    """The ten rules, as a programmer in a hurry writes them."""
    subtotal, shipping = Decimal(order["subtotal"]), Decimal(order["shipping"])
    sums: dict[str, Decimal] = {}
    units = Decimal(0)
    for line in order["lines"]:
        sums[line["category"]] = sums.get(line["category"], Decimal(0)) + Decimal(line["amount"])
        if line["category"] == "drinks":
            units += Decimal(line["quantity"])
    points = subtotal + sums.get("coffee", 0) + sums.get("pastry", 0) * 2 + units + sums.get("retail", Decimal(0)) // 10 * 3
    points += 50 if subtotal >= 100 else 0
    points += 500 if subtotal >= 500 else 0
    points += 5 if order["payment"] == "card" else 0
    points += 5 if order["branch"] in ("KLCC", "Bangsar") else 0
    points += shipping // 5 if shipping > 5 else 0
    return points.to_integral_value(ROUND_DOWN)


def typed(order: dict[str, Any]) -> dict[str, Any]:
    """The same order with amounts as Decimal, as an application has them that computes with them."""
    amounts = {key: Decimal(order[key]) for key in ("subtotal", "total", "shipping")}
    lines = [{**line, "unit_price": Decimal(line["unit_price"]), "amount": Decimal(line["amount"])} for line in order["lines"]]
    return {**order, **amounts, "lines": lines}


def table(dicts: list[dict[str, Any]]) -> pa.Table:
    """The orders as a table of Arrow, amounts as decimals."""
    amount = pa.decimal128(12, 2)
    line = pa.struct(
        [("id", pa.string()), ("sku", pa.string()), ("category", pa.string()), ("quantity", pa.int64())]
        + [("unit_price", amount), ("amount", amount)]
    )
    texts = [(name, pa.string()) for name in ("type", "id", "member", "currency", "branch", "payment")]
    amounts = [(name, amount) for name in ("subtotal", "total", "shipping")]
    schema = pa.schema([*texts, *amounts, ("at", pa.timestamp("us", tz="UTC")), ("lines", pa.list_(line))])
    rows = [{**typed(order), "at": datetime.datetime.fromisoformat(order["at"])} for order in dicts]
    return pa.Table.from_pylist(rows, schema)


def quickest_tenth(calls: int, prepare: Callable[[], Any], run: Callable[[Any], object], rounds: int = ROUNDS) -> float:
    """Nanoseconds a call, of the quickest tenth of the rounds: what is slower had to wait for others. `prepare` is not measured."""
    times = []
    for number in range(rounds + rounds // 3):
        prepared = prepare()
        started = time.perf_counter_ns()
        run(prepared)
        # The first rounds warm up.
        if number >= rounds // 3:
            times.append((time.perf_counter_ns() - started) / calls)
    return sorted(times)[rounds // 10]


def row(name: str, nanoseconds: float, core: float | None = None) -> None:
    ratio = f"{nanoseconds / core:6.2f} of the core, {(nanoseconds - core) / 1000:.2f} µs more" if core else ""
    print(f"  {name:56} {nanoseconds / 1000:7.2f} µs {ratio}".rstrip())


def single(program: loyalty.Program, seen: list[str], dicts: list[dict[str, Any]], core: float) -> None:
    """One event after the other, with nothing and with the amounts of the decisions looked at."""
    warm = program.enroll("m-1", JOINED)
    for order in seen:
        program.apply(warm, order)
    texts = [json.dumps(order, separators=(",", ":")) for order in dicts]
    forms: dict[str, list[Any]] = {
        "a dict, amounts as str": dicts,
        "a dict, amounts as Decimal": [typed(order) for order in dicts],
        "JSON bytes": [text.encode() for text in texts],
        "JSON str": texts,
    }
    for form, events in forms.items():

        def apply(member: loyalty.Member, events: list[Any] = events) -> None:
            for event in events:
                program.apply(member, event)

        def read(member: loyalty.Member, events: list[Any] = events) -> None:
            for event in events:
                for decision in program.apply(member, event).decisions:
                    _ = decision.amount

        row(f"apply, from {form}", quickest_tenth(len(events), lambda: copy.copy(warm), apply), core)
        row("  and the amounts of its decisions read", quickest_tenth(len(events), lambda: copy.copy(warm), read), core)


def bulk(program: loyalty.Program, texts: list[str], core: dict[str, str]) -> None:
    """Fifty members with two hundred orders each, in one call."""
    alone, told = float(core["bulk"]), float(core["told"])
    lines = [text.replace('"m-1"', f'"m-{member}"') for member in range(50) for text in texts]
    joined = "\n".join(lines).encode()
    arrow = table([json.loads(line) for line in lines])

    def each(run: Callable[[Any], object]) -> float:
        return quickest_tenth(len(lines), lambda: None, run, 10)

    def decided(threads: int) -> Callable[[Any], object]:
        return lambda _: pa.table(program.replay(arrow, decisions=True, threads=threads).decision_table())

    row(f"the core: {len(lines)} lines of JSON in one call, each", alone)
    row("  with each outcome kept as JSON", told)
    def played(events: Any, threads: int) -> Callable[[Any], object]:
        return lambda _: program.replay(events, threads=threads)

    for threads, where in ((1, ""), (2, ", on two threads")):
        row(f"replay of lines of JSON{where}", each(played(joined, threads)), alone)
        row(f"replay of a table of Arrow{where}", each(played(arrow, threads)), alone)
        row(f"replay of a table of Arrow, decisions out as another{where}", each(decided(threads)), told)

    def states(_: Any) -> pa.Table:
        return pa.table(program.replay(arrow, decisions=True, threads=1).state_table())

    row("  and the states as a third", each(states), told)


def main() -> None:
    command = ["cargo", "run", "--release", "--quiet", "--package", "benches", "--bin", "border"]
    for line in subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        core = json.loads(line)
        program, texts = loyalty.Program.compile(core["text"]), core["next"]
        dicts = [json.loads(text) for text in texts]
        print(f"{core['program']} program, an order of five lines:")
        if core["program"] == "ten":
            row("by hand in Python, from a dict", quickest_tenth(len(dicts), lambda: None, lambda _: [by_hand(order) for order in dicts]))
            row("json.loads alone", quickest_tenth(len(texts), lambda: None, lambda _: [json.loads(text) for text in texts]))
        row("the core: JSON in, JSON out", float(core["apply"]))
        row("  of that, reading the JSON", float(core["decode"]))
        row("  of that, writing the outcome", float(core["write"]))
        single(program, core["seen"], dicts, float(core["apply"]))
        bulk(program, texts, core)


if __name__ == "__main__":
    main()
