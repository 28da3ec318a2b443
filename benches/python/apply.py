"""What one `apply` costs from Python, over the core's own cost, and over the same job written by hand in Python.

    pip install ./loyalty-py && cargo run --release -p benches --bin report && python benches/python/apply.py

The order is that of `benches/src/lib.rs`: five lines, ten rules.
"""

import copy
import json
import pathlib
import re
import statistics
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


def nanoseconds(calls: int, run: Callable[[], None]) -> float:
    """The median of many runs of so many calls each, in nanoseconds a call."""
    runs = []
    for _ in range(60):
        started = time.perf_counter_ns()
        run()
        runs.append((time.perf_counter_ns() - started) / calls)
    return statistics.median(runs)


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

    return nanoseconds(len(rest), run) - nanoseconds(len(rest), lambda: copy.copy(warm) and None)


def main() -> None:
    dicts = orders(216)
    forms: dict[str, list[Any]] = {
        "dict, amounts as str": dicts,
        "dict, amounts as Decimal": [typed(order) for order in dicts],
        "JSON bytes": [json.dumps(order, separators=(",", ":")).encode() for order in dicts],
        "JSON str": [json.dumps(order, separators=(",", ":")) for order in dicts],
    }
    hand = nanoseconds(len(dicts), lambda: [by_hand(order) for order in dicts] and None)
    texts = forms["JSON str"]
    loads = nanoseconds(len(texts), lambda: [json.loads(text) for text in texts] and None)
    print(f"{'by hand in Python, from a dict':58} {hand:10.0f} ns")
    print(f"{'json.loads alone':58} {loads:10.0f} ns")
    for name in ("ten_rules", "real_program"):
        shop = program(name)
        for form, events in forms.items():
            print(f"{name + ' from ' + form:58} {apply(shop, events, lambda outcome: None):10.0f} ns")
            print(f"{'  and the amounts of its decisions read':58} {apply(shop, events, amounts):10.0f} ns")
        lines = b"\n".join(forms["JSON bytes"])
        print(f"{name + ', one call for all lines of JSON':58} {nanoseconds(len(dicts), lambda: shop.replay(lines) and None):10.0f} ns")


if __name__ == "__main__":
    main()
