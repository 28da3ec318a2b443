"""The loyalty rules language: a program text in, exact and explained decisions out."""

import datetime
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal, NotRequired, Protocol, TypeAlias, TypedDict, final

from typing_extensions import disjoint_base

__all__ = [
    "BroadcastEstimate",
    "Decision",
    "Diagnostic",
    "EventError",
    "Explanation",
    "Leaderboard",
    "Member",
    "Migration",
    "Outcome",
    "Program",
    "Quote",
    "Record",
    "Replay",
    "Report",
    "RulesError",
    "StateError",
    "View",
    "__version__",
    "event_head",
    "format",
    "magento",
    "shopify",
    "whatsapp",
    "woocommerce",
]

__version__: Final[str]

_Instant: TypeAlias = datetime.datetime | str
_Event: TypeAlias = dict[str, Any] | str | bytes | Record
_Points: TypeAlias = int | Decimal | str
_Counters: TypeAlias = dict[str, _Points]

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

class RulesError(Exception):
    """A program that does not compile: `diagnostics` is all that is wrong with it, the text of the error shows the places."""

    diagnostics: tuple[Diagnostic, ...]

class EventError(Exception):
    """Why an event or an instant was refused: `code`, `field`, `expected`, `found` and `help`, and of `refused_by_rule` the `rule` and its `text`. The member is as before."""

    code: str
    field: str | None
    expected: str | None
    found: str | None
    help: str | None
    rule: str | None
    text: str | None

class StateError(Exception):
    """Saved state that cannot be read."""

@disjoint_base
class Record:
    """Named values, by attribute or by key; immutable. Amounts are Decimals, instants aware datetimes, lists tuples, and
    objects are Records again."""

    def __getattribute__(self, name: str, /) -> Any: ...
    def __getitem__(self, key: str, /) -> Any: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def keys(self) -> tuple[str, ...]: ...
    def values(self) -> tuple[Any, ...]: ...
    def items(self) -> tuple[tuple[str, Any], ...]: ...
    def get(self, key: str, default: Any = None) -> Any: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    def _repr_html_(self) -> str: ...

@final
class Outcome(Record):
    """What an event or the passing of time brought about."""

    @property
    def event(self) -> str | None: ...
    @property
    def member(self) -> str: ...
    @property
    def at(self) -> datetime.datetime: ...
    @property
    def revision(self) -> int: ...
    @property
    def replayed(self) -> bool: ...
    @property
    def arms(self) -> Record | None: ...
    @property
    def decisions(self) -> tuple[Decision, ...]: ...

@final
class Decision(Record):
    """One typed fact of an outcome. Besides the attributes that all decisions have, each kind has its own."""

    @property
    def kind(self) -> str: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def wallet(self) -> str | None: ...
    @property
    def at(self) -> datetime.datetime: ...

@final
class View(Record):
    """What a member has at an instant."""

    @property
    def member(self) -> str: ...
    @property
    def at(self) -> datetime.datetime: ...
    @property
    def revision(self) -> int: ...
    @property
    def wallets(self) -> Record: ...

@final
class Quote(Record):
    """What a cart would get, and why not more."""

    @property
    def total(self) -> Decimal: ...
    @property
    def discount(self) -> Decimal: ...
    @property
    def lines(self) -> tuple[Record, ...]: ...
    @property
    def applied(self) -> tuple[Record, ...]: ...
    @property
    def not_applied(self) -> tuple[Record, ...]: ...

@final
class BroadcastEstimate:
    """Whom a broadcast would reach, and why not the others: members are added one by one, and do not change."""

    def add(self, member: Member) -> None: ...
    def merge(self, other: BroadcastEstimate) -> None: ...
    @property
    def members(self) -> int: ...
    @property
    def now(self) -> int: ...
    @property
    def later(self) -> int: ...
    @property
    def suppressed(self) -> Record: ...
    @property
    def refused(self) -> Record: ...
    def record(self) -> Record: ...
    def to_json(self) -> str: ...

@final
class Leaderboard:
    """The standings of a leaderboard in the making: every member is added once, in any order, and does not change. What is
    kept does not grow with the members."""

    def add(self, member: Member) -> bool: ...
    def merge(self, other: Leaderboard) -> None: ...
    def finish(self) -> Record: ...

@final
class Report:
    """Retention, engagement, redemption and the rest in the making: outcomes are added one by one, those of one member in
    their order."""

    def add(self, outcome: Outcome, member: Member) -> bool: ...
    def know(self, member: Member) -> bool: ...
    def merge(self, other: Report) -> None: ...
    def finish(self) -> Record: ...

@final
class Explanation(Record):
    """Why an event would earn what it would, and what is missing for the rest."""

    @property
    def outcome(self) -> Outcome: ...
    def to_text(self) -> str: ...
    def to_html(self) -> str: ...

@final
class Diagnostic(Record):
    """One thing that is wrong with a program, or surely not meant. Offsets count code points."""

    @property
    def severity(self) -> Literal["error", "warning"]: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def help(self) -> str | None: ...
    @property
    def candidates(self) -> tuple[str, ...]: ...
    @property
    def labels(self) -> tuple[Record, ...]: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def span(self) -> Record: ...

@final
class Member:
    """The state of one member. It goes with the program that enrolled or loaded it."""

    @property
    def id(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def clock(self) -> datetime.datetime: ...
    @property
    def enrolled_at(self) -> datetime.datetime: ...
    @property
    def next_due(self) -> datetime.datetime | None: ...
    @property
    def program(self) -> Program: ...
    @property
    def migration(self) -> Record | None: ...
    def save(self) -> str: ...
    def save_binary(self) -> bytes: ...
    def __copy__(self) -> Member: ...
    def __deepcopy__(self, _memo: object, /) -> Member: ...
    def __eq__(self, other: object, /) -> bool: ...
    def _repr_html_(self) -> str: ...

@final
class Migration(Record):
    """What becomes of a member under another version of the program: `report` (what was dropped and added), `moves` (levels
    that are others) and `outcome` (what the new version decides at once)."""

    @property
    def member(self) -> Member: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def report(self) -> Record: ...
    @property
    def moves(self) -> tuple[Record, ...]: ...

@final
class Program:
    """A compiled program: immutable, to be used for any number of members and by any number of threads."""

    @staticmethod
    def compile(text: str, *, name: str = "program", secret: bytes | None = None) -> Program: ...
    @staticmethod
    def from_file(path: str | os.PathLike[str], *, secret: bytes | None = None) -> Program: ...
    @property
    def title(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def warnings(self) -> tuple[Diagnostic, ...]: ...
    def policies(self) -> list[tuple[str, str]]: ...
    def enroll(self, id: str, at: _Instant) -> Member: ...
    def load(self, state: str | bytes) -> Member: ...
    def apply(
        self, member: Member, event: _Event, *, now: _Instant | None = None, counters: _Counters | None = None
    ) -> Outcome: ...
    def advance(self, member: Member, to: _Instant, *, counters: _Counters | None = None) -> Outcome: ...
    def quote(
        self,
        member: Member,
        cart: _Event,
        *,
        codes: Sequence[str] | None = None,
        counters: _Counters | None = None,
        others: bool = True,
        language: str = "en",
    ) -> Quote: ...
    def broadcast_estimate(self, broadcast: _Event, *, counters: _Counters | None = None) -> BroadcastEstimate: ...
    def leaderboard(
        self,
        name: str,
        at: _Instant,
        *,
        closed: bool = False,
        top: int | None = None,
        around: Member | None = None,
        neighbours: int = 2,
    ) -> Leaderboard: ...
    def report(
        self, *, period: str = "month", active: Sequence[str] | None = None, values: dict[str, _Points] | None = None
    ) -> Report: ...
    def view(self, member: Member, at: _Instant | None = None) -> View: ...
    def explain(self, member: Member, event: _Event) -> Explanation: ...
    def explain_advance(self, member: Member, to: _Instant) -> Explanation: ...
    def audit(self, member: Member, event: str) -> Record: ...
    def merge(self, into: Member, absorbed: Member, at: _Instant) -> tuple[Outcome, Outcome]: ...
    def erase(self, member: Member, pseudonym: str, at: _Instant) -> Outcome: ...
    def export(self, member: Member) -> Record: ...
    def pool_spend(
        self, members: Sequence[Member], *, id: str, wallet: str, points: _Points, at: _Instant
    ) -> list[Outcome]: ...
    def pool_give_back(
        self, members: Sequence[Member], *, id: str, payment: str, at: _Instant, points: _Points | None = None
    ) -> list[Outcome]: ...
    def send_back(self, received: _Event) -> Record: ...
    def migrate(self, old: Program, member: Member, at: _Instant) -> Migration: ...
    def run_tests(self) -> list[Record]: ...
    def replay(
        self,
        lines: str | bytes | _ArrowStream | Iterable[Mapping[str, Any]],
        *,
        until: _Instant | None = None,
        outcomes: bool = False,
    ) -> Replay: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Replay:
    """What a history came to."""

    @property
    def summary(self) -> Record: ...
    def members(self) -> list[Member]: ...
    def member(self, id: str) -> Member | None: ...
    @property
    def refused(self) -> tuple[Record, ...]: ...
    @property
    def outcomes(self) -> tuple[str, ...]: ...

def event_head(event: _Event) -> Record: ...
def format(text: str) -> str: ...

class _HostEvent(TypedDict):
    """An event that waits for its member: `keys` to find one by, and the `event` to apply once `member` is put in. One that
    tells how something stands says of what and as of when in `latest`, and an older one is passed over."""

    keys: dict[str, str]
    latest: NotRequired[dict[str, str]]
    event: dict[str, Any]

class _Parked(TypedDict):
    """What must not be applied as it is: why, where that shows, and what would be applied if the host decided so."""

    reason: str
    path: NotRequired[str]
    error: NotRequired[dict[str, str]]
    events: NotRequired[list[_HostEvent]]

class _Translation(TypedDict):
    """What comes of one payload."""

    events: list[_HostEvent]
    parked: list[_Parked]
    notices: list[dict[str, str]]

_Earn: TypeAlias = Literal["paid", "placed"]
_Money: TypeAlias = Literal["shop", "presentment"]

@final
class shopify:
    """Shopify's webhooks."""

    @staticmethod
    def events(
        topic: str, body: str | bytes, *, source: str | None = None, earn: _Earn | None = None, money: _Money | None = None
    ) -> _Translation: ...

@final
class woocommerce:
    """WooCommerce's webhooks, and refunds of its REST API."""

    @staticmethod
    def events(
        topic: str, body: str | bytes, *, source: str | None = None, earn: _Earn | None = None, money: _Money | None = None
    ) -> _Translation: ...

@final
class magento:
    """Resources of Magento's REST API."""

    @staticmethod
    def events(
        resource: str, body: str | bytes, *, source: str | None = None, earn: _Earn | None = None, money: _Money | None = None
    ) -> _Translation: ...

@final
class whatsapp:
    """The WhatsApp Cloud API: its webhooks, and the messages that it takes."""

    @staticmethod
    def events(body: str | bytes, *, source: str | None = None) -> _Translation: ...
    @staticmethod
    def payload(
        message: dict[str, Any] | str | bytes,
        *,
        phone: str | None = None,
        bsuid: str | None = None,
        window: Literal["open", "closed"] | None = None,
        reply_to: str | None = None,
        callback: str | None = None,
    ) -> dict[str, Any]: ...
