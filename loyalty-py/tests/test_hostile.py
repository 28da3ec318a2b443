"""A thousand bad inputs: each a proper exception, no crash, and the state as it was."""

import datetime as dt
import json
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import loyalty
import pytest

from shop import TEXT, order, shop

PROPER = (loyalty.EventError, loyalty.RulesError, loyalty.StateError, TypeError, ValueError)


class Rude:
    """An object that fails at whatever one asks of it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError("str")

    __repr__ = __index__ = __len__ = __iter__ = __str__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("eq")

    def __hash__(self) -> int:
        return hash("subtotal")


def cycle() -> dict[str, Any]:
    inner: dict[str, Any] = {"amount": "1"}
    inner["lines"] = inner["amount"] = [inner]
    return inner


def deep() -> list[Any]:
    nested: list[Any] = []
    for _ in range(10_000):
        nested = [nested]
    return nested


VALUES: list[Callable[[random.Random], Any]] = [
    lambda _: None,
    lambda _: Rude(),
    lambda _: object(),
    lambda _: cycle(),
    lambda _: deep(),
    lambda _: b"\xff\xfe",
    lambda _: "\ud83d",
    lambda _: "\udc00 half",
    lambda chance: "x" * chance.choice([0, 129, 4_097, 100_000]),
    lambda chance: chance.choice([10**19, -(10**19), 2**63, 2**64, 10**400, 10**5_000, -1]),
    lambda chance: chance.choice([float("nan"), float("inf"), -0.0, 1e308, 5e-324, 2.0**53]),
    lambda chance: Decimal(chance.choice(["NaN", "sNaN", "Infinity", "-1", "1E+999999", "1E-999999", "0.000000001"])),
    lambda _: dt.datetime(1, 1, 1),
    lambda _: dt.datetime.max.replace(tzinfo=dt.UTC),
    lambda _: dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=23, minutes=59, seconds=59))),
    lambda _: dt.date.max,
    lambda _: dt.time.max,
    lambda _: lambda: None,
    lambda _: {Rude(): 1},
    lambda _: {1, 2},
    lambda _: (item for item in [1]),
    lambda _: range(20_000),
    lambda _: [{}] * 10_001,
    lambda _: memoryview(b"{}"),
    lambda _: 1j,
]
FIELDS = ["type", "id", "member", "at", "subtotal", "lines", "currency", "revision", "gift", "wrapped", "pickup", "promised"]


def bad_event(chance: random.Random) -> Any:
    """A dict with something wrong in it, or something else altogether, or JSON that is cut, or with bytes changed."""
    kind = chance.randrange(4)
    if kind == 0:
        return chance.choice(VALUES)(chance)
    if kind == 1:
        text = bytearray(json.dumps(order(lines=[{"amount": 1.5, "category": "caf\u00e9"}])).encode())
        for _ in range(chance.randrange(1, 4)):
            text[chance.randrange(len(text))] = chance.randrange(256)
        return bytes(text[: chance.randrange(len(text) + 1)])
    event = order(lines=[{"amount": "1", "category": "coffee"}])
    target = chance.choice([event, event["lines"][0]])
    for _ in range(chance.randrange(1, 3)):
        field = chance.choice(FIELDS if target is event else ["amount", "category", "quantity"])
        if chance.random() < 0.2:
            target.pop(field, None)
        else:
            target[field] = chance.choice(VALUES)(chance)
    return event


@pytest.mark.parametrize("seed", range(10))
def test_bad_events(seed: int) -> None:
    chance = random.Random(seed)
    program, member = shop()
    program.apply(member, order(id="o-0"))
    refused = 0
    for _ in range(200):
        before, event = member.save(), bad_event(chance)
        for call in (program.explain, program.apply, lambda _, event: loyalty.event_head(event)):
            try:
                call(member, event)
            except PROPER as error:
                assert str(error)
                refused += 1
            else:
                continue
            assert member.save() == before
        # What was good by chance happened.
        if member.save() != before:
            member = program.load(before)
    assert refused > 200


def test_bad_instants_states_and_programs() -> None:
    chance = random.Random(7)
    program, member = shop()
    before = member.save()
    binary = member.save_binary()
    for _ in range(250):
        value = chance.choice(VALUES)(chance)
        changed = bytearray(binary)
        changed[chance.randrange(len(changed))] = chance.randrange(256)
        text = list(TEXT)
        text[chance.randrange(len(text))] = chr(chance.choice([0, 34, 123, 0x627, 0x1F381]))
        calls: list[Callable[[], Any]] = [
            lambda: program.advance(member, value),
            lambda: program.view(member, value),
            lambda: program.enroll("m-2", value),
            lambda: program.enroll(value, "2026-01-01T00:00:00Z"),
            lambda: program.load(value),
            lambda: program.load(bytes(changed)),
            lambda: loyalty.Program.compile(value),
            lambda: loyalty.Program.compile("".join(text)),
            lambda: loyalty.format(value),
        ]
        for call in calls:
            try:
                call()
            except (*PROPER, RuntimeError):
                pass
        # An instant that is good by chance moves the clock and nothing else.
        if member.save() != before:
            member = program.load(before)
