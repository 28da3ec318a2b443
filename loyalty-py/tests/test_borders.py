"""What the border refuses and takes, so that it says the same as in the other hosts."""

import copy
import pickle
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import loyalty
import pytest

TEXT = """program "Shop" { currency EUR }
wallet points {}
rule base on order { earn 1 points per 1 EUR of order.subtotal }
rule early on order limit 1 in total { earn 100 points }
rule daily every day at 12:00 limit 1 in total { earn 5 points }
coupon TEN { give 10% off order }
test "ten" { on order { subtotal 10.00 EUR }  expect earned == 115 points }
"""
JOINED = "2026-01-01T00:00:00Z"
SECRET = b"a secret of tests"


def order(**fields: Any) -> dict[str, Any]:
    return {"type": "order", "id": "o-1", "member": "m-1", "at": "2026-11-21T10:00:00+01:00", "subtotal": "37.50"} | fields


def shop() -> tuple[loyalty.Program, loyalty.Member]:
    program = loyalty.Program.compile(TEXT)
    return program, program.enroll("m-1", JOINED)


def test_explaining_sees_the_counters_over_all_members() -> None:
    program, member = shop()
    counters: Mapping[str, Any] = MappingProxyType({"rule early": Decimal("1E+0"), "rule daily": "1"})
    told = program.explain(member, order(), counters=counters).to_text()
    assert "+37 points" in told and "limit 1 in total: used 1 of 1" in told
    assert "+137 points" in program.explain(member, order()).to_text()
    assert not program.explain_advance(member, "2026-01-01T18:00:00Z", counters=counters).outcome.decisions
    assert program.explain_advance(member, "2026-01-01T18:00:00Z").outcome.decisions


def test_numbers_are_read_in_one_way() -> None:
    program, member = shop()
    program.apply(member, order(subtotal=Decimal("1E+3")), counters={"rule early": Decimal("1E+3")})
    for wrong in ("1_000", "+1", " 1", "", "ten"):
        for wrongs in ({"subtotal": wrong}, {}):
            with pytest.raises(loyalty.EventError) as refused:
                program.apply(member, order(id="o-2", **wrongs), counters={"rule early": 0 if wrongs else wrong})
            assert refused.value.code == "wrong_type"


@pytest.mark.parametrize("wrong", [1.5, Decimal("1.5"), '{"type":"order","id":1.5,"at":"2026-11-21T10:00:00Z"}'])
def test_a_fraction_is_no_id(wrong: Any) -> None:
    program, member = shop()
    with pytest.raises(loyalty.EventError) as refused:
        program.apply(member, wrong if isinstance(wrong, str) else order(id=wrong))
    assert (refused.value.field, refused.value.expected, refused.value.found) == ("id", "a text", "1.5")


def test_a_quote_is_told_in_a_language_that_there_is() -> None:
    program, member = shop()
    cart = {"at": "2026-11-21T10:00:00+01:00", "lines": [{"id": "l", "amount": "10.00"}]}
    for wrong in ("xx", ""):
        with pytest.raises(loyalty.EventError) as refused:
            program.quote(member, cart, language=wrong)
        assert (refused.value.code, refused.value.field) == ("wrong_type", "language")
    arabic = program.quote(member, cart, language="ar")
    assert program.quote(member, cart, language="ar-SA").to_json() == arabic.to_json()


def test_a_text_is_no_list_of_texts() -> None:
    program, member = shop()
    for call in (lambda: program.quote(member, order(), codes="ABC"), lambda: program.report(active="order")):
        with pytest.raises(TypeError, match="argument '(codes|active)': a list of str, not str"):
            call()
    with pytest.raises(TypeError, match="argument 'counters': a dict of numbers by name, not list"):
        program.apply(member, order(), counters=[1])  # type: ignore[arg-type]


def test_tests_say_whether_they_passed() -> None:
    program, _ = shop()
    (result,) = program.run_tests()
    assert result.to_dict() == {"title": "ten", "line": 7, "passed": True, "failures": []}


def test_a_secret_is_not_lost_and_does_not_leak() -> None:
    program, kept = loyalty.Program.compile(TEXT), loyalty.Program.compile(TEXT, secret=SECRET)
    assert kept != program and kept == loyalty.Program.compile(TEXT, secret=SECRET)
    assert kept != loyalty.Program.compile(TEXT, secret=b"another secret of tests")
    assert copy.copy(kept) == kept and copy.deepcopy(kept) == kept
    for made in (kept, kept.enroll("m-1", JOINED)):
        with pytest.raises(TypeError, match="a program with a secret is not pickled"):
            pickle.dumps(made)
    assert pickle.loads(pickle.dumps(program)) == program
    with pytest.raises(TypeError, match="a secret is bytes, not bytearray"):
        loyalty.Program.compile(TEXT, secret=bytearray(SECRET))  # type: ignore[arg-type]


def test_a_history_tells_of_what_it_refused_as_an_error_does() -> None:
    program, member = shop()
    wrong = order(subtotal=-1)
    (refused,) = program.replay([wrong]).refused
    with pytest.raises(loyalty.EventError) as raised:
        program.apply(member, wrong)
    for name in ("code", "field", "expected", "found", "help", "rule", "text"):
        assert getattr(refused.error, name) == getattr(raised.value, name)


class Stop:
    def __index__(self) -> int:
        raise KeyboardInterrupt


def test_what_stops_the_program_is_no_refusal() -> None:
    program, member = shop()
    before = member.save()
    for call in (program.apply, program.explain, lambda _, event: program.replay([event])):
        with pytest.raises(KeyboardInterrupt):
            call(member, order(subtotal=Stop()))
    assert member.save() == before
    program.apply(member, order())
