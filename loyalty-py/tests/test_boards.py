"""Leaderboards and reports: what is made up of many members, one by one."""

import json
from decimal import Decimal
from typing import Any

import pytest

import loyalty

CAFE = """program "Cafe" { currency EUR  timezone "Europe/Berlin" }
wallet beans {}
measure cups = count(visit) this month
leaderboard month_cups by cups { top 1 { earn 500 beans } }
rule base on order { earn 1 beans per 1 EUR of order.subtotal }
"""
SECRET = b"32 random bytes from a safe place"
JOINED = "2026-03-01T00:00:00+01:00"
NOW = "2026-03-20T12:00:00+01:00"
AFTER = "2026-04-01T09:00:00+02:00"


def cafe() -> tuple[loyalty.Program, list[loyalty.Member]]:
    program = loyalty.Program.compile(CAFE, secret=SECRET)
    members = []
    for id, visits in [("ana", 2), ("ben", 3), ("cy", 3), ("dee", 0)]:
        member = program.enroll(id, JOINED)
        for day in range(1, visits + 1):
            program.apply(member, {"type": "visit", "id": f"v-{day}", "at": f"2026-03-0{day}T10:00:00+01:00"})
        members.append(member)
    return program, members


@pytest.mark.parametrize("ties", ["shared", "dense"])
def test_whoever_is_first_over_all_is_first_of_its_part(ties: str) -> None:
    """Of members on many machines, the states of those in front are enough."""
    text = CAFE.replace("{ top 1 { earn 500 beans } }", "{ TIES top 2 { earn 500 beans } }")
    program = loyalty.Program.compile(text.replace("TIES", "ties dense " if ties == "dense" else ""), secret=SECRET)
    members = []
    for number in range(40):
        member = program.enroll(f"m-{number:02}", JOINED)
        for day in range(1, 2 + number * 7 % 11):
            program.apply(member, {"type": "visit", "id": f"v-{day}", "at": f"2026-03-{day:02}T10:00:00+01:00"})
        members.append(member)
    for asked in ({"at": NOW, "top": 5}, {"at": AFTER, "closed": True}):

        def standings(part: list[loyalty.Member]) -> Any:
            board = program.leaderboard("month_cups", **asked)  # type: ignore[arg-type]
            for member in part:
                board.add(member)
            return board.finish()

        known = {member.id: member.save_binary() for member in members}
        parts = [standings(members[start::3]) for start in range(3)]
        sent = [known[row.member] for part in parts for row in part.rows]
        whole = standings(members)
        again = standings([program.load(state) for state in sent])
        assert whole.rows == again.rows and len(whole.rows) >= 5 and len(sent) < len(members)
        assert whole.members == sum(part.members for part in parts) == 40


def test_standings_in_parts() -> None:
    program, members = cafe()
    board = program.leaderboard("month_cups", NOW, top=2, around=members[0], neighbours=1)
    part = program.leaderboard("month_cups", NOW, top=2, around=members[0], neighbours=1)
    assert [board.add(member) for member in members[:2]] == [True, True]
    assert [part.add(member) for member in members[2:]] == [True, False]
    board.merge(part)
    assert repr(board) == "Leaderboard(members=3)"
    standings = board.finish()
    assert [(row.rank, row.member, row.score) for row in standings.rows] == [(1, "ben", Decimal(3)), (1, "cy", Decimal(3))]
    assert (standings.members, standings.around.rank) == (3, 3)
    assert [row.member for row in standings.around.above] == ["cy"]
    with pytest.raises(loyalty.EventError) as refused:
        board.merge(program.leaderboard("month_cups", NOW))
    assert refused.value.code == "not_alike"


def test_parts_have_no_member_in_common() -> None:
    program, members = cafe()
    board, part = (program.leaderboard("month_cups", NOW, top=1) for _ in range(2))
    for member in members:
        board.add(member)
    part.add(members[1])
    for other in (board, part):
        with pytest.raises(loyalty.EventError) as refused:
            board.merge(other)
        assert (refused.value.code, refused.value.found) == ("not_alike", "`ben` in both")
    assert repr(board) == "Leaderboard(members=3)"


def test_winners_are_told_once() -> None:
    program, members = cafe()
    board = program.leaderboard("month_cups", AFTER, closed=True)
    for member in members:
        board.add(member)
    events = [row.event for row in board.finish().rows if "event" in row.to_dict()]
    assert [event.member for event in events] == ["ben", "cy"]
    outcome = program.apply(members[1], events[0])
    assert [decision.kind for decision in outcome.decisions] == ["placed", "earned"]
    assert program.apply(members[1], events[0]).replayed
    forged = json.loads(events[1].to_json()) | {"score": "30"}
    with pytest.raises(loyalty.EventError) as refused:
        program.apply(members[2], forged)
    assert (refused.value.code, refused.value.field) == ("forged", "seal")


@pytest.mark.parametrize(
    ("name", "at", "options", "code"),
    [
        ("cups", NOW, {}, "unknown_leaderboard"),
        ("month_cups", "soon", {}, "bad_instant"),
        ("month_cups", NOW, {"top": 0}, "wrong_type"),
        ("month_cups", NOW, {"top": 100_001}, "wrong_type"),
    ],
)
def test_what_no_leaderboard_is_made_of(name: str, at: str, options: dict[str, Any], code: str) -> None:
    program, _ = cafe()
    with pytest.raises(loyalty.EventError) as refused:
        program.leaderboard(name, at, **options)
    assert refused.value.code == code


def test_a_leaderboard_that_wins_needs_the_secret() -> None:
    program = loyalty.Program.compile(CAFE)
    assert program.leaderboard("month_cups", NOW).finish().members == 0
    with pytest.raises(loyalty.EventError) as refused:
        program.leaderboard("month_cups", AFTER, closed=True)
    assert refused.value.code == "no_secret"


def order(id: str, at: str, subtotal: int) -> dict[str, Any]:
    return {"type": "order", "id": id, "at": f"{at}T10:00:00+01:00", "subtotal": subtotal}


def test_a_report_in_parts() -> None:
    program = loyalty.Program.compile(CAFE, secret=SECRET)
    whole, part = (program.report(values={"beans": "0.01"}) for _ in range(2))
    ana, ben = (program.enroll(id, "2026-01-01T00:00:00+01:00") for id in ("ana", "ben"))
    for event in (order("o-1", "2026-01-05", 60), order("o-2", "2026-01-06", 40), order("o-3", "2026-02-05", 10)):
        outcome = program.apply(ana, event)
        assert whole.add(outcome, ana)
        assert not whole.add(outcome, ana)
        assert not whole.add(program.apply(ana, event), ana)
    assert part.know(ben)
    assert part.add(program.apply(ben, order("o-1", "2026-01-05", 5)), ben)
    whole.merge(part)
    assert repr(whole) == "Report(members=2)"
    (everybody,) = whole.finish().groups
    january, february = everybody.rows
    assert (january.members, january.active, january.repeat_purchase_rate) == (2, 2, Decimal("0.5"))
    assert (february.active, february.retention_rate, february.engagement_rate) == (1, Decimal("0.5"), Decimal("0.5"))
    assert (january.wallets.beans.issued, february.wallets.beans.liability) == (Decimal(105), Decimal("1.15"))


def test_what_a_report_refuses() -> None:
    program = loyalty.Program.compile(CAFE, secret=SECRET)
    for options, code in [
        ({"period": "fortnight"}, "wrong_type"),
        ({"active": ["nothing"]}, "unknown_event"),
        ({"values": {"stars": 1}}, "unknown_wallet"),
        ({"values": {"beans": "much"}}, "wrong_type"),
    ]:
        with pytest.raises(loyalty.EventError) as refused:
            program.report(**options)  # type: ignore[arg-type]
        assert refused.value.code == code
    report = program.report()
    ana, ben = (program.enroll(id, "2026-01-01T00:00:00+01:00") for id in ("ana", "ben"))
    first, second = (program.apply(ana, order(f"o-{day}", f"2026-01-0{day}", 10)) for day in (5, 6))
    for outcome, member, code in [(first, ana, "not_alike"), (second, ben, "wrong_member")]:
        with pytest.raises(loyalty.EventError) as refused:
            report.add(outcome, member)
        assert refused.value.code == code
    report.know(ben)
    with pytest.raises(loyalty.EventError) as refused:
        report.merge(report)
    assert refused.value.code == "not_alike"
