"""What the border between Python and the core adds: objects, exceptions and their attributes."""

import copy
import datetime as dt
import json
import pickle
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import loyalty
import loyalty.partitions
import pytest

from shop import JOINED, TEXT, order, shop

BERLIN = dt.timezone(dt.timedelta(hours=1))


def test_a_program_says_what_it_is() -> None:
    program, _ = shop()
    assert (program.title, program.version, program.text) == ("Corner Shop", 3, TEXT)
    assert repr(program) == 'Program("Corner Shop", version=3)'
    assert ("wallet points", "round down per order") in program.policies()
    assert program.warnings == ()


def test_a_program_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.loyalty"
    path.write_text(TEXT, encoding="utf-8")
    assert loyalty.Program.from_file(path) == loyalty.Program.compile(TEXT)
    path.write_text(TEXT.replace("wallet points", "wallet coins"), encoding="utf-8")
    with pytest.raises(loyalty.RulesError, match=f"{path}:4:"):
        loyalty.Program.from_file(str(path))
    with pytest.raises(FileNotFoundError) as raised:
        loyalty.Program.from_file(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError) as expected:
        (tmp_path / "nothing").read_text()
    assert str(raised.value) == str(expected.value)
    path.write_bytes(b"program\n\xc3\xa9 \xff")
    with pytest.raises(ValueError) as no_text:
        loyalty.Program.from_file(path)
    assert str(no_text.value) == f"{path}: not UTF-8 at byte 11, line 2, byte 4 of it"


def test_whoever_makes_a_program_by_its_class_is_told_how() -> None:
    with pytest.raises(TypeError, match=r"a Program is made by Program\.compile\(text\) or Program\.from_file\(path\)"):
        loyalty.Program(TEXT)  # type: ignore[arg-type]


def test_a_wrong_argument_is_named() -> None:
    program, _ = shop()
    with pytest.raises(TypeError, match="a member is a Member, as `enroll` and `load` give one, not str"):
        program.apply("m-1", order())  # type: ignore[arg-type]


def test_tests_of_the_program_run() -> None:
    text = TEXT + 'test "wrong" { on order { subtotal 5 EUR }  expect earned == 6 points }\n'
    (result,) = loyalty.Program.compile(text).run_tests()
    assert (result.title, result.line) == ("wrong", 8)
    assert [failure.message for failure in result.failures] == ["earned == 6 points: is 5 points"]


def test_an_outcome_is_an_object_with_attributes() -> None:
    program, member = shop()
    outcome = program.apply(member, order())
    at = dt.datetime(2026, 11, 21, 10, tzinfo=BERLIN)
    assert (outcome.event, outcome.member, outcome.at, outcome.revision, outcome.replayed) == ("o-1", "m-1", at, 1, False)
    assert outcome.at.utcoffset() == dt.timedelta(hours=1)
    (earned,) = outcome.decisions
    assert (earned.kind, earned.wallet, earned.amount, earned.at) == ("earned", "points", Decimal(37), at)
    assert isinstance(earned.amount, Decimal)
    # What only this kind has.
    assert earned.pending is True
    assert earned.vests_at == at + dt.timedelta(days=14)
    assert earned.expires_at == dt.datetime(2027, 11, 22, tzinfo=BERLIN)
    assert [(part.get("rule", part.get("step")), part.amount) for part in earned.because] == [
        ("base", Decimal("37.5")),
        ("rounding", Decimal("-0.5")),
    ]
    assert outcome.decisions is outcome.decisions
    assert (member.id, member.revision, member.clock) == ("m-1", 1, at)
    assert member.next_due == earned.vests_at and member.enrolled_at == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def test_time_passes_and_a_decision_says_when() -> None:
    program, member = shop()
    program.apply(member, order())
    outcome = program.advance(member, dt.datetime(2026, 12, 24, tzinfo=dt.UTC))
    assert outcome.event is None
    (vested,) = outcome.decisions
    assert (vested.kind, vested.at) == ("vested", dt.datetime(2026, 12, 5, 10, tzinfo=BERLIN))
    assert program.view(member).wallets["points"].available == 37
    assert program.view(member, "2030-01-01T00:00:00Z").wallets["points"].expired == 37


def test_the_same_event_again_is_a_replay() -> None:
    program, member = shop()
    first, second = program.apply(member, order()), program.apply(member, order())
    assert second.replayed and second.decisions == first.decisions
    assert second != first


def test_a_record_is_read_by_attribute_and_by_key() -> None:
    program, member = shop()
    record = program.view(member)
    assert isinstance(record, loyalty.Record)
    assert record["member"] == record.member == record.get("member") == "m-1"
    assert "wallets" in record and "nothing" not in record and not record.__contains__(7)
    assert record.get("nothing") is None and record.get("nothing", 7) == 7
    assert list(record) == list(record.keys()) == [key for key, _ in record.items()]
    assert len(record) == len(record.values())
    assert "tags" in dir(record) and "to_json" in dir(record)
    (decision,) = program.apply(member, order()).decisions
    assert all(len(names) == len(set(names)) for names in (dir(decision), dir(record)))
    with pytest.raises(AttributeError, match="this View has no `walets`; it has member, at,"):
        record.walets
    for wrong in ("walets", 0):
        with pytest.raises(KeyError) as raised:
            record[wrong]  # type: ignore[index]
        assert raised.value.args == (wrong,)
        (note,) = raised.value.__notes__
        assert note.startswith("this View has member, at, revision, ")
    with pytest.raises((AttributeError, TypeError)):
        record.member = "m-2"  # type: ignore[misc]


def test_a_record_is_a_mapping() -> None:
    program, member = shop()
    outcome = program.apply(member, order())
    assert isinstance(outcome, Mapping) and isinstance(outcome.decisions[0], Mapping)
    match outcome.decisions[0]:
        case {"kind": "earned", "amount": amount}:
            assert amount == 37
        case _:
            pytest.fail("a decision is matched by its keys")


def test_dicts_and_json_are_the_same_in_every_host() -> None:
    program, member = shop()
    outcome = program.apply(member, order(subtotal="12.34"))
    assert outcome.to_dict()["decisions"][0]["amount"] == "12"
    assert outcome.to_dict()["at"] == "2026-11-21T10:00:00+01:00"
    assert outcome.to_json().startswith('{"event":"o-1","member":"m-1","at":"2026-11-21T10:00:00+01:00","revision":1,')
    assert outcome.decisions[0].to_dict() == outcome.to_dict()["decisions"][0]


def objects() -> list[Any]:
    program, member = shop()
    explanation = program.explain(member, order())
    outcome = program.apply(member, order(wrapped="2026-02-01"))
    try:
        loyalty.Program.compile(TEXT.replace("wallet points", "wallet coins"))
    except loyalty.RulesError as error:
        diagnostic = error.diagnostics[0]
    return [program, member, explanation, outcome, outcome.decisions[0], program.view(member), diagnostic]


@pytest.mark.parametrize("made", objects(), ids=lambda made: type(made).__name__)
def test_objects_are_equal_copied_and_pickled(made: Any) -> None:
    for other in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert type(other) is type(made) and other == made
        assert repr(other) == repr(made)
    assert made != 7 and made != objects()[0 if made != objects()[0] else 1]
    if not isinstance(made, loyalty.Member):
        assert hash(made) == hash(copy.copy(made))


def test_a_decision_knows_its_instant_without_its_outcome() -> None:
    program, member = shop()
    outcome = program.apply(member, order())
    decision = outcome.decisions[0]
    again = pickle.loads(pickle.dumps(decision))
    for other in (again, pickle.loads(pickle.dumps(again)), copy.copy(decision), copy.deepcopy(decision), pickle.loads(pickle.dumps(outcome)).decisions[0]):
        assert other.at == outcome.at == dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
        assert (other, hash(other), other.kind, other.amount, other.to_json()) == (decision, hash(decision), decision.kind, decision.amount, decision.to_json())


def test_what_is_no_pickle_of_ours_is_refused() -> None:
    cyclic: list[Any] = []
    cyclic.append(cyclic)
    deep: dict[str, Any] = {}
    for _ in range(200_000):
        deep = {"in": deep}
    for wrong in (cyclic, deep):
        with pytest.raises(ValueError, match="nested too deeply"):
            loyalty.Record._restore(wrong)  # type: ignore[attr-defined]


def test_what_is_pickled_goes_on() -> None:
    program, member = shop()
    outcome = program.apply(member, order())
    explanation = program.explain(member, order(id="o-2"))
    again, member_again, explained = pickle.loads(pickle.dumps((outcome, member, explanation)))
    (decision,) = again.decisions
    assert (decision.kind, decision.amount, decision.at) == ("earned", 37, outcome.at)
    assert (again.revision, again.replayed, again.to_json()) == (1, False, outcome.to_json())
    assert explained.to_text() == explanation.to_text() and explained.outcome == explanation.outcome
    assert member_again.program.apply(member_again, order()).replayed
    loaded = program.load(member.save())
    assert loaded.migration is not None and pickle.loads(pickle.dumps(loaded)).migration == loaded.migration
    assert member.migration is None and member_again.migration is None
    # Members that are pickled together keep one program.
    one, two = pickle.loads(pickle.dumps([member, copy.copy(member)]))
    assert one.program is two.program


def test_a_copy_goes_its_own_way() -> None:
    program, member = shop()
    other = copy.copy(member)
    program.apply(other, order())
    assert (member.revision, other.revision) == (0, 1)


def test_what_is_shown_helps() -> None:
    program, member = shop()
    outcome = program.apply(member, order())
    assert repr(member) == 'Member(id="m-1", revision=1, next_due=2026-12-05T09:00:00Z)'
    shown = repr(outcome.decisions[0])
    assert shown.startswith("Decision(kind=\"earned\", entry=1, wallet=\"points\", amount=Decimal('37'), pending=True")
    assert repr(outcome).startswith('Outcome(event="o-1", member="m-1", at=2026-11-21T10:00:00+01:00, revision=1')
    assert "37 points" in str(program.explain(member, order(id="o-2")))


def test_notebooks_show_tables_and_escape_them() -> None:
    program, member = shop()
    outcome = program.apply(member, order(id="<script>&"))
    html = outcome._repr_html_()
    assert "<td>earned</td>" in html and "<td>37</td>" in html
    assert "&lt;script&gt;&amp;" in html and "<script>" not in html
    assert "points" in member._repr_html_()
    assert program.explain(member, order(id="o-2"))._repr_html_().startswith('<div class="loyalty-why"')


def test_explaining_changes_nothing() -> None:
    program, member = shop()
    before = member.save()
    explanation = program.explain(member, order())
    assert explanation.outcome.decisions[0].amount == 37
    assert {silent.rule for silent in explanation.silent} == {"coffee", "gift", "high"}
    assert member.save() == before


def test_the_passing_of_time_is_explained() -> None:
    program, member = shop()
    program.apply(member, order())
    before = member.save()
    explanation = program.explain_advance(member, "2027-01-01T00:00:00Z")
    assert [decision.kind for decision in explanation.outcome.decisions] == ["vested"]
    assert "37 points may be spent since 2026-12-05" in explanation.to_text() and member.save() == before


def test_a_draw_is_worked_out_again() -> None:
    text = """program "Shop" {}
        wallet points {}
        wheel spin { weight 20% "Grand prize" stock 1 { earn 100 points }  weight 80% {}  without stock to nothing }"""
    program = loyalty.Program.compile(text, secret=b"the secret of the corpus")
    member = program.enroll("m-1", "2026-01-01T00:00:00Z")
    program.apply(member, {"type": "draw", "id": "s-1", "at": "2026-01-02T10:00:00Z", "wheel": "spin"})
    (draw,) = program.audit(member, "s-1").draws
    assert (draw.wheel, draw.number, draw.position, draw.of) == ("spin", "1271487200582221309", 6, 100)
    assert (draw.slice, draw.agrees) == (1, True)
    with pytest.raises(loyalty.EventError, match="remembers") as refused:
        program.audit(member, "s-2")
    assert refused.value.code == "unknown_order"


def test_state_is_saved_and_loaded_in_both_forms() -> None:
    program, member = shop()
    program.apply(member, order())
    binary = member.save_binary()
    # Drivers of databases give bytes in other forms, too, and some of them a part of a larger one.
    forms = (bytearray(binary), memoryview(binary), memoryview(b"-" + binary)[1:], memoryview(member.save().encode()))
    for state in (member.save(), binary, *forms):
        loaded = program.load(state)
        assert loaded == member
        assert loaded.migration is not None and loaded.migration.to_dict() == {"dropped": [], "added": []}
    assert member.migration is None
    changed = loyalty.Program.compile(TEXT.replace("wallet points {", "wallet stars {}\nwallet points {"))
    moved = changed.load(member.save())
    assert moved.migration is not None and moved.migration.added == ("wallet `stars`",)
    assert changed.view(moved).wallets.points.pending == 37


def total(amounts: Mapping[str, Any]) -> Decimal:
    """What takes any mapping."""
    return sum((wallet["available"] for wallet in amounts.values()), Decimal(0))


def test_a_record_is_a_mapping_to_whoever_takes_one() -> None:
    names = ("items", "keys", "values", "get", "to_dict", "to_json")
    wallets = "".join(f"wallet {name} {{}}\nrule r_{name} on order {{ earn {place} {name} }}\n" for place, name in enumerate(names, 1))
    program = loyalty.Program.compile(f'program "Shop" {{}}\n{wallets}')
    member = program.enroll("m-1", "2026-01-01T00:00:00Z")
    program.apply(member, {"type": "order", "id": "o-1", "at": "2026-01-02T00:00:00Z"})
    record = program.view(member).wallets
    # A name that a method has is reached by its key, and everything else goes by keys.
    assert [record[name].available for name in names] == [1, 2, 3, 4, 5, 6]
    assert [record.get(name).available for name in names] == [1, 2, 3, 4, 5, 6]
    assert total(record) == 21 and list(dict(record)) == list(record.to_dict()) == list(names)
    assert all(callable(getattr(record, name)) for name in names)
    for views, of_dict in ((record.keys(), {}.keys()), (record.values(), {}.values()), (record.items(), {}.items())):
        assert type(views) is type(of_dict) and len(views) == 6
    assert record.keys() - {"items"} == set(names[1:]) and repr(record.keys()) == repr(dict.fromkeys(names).keys())
    match record:
        case {"items": first, **others}:
            assert first.available == 1 and list(others) == list(names[1:])


@pytest.mark.parametrize("state", ["{}", "", "[1]", b"", b"\x00\xff"])
def test_state_that_is_none_is_an_error(state: str | bytes) -> None:
    with pytest.raises(loyalty.StateError):
        shop()[0].load(state)


def test_a_decision_is_the_same_by_attribute_and_by_key() -> None:
    program, member = shop()
    outcome = program.apply(member, order())
    assert outcome.decisions == outcome["decisions"] == dict(outcome)["decisions"]
    again = pickle.loads(pickle.dumps(outcome))
    for decisions in (outcome["decisions"], outcome.get("decisions"), dict(outcome)["decisions"], [*outcome.values()][-1], again["decisions"]):
        assert [type(decision) for decision in decisions] == [loyalty.Decision] * len(outcome.decisions)
    assert hash(outcome.decisions[0]) == hash(outcome["decisions"][0])
    assert outcome.decisions[0] != outcome and outcome != outcome.to_dict()


@pytest.mark.parametrize("state", ["", " ", b""])
def test_state_without_anything_in_it_says_so(state: str | bytes) -> None:
    with pytest.raises(loyalty.StateError, match="there is nothing in it"):
        shop()[0].load(state)


def test_the_head_of_an_event_says_whose_state_it_needs() -> None:
    for event in (order(), '{"id":"o-1","type":"order","member":"m-1","at":"2026-11-21T10:00:00+01:00","lines":[{}]}'):
        head = loyalty.event_head(event)
        assert (head.id, head.member, head.type) == ("o-1", "m-1", "order")
        assert head.at == dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
    assert loyalty.event_head({}).to_dict() == {"type": None, "id": None, "member": None, "at": None}
    with pytest.raises(loyalty.EventError):
        loyalty.event_head("{")


@pytest.mark.parametrize("whose", [2.0**53 + 2, True, 1.5, ["m-1"], "", "m" * 300])
def test_a_member_that_is_none_is_not_taken_for_a_guest(whose: Any) -> None:
    program, member = shop()
    with pytest.raises(loyalty.EventError) as refused:
        program.apply(member, order(member=whose))
    with pytest.raises(loyalty.EventError) as head:
        loyalty.event_head(order(member=whose))
    assert refused.value.field == "member" and vars(head.value) == vars(refused.value)
    assert loyalty.event_head(order(member=None, id=1.5, at="today")).to_dict() == {"type": "order", "id": None, "member": None, "at": None}


def test_a_text_is_laid_out() -> None:
    assert loyalty.format("wallet   points{round half up}") == "wallet points { round half up }\n"
    with pytest.raises(loyalty.RulesError):
        loyalty.format("wallet {")


def test_a_history_is_played_in_one_call() -> None:
    program, member = shop()
    lines = [program_line(number) for number in range(3)] + ['{"type":"order","id":"x","member":"m-1"}']
    replay = program.replay("\n".join(lines), until="2027-01-01T00:00:00Z", outcomes=True)
    assert (replay.summary.events, replay.summary.applied, replay.summary.members) == (4, 3, 1)
    assert replay.summary.wallets["points"].available == Decimal(30)
    (refused,) = replay.refused
    assert (refused.line, refused.event, refused.error.code, refused.error.field) == (4, "x", "missing_field", "at")
    assert len(replay.outcomes) == 4 and '"vested"' in replay.outcomes[-1]
    (only,) = replay.members()
    assert only == replay.member("m-1") and replay.member("m-2") is None
    assert repr(replay) == "Replay(members=1, refused=1)"


def test_a_history_may_be_the_lines_of_a_file(tmp_path: Path) -> None:
    program, _ = shop()
    lines = [program_line(number) for number in range(3)] + ['{"id":"x","member":"m-1"}', "no JSON"]
    path = tmp_path / "orders.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    whole = program.replay(path.read_bytes(), outcomes=True)
    with path.open(encoding="utf-8") as texts, path.open("rb") as binary:
        forms: list[Any] = [texts, binary, [json.loads(lines[0]), lines[1].encode(), *lines[2:]]]
        for replay in (program.replay(form, outcomes=True) for form in forms):
            assert (replay.outcomes, replay.refused, replay.summary) == (whole.outcomes, whole.refused, whole.summary)
    # What is no event is refused where it stands, and the others are played.
    odd = program.replay([lines[0], "\ud800", 7, lines[1]])  # type: ignore[list-item]
    assert ([one.line for one in odd.refused], odd.summary.applied) == ([2, 3], 2)


def test_limits_in_total_are_kept_over_all_members_in_parts_as_at_once() -> None:
    program = loyalty.Program.compile(
        'program "Shop" { currency EUR }\nwallet points {}\nrule early on order limit 3 in total { earn 100 points }'
    )
    orders = [order(id=f"o-{number}", member=f"m-{number % 4}") for number in range(6)]
    for form in (orders, "\n".join(json.dumps(event) for event in orders)):
        replay = program.replay(form)
        assert (replay.summary.wallets["points"].issued, dict(replay.counters)) == (300, {"rule early": 3})
    first = program.replay(orders[:2])
    rest = program.replay(orders[2:], states=first.state_table(), counters=first.counters)
    assert (rest.summary.wallets["points"].issued, dict(rest.counters)) == (300, {"rule early": 3})
    given = program.replay(orders, counters={"rule early": 2, "other": "7.5"})
    assert given.summary.wallets["points"].issued == 100
    assert dict(given.counters) == {"other": Decimal("7.5"), "rule early": 3}
    with pytest.raises(TypeError, match="a dict of numbers by name"):
        program.replay([], counters=7)  # type: ignore[arg-type]
    # Who divides the members cannot keep it.
    with pytest.raises(ValueError, match="`rule early` makes them bear on each other"):
        loyalty.partitions.replay(program, [])


def test_what_a_member_sends_arrives() -> None:
    program = loyalty.Program.compile(
        'program "Shop" { currency EUR }\nevent gift { to text  points number }\nwallet points {}\n'
        "rule send on gift { transfer gift.points from points to gift.to }\nrule receive on received { accept points }"
    )
    at = "2026-01-02T10:00:00Z"
    events: list[dict[str, Any]] = [
        {"type": "adjust", "id": "a-1", "member": "ana", "at": at, "points": 900},
        {"type": "gift", "id": "g-1", "member": "ana", "at": at, "to": "ben", "points": 600},
    ]
    replay = program.replay(events, outcomes=True)
    wallet = replay.summary.wallets["points"]
    assert (replay.summary.events, replay.summary.members, wallet.available, wallet.transferred_in) == (2, 2, 900, 600)
    told = [json.loads(outcome) for outcome in replay.outcomes]
    kinds = [(one["member"], one["decisions"][0]["kind"]) for one in told]
    assert kinds == [("ana", "earned"), ("ana", "transferred"), ("ben", "received")]


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    program, member = shop()
    text = "\ufeff" + program_line(1)
    path = tmp_path / "orders.jsonl"
    path.write_text(text + "\n", encoding="utf-8")
    with path.open(encoding="utf-8") as lines:
        forms: list[Any] = [text, text.encode(), lines]
        assert [program.replay(form).summary.applied for form in forms] == [1, 1, 1]
    assert not program.apply(member, text).replayed
    (refused,) = program.replay("\u200b" + program_line(1)).refused
    assert refused.error.found == "an invisible character (U+200B)"


def program_line(number: int) -> str:
    return f'{{"type":"order","id":"o-{number}","member":"m-1","at":"2026-02-0{number + 1}T10:00:00Z","subtotal":10}}'


def test_unknown_options_and_arguments_of_a_wrong_kind_are_errors() -> None:
    program, member = shop()
    wrong: list[Any] = [
        lambda: loyalty.Program.compile(TEXT, nmae="shop"),  # type: ignore[call-arg]
        lambda: program.apply(member, order(), nwo=JOINED),  # type: ignore[call-arg]
        lambda: program.apply(member, order(), JOINED),  # type: ignore[call-arg]
        lambda: program.view(member, ta=JOINED),  # type: ignore[call-arg]
        lambda: program.replay("", untill=JOINED),  # type: ignore[call-arg]
        lambda: loyalty.Program.compile(7),  # type: ignore[arg-type]
        lambda: program.apply(program, order()),  # type: ignore[arg-type]
        lambda: program.advance(member, 7),  # type: ignore[arg-type]
        lambda: program.advance(member, dt.date(2026, 1, 1)),  # type: ignore[arg-type]
        lambda: program.enroll(7, JOINED),  # type: ignore[arg-type]
        lambda: program.load(7),  # type: ignore[arg-type]
        lambda: program.replay(7),  # type: ignore[arg-type]
        lambda: loyalty.Member(),
        lambda: loyalty.Outcome(),
    ]
    for number, call in enumerate(wrong):
        with pytest.raises(TypeError):
            call()
            pytest.fail(f"call {number} is taken")
