"""The program, member and order that the tests begin with."""

import json
from typing import Any

import loyalty

TEXT = """program "Corner Shop" { currency EUR  timezone "Europe/Berlin"  version 3 }
event order { gift bool?  wrapped date?  promised instant?  pickup time?  floors int? }
wallet points { vest after 14 days  expire 12 months after earning }
rule base on order { earn 1 points per 1 EUR of order.subtotal }
rule coffee on order { earn 1 points per 1 EUR of sum(order.lines.amount where category == "coffee") }
rule gift on order when order.gift == true and order.wrapped > 2026-01-01 and order.pickup > 09:30 { earn 7 points }
rule high on order when order.floors > 2 and order.promised > 2026-01-01T00:00:00Z { tag "high" }
"""
JOINED = "2026-01-01T00:00:00Z"


def order(**more: Any) -> dict[str, Any]:
    """An order of 37.50 EUR, with these fields instead of or besides its own."""
    base = {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-11-21T10:00:00+01:00", "subtotal": "37.50"}
    return {**base, **more}


def shop() -> tuple[loyalty.Program, loyalty.Member]:
    program = loyalty.Program.compile(TEXT)
    return program, program.enroll("m-1", JOINED)


def told(happen: Any) -> str:
    """What a call answers, as JSON: its outcome, or the error with all its attributes."""
    try:
        answer: str = happen().to_json()
    except loyalty.EventError as error:
        return error_json(error)
    return answer


def error_json(error: loyalty.EventError) -> str:
    """What the core writes for the same error."""
    names = ("rule", "text", "field", "expected", "found", "help")
    parts = {"error": error.code, **{name: getattr(error, name) for name in names}}
    return compact({key: value for key, value in parts.items() if value is not None})


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
