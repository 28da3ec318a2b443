"""The translations: their border, and the corpus of `loyalty-hosts`, byte for byte as in Rust."""

import datetime as dt
import json
import pathlib
from collections import UserDict
from decimal import Decimal
from typing import Any

import loyalty
import pytest

from shop import compact, error_json

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "loyalty-hosts" / "corpus"
CASES = sorted(FOLDER.rglob("*.case"))
ORDER = (
    '{"id":820982911946154508,"customer":{"id":5},"financial_status":"paid",'
    '"created_at":"2026-11-21T10:00:00Z","line_items":[]}'
)


def answered(call: str, topic: str, options: dict[str, Any], body: str | bytes) -> str:
    """What the module answers to a case, in the words of the corpus."""
    platform, _, name = call.partition(".")
    function = getattr(getattr(loyalty, platform), name)
    try:
        told = function(topic, body, **options) if topic else function(body, **options)
    except loyalty.EventError as error:
        return f"error {error_json(error)}"
    except TypeError:
        return "a TypeError"
    if name == "payload":
        return f"payload {compact(told)}"
    kinds = (("event", "events"), ("parked", "parked"), ("notice", "notices"))
    lines = [f"{word} {compact(item)}" for word, key in kinds for item in told[key]]
    return "\n".join(lines) or "nothing"


@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_the_corpus_says_what_rust_says(path: pathlib.Path) -> None:
    head, *sections = path.read_text(encoding="utf-8").split("\n=== ")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    said = {title: text for title, _, text in (section.partition("\n") for section in sections)}
    call, _, topic = fields["call"].partition(" ")
    options = json.loads(fields.get("options", "{}"))
    body = said.get("body") or (FOLDER / fields["body"]).read_text(encoding="utf-8")
    wanted = said["answer"].rstrip("\n")
    # A keyword that is none is refused by Python itself.
    if path.stem in ("unknown-option", "unknown-way"):
        wanted = "a TypeError"
    assert answered(call, topic, options, body) == wanted
    assert answered(call, topic, options, body.encode()) == wanted


def test_there_are_cases() -> None:
    assert len(CASES) > 60


def test_an_event_is_applied_as_it_is() -> None:
    program = loyalty.Program.compile('program "S" {}\nwallet p {}\nrule r on order { earn 1 p }')
    member = program.enroll("m-1", "2026-01-01T00:00:00Z")
    (told,) = loyalty.shopify.events("orders/paid", ORDER.replace("[]", '[{"id":7,"quantity":1,"price":"2.50"}]'))["events"]
    assert told["event"]["id"] == "shopify:order:820982911946154508"
    assert program.apply(member, told["event"] | {"member": "m-1"}).decisions[0].amount == 1


def test_a_body_is_text_or_bytes() -> None:
    bodies: list[Any] = [json.loads(ORDER), 5, None, bytearray(b"{}")]
    for body in bodies:
        with pytest.raises(TypeError):
            loyalty.shopify.events("orders/paid", body)


def test_a_message_may_be_a_dict() -> None:
    sent = loyalty.whatsapp.payload({"category": "reply", "text": "٥ نقاط"}, phone="+966501234567", window="open")
    assert sent["text"] == {"body": "٥ نقاط"}


def test_a_message_may_have_in_it_what_decisions_have() -> None:
    def payload(**parameter: Any) -> Any:
        template = {"name": "hello", "parameters": [{"text": "x", **parameter}]}
        message = {"category": "utility", "language": "en", "template": template}
        return loyalty.whatsapp.payload(message, phone="+966501234567", window="closed")

    at = dt.datetime(2026, 1, 1, 3, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    for value, text in (("amount", Decimal("1.50")), ("amount", Decimal("15E+2")), ("date", dt.date(2026, 1, 1)), ("at", at)):
        written = f"{text:f}" if isinstance(text, Decimal) else text.isoformat()
        more = {"currency": "EUR"} if value == "amount" else {}
        assert payload(**{value: text}, **more) == payload(**{value: written}, **more)
    for wrong, told in ((at.replace(tzinfo=None), "a datetime without an offset"), (dt.time(10), "datetime.time"), ({1}, "set")):
        with pytest.raises(TypeError, match=f"a message holds what JSON has, or a Decimal, .*, and no {told.removeprefix('a ')}$"):
            payload(at=wrong)
    with pytest.raises(ValueError, match="not JSON compliant"):
        payload(amount=float("nan"), currency="EUR")
    itself: list[Any] = []
    itself.append(itself)
    with pytest.raises(loyalty.EventError) as refused:
        payload(at=itself)
    assert refused.value.code == "too_deep"


def test_a_message_may_be_a_decision_that_was_changed() -> None:
    program = loyalty.Program.compile(
        'program "Shop" {}\nwallet points {}\nmessage hello utility { template "hello"  en "Hello" }\nrule hi on signup { say hello }\n'
    )
    member = program.enroll("m-1", "2026-01-01T00:00:00Z")
    decisions = program.apply(member, {"type": "signup", "id": "s-1", "at": "2026-01-02T00:00:00Z"}).decisions
    decision = next(one for one in decisions if one.kind == "message")
    for message in ({**decision}, UserDict(decision), decision.to_dict()):
        sent = loyalty.whatsapp.payload({**message, "text": "Hallo"}, phone="+4915112345678", window="open")
        assert sent["text"] == {"body": "Hallo"}


def test_a_refusal_has_attributes() -> None:
    with pytest.raises(loyalty.EventError) as refused:
        loyalty.whatsapp.payload({"category": "reply", "text": "x"})
    assert (refused.value.code, refused.value.field) == ("missing_field", "phone")


def test_the_namespaces_are_no_classes_to_make_things_of() -> None:
    with pytest.raises(TypeError):
        loyalty.shopify()


def test_a_message_is_a_decision_as_it_stands() -> None:
    program = loyalty.Program.compile(
        'program "Shop" {}\nwallet points {}\nmessage hello utility { template "hello"  en "Hello" }\nrule hi on signup { say hello }\n'
    )
    member = program.enroll("m-1", "2026-01-01T00:00:00Z")
    decisions = program.apply(member, {"type": "signup", "id": "s-1", "at": "2026-01-02T00:00:00Z"}).decisions
    decision = next(one for one in decisions if one.kind == "message")

    def told(message: Any) -> Any:
        try:
            return loyalty.whatsapp.payload(message, phone="+4915112345678", window="open")
        except loyalty.EventError as refused:
            return str(refused)

    assert told(decision) == told(decision.to_dict()) == told(UserDict(decision.to_dict())) == told(decision.to_json())
