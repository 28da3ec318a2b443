"""docs/storage.md, under workers that get in each other's way, on SQLite and on a PostgreSQL server of the test's own."""

import datetime as dt
import json
import pathlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import loyalty
import psycopg
import pytest

from postgresql import server as server  # a fixture
from test_examples import run_page

PROGRAM = """program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
wallet points { vest after 14 days }
rule base on order { earn 1 points per 1 EUR of order.subtotal }
"""
LATER = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    return run_page("docs/storage.md")


def events() -> dict[str, list[dict[str, Any]]]:
    """Twenty orders of each of six members."""

    def order(member: int, number: int) -> dict[str, Any]:
        at = f"2026-01-{number + 1:02}T10:00:00Z"
        return {"type": "order", "id": f"o-{number}", "member": f"m-{member}", "at": at, "subtotal": str(10 + number)}

    return {f"m-{member}": [order(member, number) for number in range(20)] for member in range(6)}


def expected(program: loyalty.Program) -> tuple[dict[str, bytes], list[str]]:
    """Each member after its events in their order; and what is in the outbox then, in any order."""
    states, decisions = {}, []
    for id, orders in events().items():
        member = program.enroll(id, orders[0]["at"])
        outcomes = [program.apply(member, order) for order in orders]
        outcomes.append(program.advance(member, LATER))
        states[id] = member.save_binary()
        decisions += [decision.to_json() for outcome in outcomes for decision in outcome.decisions]
    return states, sorted(decisions)


def work(deliver: Callable[[dict[str, Any]], Any]) -> None:
    """Eight workers; each event twice; of each member one by one, of different members at once. The two deliveries of an event
    and those of its neighbour meet now and then."""

    def one(orders: list[dict[str, Any]]) -> None:
        with ThreadPoolExecutor(2) as pair:
            for order in orders:
                list(pair.map(deliver, [order, order]))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, events().values()))


def test_sqlite(page: dict[str, Any], tmp_path: pathlib.Path) -> None:
    program = loyalty.Program.compile(PROGRAM)
    path = str(tmp_path / "shop.db")
    page["connect"](path).close()

    def deliver(event: dict[str, Any]) -> None:
        db = page["connect"](path)
        page["on_event"](db, program, event)
        db.close()

    work(deliver)
    db = page["connect"](path)
    while page["on_due"](db, program, LATER):
        pass
    states, decisions = expected(program)
    assert dict(db.execute("SELECT id, state FROM member")) == states
    assert sorted(decision for (decision,) in db.execute("SELECT decision FROM outbox")) == decisions
    db.close()


def test_a_limit_that_is_used_up_keeps_nobody_from_what_is_due(page: dict[str, Any], tmp_path: pathlib.Path) -> None:
    program = loyalty.Program.compile(
        'program "Shop" { timezone "Europe/Berlin" }\nwallet points {}\nrule gift every month limit 1 in total { earn 5 points }\n'
    )
    db = page["connect"](str(tmp_path / "shop.db"))
    for name in ("a", "b", "c"):
        member = program.enroll(name, "2026-01-05T00:00:00Z")
        page["write"](db, member, None, program.advance(member, "2026-01-06T00:00:00Z"))
    # Noon in New York is later than what is due, whatever its text begins with.
    zone = dt.timezone(dt.timedelta(hours=-5))
    assert page["on_due"](db, program, dt.datetime(2026, 1, 31, 18, 30, tzinfo=zone)) == 3
    assert page["on_due"](db, program, dt.datetime(2026, 2, 2, tzinfo=dt.UTC)) == 0
    assert dict(db.execute("SELECT counter, count FROM claimed")) == {"rule gift": "1"}
    db.close()


def test_postgresql(page: dict[str, Any], server: str) -> None:
    program = loyalty.Program.compile(PROGRAM)
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(page["POSTGRESQL_TABLES"])

    def with_store(happen: Callable[[Any], Any]) -> Any:
        with psycopg.connect(server, autocommit=True) as db:
            return happen(page["PostgresqlStore"](db))

    work(lambda event: with_store(lambda store: store.on_event(program, event)))

    def all_due(store: Any) -> int:
        count = 0
        while store.on_due(program, LATER):
            count += 1
        return count

    # No two workers take the same member.
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: with_store(all_due), range(3))) == len(events())
    states, decisions = expected(program)
    with psycopg.connect(server, autocommit=True) as db:
        assert dict(db.execute("SELECT id, state FROM member").fetchall()) == states
        found = [json.dumps(decision) for (decision,) in db.execute("SELECT decision FROM outbox").fetchall()]
    as_json = [json.dumps(json.loads(decision), sort_keys=True) for decision in decisions]
    assert sorted(json.dumps(json.loads(decision), sort_keys=True) for decision in found) == sorted(as_json)


def test_postgresql_limits_over_all_members(page: dict[str, Any], server: str) -> None:
    program = loyalty.Program.compile(
        PROGRAM.replace("points { vest after 14 days }", "points {}")
        + "rule early on order limit 5 in total { earn 100 points }\n"
    )
    with psycopg.connect(server, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS member, outbox, claimed")
        db.execute(page["POSTGRESQL_TABLES"])
    order = events()["m-0"][0]
    first = [{**order, "member": f"m-{member}"} for member in range(12)]

    def deliver(event: dict[str, Any]) -> bool:
        with psycopg.connect(server, autocommit=True) as db:
            try:
                page["PostgresqlStore"](db).on_event(program, event)
            except page["LimitReached"]:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(deliver, first))
    assert sum(taken) == 5
    with psycopg.connect(server, autocommit=True) as db:
        assert db.execute("SELECT count(*) FROM outbox WHERE decision ->> 'kind' = 'claim'").fetchone() == (5,)


COUPONS = """program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
wallet points {}
coupon FIRST { give 1 EUR off order   limit 5 in total   stack with any }
coupon PART  { give 3 EUR off order   budget 20 EUR      stack with any }
coupon WHOLE { give 4 EUR off order   budget 10 EUR refuse  stack with any }
coupon EXTRA { give { earn 40 points }  budget 100 points }
"""


def test_postgresql_coupons_under_load(page: dict[str, Any], server: str) -> None:
    """Twenty members race for the last uses of four coupons; then half of the orders are called off, and others race again."""
    program = loyalty.Program.compile(COUPONS)
    with psycopg.connect(server, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS member, outbox, claimed")
        db.execute(page["POSTGRESQL_TABLES"])

    def order(member: int) -> dict[str, Any]:
        lines = [{"id": "1", "unit_price": "20.00", "quantity": 1, "amount": "20.00"}]
        codes = ["FIRST", "PART", "WHOLE", "EXTRA"]
        head = {"type": "order", "id": "o-1", "member": f"m-{member}", "at": "2026-01-05T10:00:00Z"}
        return {**head, "currency": "EUR", "lines": lines, "coupons": codes}

    def deliver(event: dict[str, Any]) -> loyalty.Outcome:
        with psycopg.connect(server, autocommit=True) as db:
            outcome: loyalty.Outcome = page["PostgresqlStore"](db).on_order(program, event)
            return outcome

    def sums() -> dict[str, Any]:
        """What the outbox says of each counter, which is what the counter says of itself, within its limit."""
        with psycopg.connect(server, autocommit=True) as db:
            told = db.execute(
                """SELECT decision ->> 'counter', sum((decision ->> 'by')::numeric), max((decision ->> 'limit')::numeric)
                   FROM outbox WHERE decision ->> 'kind' = 'claim' GROUP BY 1"""
            ).fetchall()
            counters: dict[str, Any] = page["PostgresqlStore"](db).counters()
        assert {counter: by for counter, by, _ in told} == counters
        assert all(by <= limit for _, by, limit in told)
        return counters

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, [order(member) for member in range(20)]))
    # Each is given out to the last: 6 × 3.00 and 2.00, 2 × 4.00 and no half, 2 × 40 and 20 points.
    full = {"coupon FIRST": 5, "budget PART": 20, "budget WHOLE": 8, "budget EXTRA": 100}
    assert sums() == full

    def cancel(member: int) -> dict[str, Any]:
        head = {"type": "cancel", "id": "c-1", "member": f"m-{member}", "at": "2026-01-06T10:00:00Z"}
        return {**head, "order": "o-1"}

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, [cancel(member) for member in range(0, 20, 2)]))
    left = sums()
    assert all(left[counter] <= most for counter, most in full.items())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, [order(member) for member in range(20, 40)]))
    again = sums()
    assert again["coupon FIRST"] == 5 and again["budget PART"] == 20 and again["budget EXTRA"] == 100
    # The balances are what the claims say.
    with psycopg.connect(server, autocommit=True) as db:
        states = [program.load(state) for (state,) in db.execute("SELECT state FROM member").fetchall()]
    views = [program.view(member) for member in states]
    assert sum(int(view["wallets"]["points"]["available"]) for view in views) == 100
