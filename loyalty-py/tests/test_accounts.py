"""What concerns several members, or an account as a whole."""

import copy
import pickle
import threading
from decimal import Decimal

import loyalty
import pytest

from shop import JOINED

TEXT = """program "Household" { currency EUR }
wallet points {}
rule base on order { earn 1 points per 1 EUR of order.subtotal }
measure spend = sum(order.subtotal)
tiers status by spend { bronze from 0 EUR  silver from 400 EUR }
"""


def household(*balances: int) -> tuple[loyalty.Program, list[loyalty.Member]]:
    program = loyalty.Program.compile(TEXT)
    members = [program.enroll(f"m-{number}", JOINED) for number, _ in enumerate(balances)]
    for member, points in zip(members, balances, strict=True):
        program.apply(member, {"type": "adjust", "id": f"a-{member.id}", "at": "2026-01-02T10:00:00Z", "points": points})
    return program, members


def available(program: loyalty.Program, member: loyalty.Member) -> Decimal:
    amount: Decimal = program.view(member).wallets.points.available
    return amount


def test_merging_moves_everything() -> None:
    program, (into, absorbed) = household(40, 2)
    kept, gone = program.merge(into, absorbed, "2026-02-01T00:00:00Z")
    assert [decision.kind for decision in kept.decisions] == ["merged", "joined"]
    assert [decision.kind for decision in gone.decisions] == ["merged_into"]
    assert available(program, into) == 42
    with pytest.raises(loyalty.EventError) as refused:
        program.apply(absorbed, {"type": "order", "id": "o-1", "at": "2026-02-02T10:00:00Z", "subtotal": 1})
    assert refused.value.code == "member_closed"


def test_a_member_is_not_merged_with_itself() -> None:
    program, (member,) = household(40)
    with pytest.raises(loyalty.EventError) as refused:
        program.merge(member, member, "2026-02-01T00:00:00Z")
    assert refused.value.code == "wrong_member"
    assert available(program, member) == 40


def test_a_household_pays_and_gets_back() -> None:
    program, members = household(200, 100)
    at = "2026-02-01T00:00:00Z"
    outcomes = program.pool_spend(members, id="p-1", wallet="points", points=Decimal(100), at=at)
    assert [outcome.decisions[0].amount for outcome in outcomes] == [67, 33]
    again = program.pool_spend(members, id="p-1", wallet="points", points="100", at=at)
    assert all(outcome.replayed for outcome in again)
    with pytest.raises(loyalty.EventError) as refused:
        program.pool_spend(members, id="p-2", wallet="points", points=1000, at=at)
    assert (refused.value.code, refused.value.field) == ("insufficient_balance", "points")
    assert [available(program, member) for member in members] == [133, 67]
    program.pool_give_back(members, id="r-1", payment="p-1", at=at)
    assert [available(program, member) for member in members] == [200, 100]


@pytest.mark.parametrize("points", [2.0**53, -1e22, True, None, b"1"])
def test_points_are_exact(points: object) -> None:
    program, members = household(200, 100)
    with pytest.raises(TypeError, match="argument 'points': an (int, a Decimal, a str or a float, not|exact number, which a float beyond)"):
        program.pool_spend(members, id="p-1", wallet="points", points=points, at=JOINED)  # type: ignore[arg-type]


@pytest.mark.parametrize("points", [0.3, 2.0, 1e-7])
def test_a_float_says_what_its_shortest_digits_say(points: float) -> None:
    program, members = household(200, 100)
    told = []
    for exact in (points, Decimal(str(points))):
        try:
            told.append([outcome.to_json() for outcome in program.pool_spend(copy.deepcopy(members), id="p-1", wallet="points", points=exact, at="2026-12-01T00:00:00Z")])
        except loyalty.EventError as error:
            told.append([str(error)])
    assert told[0] == told[1]
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(loyalty.EventError) as refused:
            program.pool_spend(members, id="p-1", wallet="points", points=wrong, at=JOINED)
        assert (refused.value.code, refused.value.field) == ("wrong_type", "points")
    assert program.report(values={"points": 0.01}).finish() == program.report(values={"points": "0.01"}).finish()


def test_digits_that_are_none() -> None:
    program, members = household(200, 100)
    with pytest.raises(loyalty.EventError) as refused:
        program.pool_spend(members, id="p-1", wallet="points", points="many", at=JOINED)
    assert (refused.value.code, refused.value.field, refused.value.found) == ("wrong_type", "points", "`many`")


def test_one_member_comes_once() -> None:
    program, (first, _) = household(200, 100)
    for members in ([first, first], []):
        with pytest.raises(loyalty.EventError) as refused:
            program.pool_spend(members, id="p-1", wallet="points", points=1, at=JOINED)
        assert (refused.value.code, refused.value.field) == ("wrong_member", "members")


def test_threads_that_want_the_same_members_in_another_order() -> None:
    program, members = household(10_000, 10_000)

    def pay(order: list[loyalty.Member], name: str) -> None:
        for number in range(100):
            program.pool_spend(order, id=f"{name}-{number}", wallet="points", points=2, at="2026-02-01T00:00:00Z")

    threads = [
        threading.Thread(target=pay, args=(order, name))
        for order, name in ((members, "there"), (members[::-1], "back"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(available(program, member) for member in members) == 20_000 - 2 * 100 * 2


def test_what_is_left_of_a_person() -> None:
    program, (member,) = household(40)
    program.apply(member, {"type": "order", "id": "o-1", "at": "2026-01-03T10:00:00Z", "subtotal": "12.50"})
    held = program.export(member)
    assert held.member == "m-0"
    assert "o-1" in held.to_json()
    outcome = program.erase(member, "gone-7f3a", "2026-02-01T00:00:00Z")
    assert [decision.kind for decision in outcome.decisions] == ["erased"]
    assert member.id == "gone-7f3a"
    assert "o-1" not in program.export(member).to_json()


def test_another_version_tells_who_moves() -> None:
    old, (member,) = household(0)
    old.apply(member, {"type": "order", "id": "o-1", "at": "2026-01-03T10:00:00Z", "subtotal": 350})
    new = loyalty.Program.compile(TEXT.replace("400 EUR", "300 EUR"))
    migration = new.migrate(old, member, "2026-02-01T00:00:00Z")
    (move,) = migration.moves
    assert (move.ladder, getattr(move, "from"), move.to, move.because) == ("status", "bronze", "silver", "reached")
    assert [decision.kind for decision in migration.outcome.decisions] == ["tier_changed"]
    assert migration.report.dropped == () == migration.report.added
    assert migration.member.program == new
    assert new.view(migration.member).tiers.status.level == "silver"
    assert old.view(member).tiers.status.level == "bronze"
    restored = pickle.loads(pickle.dumps(migration))
    assert restored == migration
    assert restored.member == migration.member
