"""What one `apply` costs from Python, over the core's own cost, and over the same job written by hand in Python.

    pip install ./loyalty-py && cargo run --release -p benches --bin report && python benches/python/apply.py

The order is that of `benches/src/lib.rs`: five lines, ten rules.
"""

import copy
import datetime
import json
import pathlib
import re
import time
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any

import loyalty

SOURCE = (pathlib.Path(__file__).parents[1] / "src" / "lib.rs").read_text(encoding="utf-8")
ORDER: str = re.search(r'ORDER: &str = r#"(.*?)"#', SOURCE).group(1)  # type: ignore[union-attr]
HEAD: str = re.search(r'HEAD: &str = "(.*?)\\n"', SOURCE).group(1).replace('\\"', '"')  # type: ignore[union-attr]


def program(name: str) -> loyalty.Program:
    body: str = re.search(rf'fn {name}\(\).*?format!\(\s*"((?:[^"\\]|\\.)*)"', SOURCE, re.DOTALL).group(1)  # type: ignore[union-attr]
    text = body.replace('\\"', '"').replace("{{", "\0").replace("}}", "\1").replace("{HEAD}", HEAD + "\n")
    return loyalty.Program.compile(text.replace("\0", "{").replace("\1", "}"))


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


def orders(count: int) -> list[dict[str, Any]]:
    """A few orders a day, each with an id of its own."""
    base = json.loads(ORDER)
    return [
        {**base, "id": f"o-{number}", "at": f"2026-02-{1 + number // 16:02}T{number % 16:02}:00:00+08:00"}
        for number in range(count)
    ]


def typed(order: dict[str, Any]) -> dict[str, Any]:
    """The same order with amounts as Decimal, as an application has them that computes with them."""
    amounts = {key: Decimal(order[key]) for key in ("subtotal", "total", "shipping")}
    lines = [{**line, "unit_price": Decimal(line["unit_price"]), "amount": Decimal(line["amount"])} for line in order["lines"]]
    return {**order, **amounts, "lines": lines}


def amounts(outcome: loyalty.Outcome) -> list[Decimal | None]:
    return [decision.amount for decision in outcome.decisions]


def nanoseconds(calls: int, run: Callable[[], object]) -> float:
    """The quickest of many runs of so many calls each, in nanoseconds a call: what else the machine does only adds."""
    runs = []
    for _ in range(200):
        started = time.perf_counter_ns()
        run()
        runs.append((time.perf_counter_ns() - started) / calls)
    return min(runs)


def apply(program: loyalty.Program, events: list[Any], use: Callable[[loyalty.Outcome], Any]) -> float:
    """The time of one apply on a member that has seen some orders, its decisions looked at."""
    warm = program.enroll("m-1", "2026-01-01T00:00:00Z")
    for order in orders(32)[:16]:
        program.apply(warm, order)
    rest = events[16:]

    def run() -> None:
        member = copy.copy(warm)
        for event in rest:
            use(program.apply(member, event))

    return nanoseconds(len(rest), run) - nanoseconds(len(rest), lambda: copy.copy(warm))


def row(name: str, nanoseconds: float) -> None:
    print(f"{name:60} {nanoseconds:10,.0f} ns")


def table(dicts: list[dict[str, Any]]) -> Any:
    """The orders as a table of Arrow, amounts as decimals."""
    import pyarrow as pa

    amount = pa.decimal128(12, 2)
    line = pa.struct(
        [("id", pa.string()), ("sku", pa.string()), ("category", pa.string()), ("quantity", pa.int64())]
        + [("unit_price", amount), ("amount", amount)]
    )
    texts = [(name, pa.string()) for name in ("type", "id", "member", "currency", "branch", "payment")]
    amounts = [(name, amount) for name in ("subtotal", "total", "shipping")]
    at = pa.timestamp("us", tz="Asia/Kuala_Lumpur")
    schema = pa.schema([*texts, *amounts, ("at", at), ("lines", pa.list_(line))])
    rows = [{**typed(order), "at": datetime.datetime.fromisoformat(order["at"])} for order in dicts]
    return pa.Table.from_pylist(rows, schema)


def main() -> None:
    dicts = orders(216)
    texts = [json.dumps(order, separators=(",", ":")) for order in dicts]
    forms: dict[str, list[Any]] = {
        "dict, amounts as str": dicts,
        "dict, amounts as Decimal": [typed(order) for order in dicts],
        "JSON bytes": [text.encode() for text in texts],
        "JSON str": texts,
    }
    row("the ten rules by hand in Python, from a dict", nanoseconds(len(dicts), lambda: [by_hand(order) for order in dicts]))
    row("json.loads alone", nanoseconds(len(texts), lambda: [json.loads(text) for text in texts]))
    arrow, lines = table(dicts), "\n".join(texts).encode()
    for name in ("ten_rules", "real_program"):
        shop = program(name)
        for form, events in forms.items():
            row(f"{name}: apply, from {form}", apply(shop, events, lambda outcome: None))
            row("  and the amounts of its decisions read", apply(shop, events, amounts))
        row(f"{name}: in one call, from lines of JSON", nanoseconds(len(dicts), lambda: shop.replay(lines)))
        row(f"{name}: in one call, from a table of Arrow", nanoseconds(len(dicts), lambda: shop.replay(arrow)))


if __name__ == "__main__":
    main()
