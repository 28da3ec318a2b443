"""The loyalty rules language: a program text in, exact and explained decisions out."""

import datetime
import os
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from decimal import Decimal
from typing import Any, Final, Literal, Never, NotRequired, Protocol, Self, TypeAlias, TypedDict, final

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
    "Table",
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
_Event: TypeAlias = Mapping[str, Any] | str | bytes | Record
_Points: TypeAlias = int | Decimal | str | float
_Counters: TypeAlias = Mapping[str, _Points] | Record

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: Any = None) -> object: ...

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
class Record(Mapping[str, Any]):
    """Named values, by attribute or by key, and a Mapping; immutable. Amounts are Decimals, instants aware datetimes, lists
    tuples, and objects are Records again. A name that a method has, such as that of a wallet called `items`, is reached by
    its key alone: `wallets["items"]`."""

    def __getattribute__(self, name: str, /) -> Any: ...
    def __getitem__(self, key: str, /) -> Any: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def keys(self) -> KeysView[str]:
        """The keys, in order, as those of a dict."""
    def values(self) -> ValuesView[Any]:
        """The values, in the order of the keys, as those of a dict."""
    def items(self) -> ItemsView[str, Any]:
        """Keys with their values, in order, as those of a dict."""
    def get(self, key: str, default: Any = None) -> Any:
        """The value under a key, or the default."""
    def to_dict(self) -> dict[str, Any]:
        """The values as `json.loads` would give them: amounts and instants as str, ready to be written anywhere."""
    def to_json(self) -> str:
        """The values as JSON, the same bytes as in every other host."""
    def _repr_html_(self) -> str: ...

@final
class Outcome(Record):
    """What an event or the passing of time brought about."""

    @property
    def event(self) -> str | None:
        """The event's id; None for the passing of time."""
    @property
    def member(self) -> str:
        """The member's id."""
    @property
    def at(self) -> datetime.datetime:
        """The event's own instant, or the one advanced to."""
    @property
    def revision(self) -> int:
        """The revision of the member's state after it."""
    @property
    def replayed(self) -> bool:
        """Whether the event was known: these are the decisions recorded then, and nothing has changed."""
    @property
    def arms(self) -> Record | None:
        """The member's arm in each experiment that has been noted, by name; None without any."""
    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided, in order."""

@final
class Decision(Record):
    """One typed fact of an outcome. Besides the attributes that all decisions have, each kind has its own."""

    @property
    def kind(self) -> str:
        """The stable name of its kind, such as `earned`."""
    @property
    def amount(self) -> Decimal | None:
        """The number of points (or money) that it moves; None for decisions that move none."""
    @property
    def wallet(self) -> str | None:
        """The wallet that it changes; None for decisions that change none."""
    @property
    def at(self) -> datetime.datetime:
        """The instant from which it holds, where that is not the outcome's own."""

@final
class View(Record):
    """What a member has at an instant."""

    @property
    def member(self) -> str:
        """The member's id."""
    @property
    def at(self) -> datetime.datetime:
        """The instant that it shows."""
    @property
    def revision(self) -> int:
        """The revision of the member's state."""
    @property
    def wallets(self) -> Record:
        """Balances and sums by the name of the wallet."""

@final
class Quote(Record):
    """What a cart would get, and why not more."""

    @property
    def member(self) -> str:
        """The member's id."""
    @property
    def at(self) -> datetime.datetime:
        """The instant that the cart is judged at."""
    @property
    def total(self) -> Decimal:
        """What the goods and the shipping cost with the coupons that apply."""
    @property
    def discount(self) -> Decimal:
        """What the coupons take off the goods."""
    @property
    def lines(self) -> tuple[Record, ...]:
        """What each line costs, in the order of the cart."""
    @property
    def applied(self) -> tuple[Record, ...]:
        """The coupons that apply, in the order in which they do."""
    @property
    def not_applied(self) -> tuple[Record, ...]:
        """The coupons and codes that do not, each with all its reasons."""

@final
class BroadcastEstimate:
    """Whom a broadcast would reach, and why not the others: members are added one by one, and do not change."""

    def add(self, member: Member) -> None:
        """Ask what the broadcast would come to for a member, who stays as it is."""
    def merge(self, other: BroadcastEstimate) -> None:
        """Add what another part of the members came to; raise EventError for the estimate of another broadcast."""
    @property
    def members(self) -> int:
        """How many members were asked for."""
    @property
    def now(self) -> int:
        """How many would hear it at once, within the limits over all members."""
    @property
    def later(self) -> int:
        """How many would hear it when quiet hours end."""
    @property
    def suppressed(self) -> Record:
        """How many would not hear it, by the reasons of `message_suppressed`."""
    @property
    def refused(self) -> Record:
        """For how many the event would be refused, by code."""
    def record(self) -> Record:
        """All of it as it stands."""
    def to_json(self) -> str:
        """The same as JSON."""

@final
class Leaderboard:
    """The standings of a leaderboard in the making: every member is added once, in any order, and does not change. What is
    kept does not grow with the members."""

    def add(self, member: Member) -> bool:
        """Add a member; tell whether it stands on the leaderboard. Raise EventError for one whose standing cannot be told."""
    def merge(self, other: Leaderboard) -> None:
        """Take in the standings of other members; raise EventError for those of another question."""
    def finish(self) -> Record:
        """Who stands where: `members`, `rows`, `around` if it was asked for, and the `event` of each row that wins."""

@final
class Report:
    """Retention, engagement, redemption and the rest in the making: outcomes are added one by one, those of one member in
    their order."""

    def add(self, outcome: Outcome, member: Member) -> bool:
        """Add an outcome, with the member as it is after it; tell whether it counted. A replay and what was added before do
        not. Raise EventError for the outcome of another member, or a member of another revision."""
    def know(self, member: Member) -> bool:
        """Tell of a member without an outcome, so that it counts among the members; tell whether it was not known."""
    def merge(self, other: Report) -> None:
        """Take in the report of other members; raise EventError for one of another question, or with a member in both."""
    def finish(self) -> Record:
        """The report: `groups` with `rows` by period; `docs/report.md` says what every figure is."""

@final
class Explanation(Record):
    """Why an event would earn what it would, and what is missing for the rest."""

    @property
    def outcome(self) -> Outcome:
        """What the event, or time, would bring about."""
    def to_text(self) -> str:
        """The explanation for people, without colours."""
    def to_html(self) -> str:
        """The explanation as a piece of HTML."""

@final
class Diagnostic(Record):
    """One thing that is wrong with a program, or surely not meant. Offsets count code points."""

    @property
    def severity(self) -> Literal["error", "warning"]:
        """`error` or `warning`."""
    @property
    def code(self) -> str:
        """The stable code, such as `L0204`."""
    @property
    def message(self) -> str:
        """One sentence."""
    @property
    def help(self) -> str | None:
        """How to mend it; None if the compiler does not know."""
    @property
    def candidates(self) -> tuple[str, ...]:
        """The nearest valid names, nearest first."""
    @property
    def labels(self) -> tuple[Record, ...]:
        """The places that it speaks of, the main one first: `start`, `end`, `line`, `column` and `text`."""
    @property
    def line(self) -> int:
        """The line of the main place, from 1."""
    @property
    def column(self) -> int:
        """The column of the main place, from 1."""
    @property
    def span(self) -> Record:
        """The main place as a slice of the text: `text[span.start:span.end]`."""

@final
class Member:
    """The state of one member. It goes with the program that enrolled or loaded it."""

    @property
    def id(self) -> str:
        """The member's id."""
    @property
    def revision(self) -> int:
        """Grows with everything that happens to the member."""
    @property
    def clock(self) -> datetime.datetime:
        """The latest instant that the member has been brought to, in UTC."""
    @property
    def enrolled_at(self) -> datetime.datetime:
        """When the member joined, in UTC."""
    @property
    def next_due(self) -> datetime.datetime | None:
        """The next instant at which something will happen by time alone, in UTC; None for never."""
    @property
    def program(self) -> Program:
        """The program that the member goes with."""
    @property
    def migration(self) -> Record | None:
        """What a changed program could not take over of the saved state (`dropped`) and what it has besides (`added`);
        None for a member that was enrolled."""
    def save(self) -> str:
        """The state as JSON, for the host to keep."""
    def save_binary(self) -> bytes:
        """The state as bytes, smaller and faster."""
    def __copy__(self) -> Member: ...
    def __deepcopy__(self, _memo: object, /) -> Member: ...
    def __eq__(self, other: object, /) -> bool: ...
    def _repr_html_(self) -> str: ...

@final
class Migration(Record):
    """What becomes of a member under another version of the program: `report` (what was dropped and added), `moves` (levels
    that are others) and `outcome` (what the new version decides at once)."""

    @property
    def member(self) -> Member:
        """The member under the new version."""
    @property
    def outcome(self) -> Outcome:
        """What the new version decides at once: levels reached or lost, and what rules make of it."""
    @property
    def report(self) -> Record:
        """What the new version does not have any more (`dropped`) and what it begins empty (`added`)."""
    @property
    def moves(self) -> tuple[Record, ...]:
        """The levels that are others: `ladder`, `from`, `to` and `because`."""

@final
class Program:
    """A compiled program: immutable, to be used for any number of members and by any number of threads."""

    def __new__(cls, *_args: Never, **_kwargs: Never) -> Self: ...
    @staticmethod
    def compile(text: str, *, name: str = "program", secret: bytes | None = None) -> Program:
        """Compile the text of a program; raise RulesError with all that is wrong with it. `name` stands for the text where
        places are shown; `secret`, at least 16 bytes, chooses draws and arms: without it, events that need chance are refused."""
    @staticmethod
    def from_file(path: str | os.PathLike[str], *, secret: bytes | None = None) -> Program:
        """Compile the program of a file, with the host's secret if it has one."""
    @property
    def title(self) -> str:
        """The program's title."""
    @property
    def version(self) -> int:
        """The program's own version number."""
    @property
    def text(self) -> str:
        """The text that it was compiled from."""
    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is legal and surely not meant."""
    def policies(self) -> list[tuple[str, str]]:
        """The policies in force, the defaults among them, as the clauses that would say so: (declaration, clause)."""
    def enroll(self, id: str, at: _Instant) -> Member:
        """A new member, joining at that instant."""
    def load(self, state: str | bytes | bytearray | memoryview) -> Member:
        """The member whose state this or another version of the program has saved: JSON as str or bytes, or the bytes of
        `save_binary`. Bytes may be a bytearray or a memoryview, as drivers of databases give them."""
    def apply(
        self, member: Member, event: _Event, *, now: _Instant | None = None, counters: _Counters | None = None
    ) -> Outcome:
        """An event happens to a member: a dict, or JSON as str or bytes. With `now`, an event from the future is refused; with
        `counters`, nothing goes beyond a limit over all members."""
    def advance(self, member: Member, to: _Instant, *, counters: _Counters | None = None) -> Outcome:
        """Time passes until that instant; with `counters`, nothing goes beyond a limit over all members."""
    def quote(
        self,
        member: Member,
        cart: _Event,
        *,
        codes: Sequence[str] | None = None,
        counters: _Counters | None = None,
        others: bool = True,
        language: str = "en",
    ) -> Quote:
        """What a cart would get: the coupons that apply, line by line, and why not the others; changes nothing. The cart is an
        order that has not happened yet, with neither type nor id: a dict, or JSON as str or bytes. `counters` says where the
        counters over all members stand. Without `others`, only the named codes say why they do not apply. The texts are in
        `language`: `en` or `ar`."""
    def broadcast_estimate(self, broadcast: _Event, *, counters: _Counters | None = None) -> BroadcastEstimate:
        """Whom a `broadcast` event would reach if it happened to each of many members: an estimate to which they are added. The
        event is the one that will be applied to them, without `id` and `member`: a dict, or JSON as str or bytes. `counters`
        says where the counters over all members stand."""
    def leaderboard(
        self,
        name: str,
        at: _Instant,
        *,
        closed: bool = False,
        top: int | None = None,
        around: Member | None = None,
        neighbours: int = 2,
    ) -> Leaderboard:
        """The standings of a leaderboard at an instant, to which every member is added; with `closed`, those of the last round
        that is over by then, with the event of each member who wins something. `top` says how many places are kept, `around`
        a member whose place and `neighbours` are told too."""
    def report(
        self, *, period: str = "month", active: Sequence[str] | None = None, values: Mapping[str, _Points] | None = None
    ) -> Report:
        """How the program does, to be made of outcomes: a row for each `period` (day, week, month, quarter, half-year, year).
        `active` names the events by which a member counts as active, `values` what a point of a wallet is worth in money."""
    def view(self, member: Member, at: _Instant | None = None) -> View:
        """What a member has at that instant, or at its own clock if that is later; changes nothing."""
    def explain(self, member: Member, event: _Event, *, counters: _Counters | None = None) -> Explanation:
        """Why an event would earn what it would; changes nothing. `counters` says where the counters over all members stand."""
    def explain_advance(self, member: Member, to: _Instant, *, counters: _Counters | None = None) -> Explanation:
        """Why time alone would bring what it would until that instant; changes nothing. `counters` says where the counters over
        all members stand."""
    def audit(self, member: Member, event: str) -> Record:
        """Why the wheels that an event turned came out so: for each draw what was hashed, the number, the slices, and whether
        all of it agrees when it is worked out again."""
    def merge(self, into: Member, absorbed: Member, at: _Instant) -> tuple[Outcome, Outcome]:
        """Merge the account `absorbed` into the account `into`: all that it has goes over, and it takes no more events. The
        outcomes of both; either both change or neither."""
    def erase(self, member: Member, pseudonym: str, at: _Instant) -> Outcome:
        """Erase the person and keep the sums: what is left has the pseudonym for its id and takes no more events."""
    def export(self, member: Member) -> Record:
        """All that is held about a member, for the person: named, in plain values."""
    def pool_spend(
        self, members: Sequence[Member], *, id: str, wallet: str, points: _Points, at: _Instant
    ) -> list[Outcome]:
        """Members of one household pay together, each in proportion to what it has; either all of them or none. The outcomes
        in the order of the members. The same `id` again repeats them."""
    def pool_give_back(
        self, members: Sequence[Member], *, id: str, payment: str, at: _Instant, points: _Points | None = None
    ) -> list[Outcome]:
        """Members get back of what they paid together under the id `payment`; without `points`, all that is left of it."""
    def send_back(self, received: _Event) -> Record:
        """The `sent_back` event for the sender of a `received` event that cannot be delivered: all its points go back."""
    def migrate(self, old: Program, member: Member, at: _Instant) -> Migration:
        """What becomes of a member of `old`, another version of this program, at an instant; changes nothing. Go on with its
        `member` to go through with it."""
    def run_tests(self) -> list[Record]:
        """Run the `test` declarations of the program: `title`, `line`, `passed` and `failures`, each with `line` and `message`."""
    def replay(
        self,
        lines: str | bytes | _ArrowStream | Iterable[Mapping[str, Any] | str | bytes | Record],
        *,
        until: _Instant | None = None,
        outcomes: bool = False,
        decisions: bool = False,
        states: _ArrowStream | None = None,
        threads: int | None = None,
        counters: _Counters | None = None,
    ) -> Replay:
        """Play a whole history: lines of JSON, a table of Arrow (whatever has `__arrow_c_stream__`), each row an event, or
        events one after the other, from a list, a file of lines, or as a generator yields them. Each member is enrolled by
        the first event that is taken, unless `states` has it: a table with a column `state`, such as `Replay.state_table`
        gave for the part of the history before. With `until`, time then passes for all; with `outcomes`, the outcomes are
        kept; with `decisions`, the decisions, for `Replay.decision_table`. `counters` says where the counters over all members
        stand before it, zero if not said; nothing goes beyond a limit over all members, and `Replay.counters` says where they
        stand then. What a member sends to another one, as a transfer does, arrives at once: give `states` of whoever is sent
        something, for who is not known is enrolled by it. Lines in one text, and tables, are played on all cores, or on so many
        `threads`, unless members bear on each other in these ways; it comes to the same. Objects of Python are read one after
        the other."""
    def _across_members(self) -> str | None: ...
    def __copy__(self) -> Program: ...
    def __deepcopy__(self, _memo: object, /) -> Program: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Replay:
    """What a history came to."""

    @property
    def summary(self) -> Record:
        """The program, the numbers of events, the refused ones by their reasons, the sums of each wallet over all members, and their
        challenges, badges and leaderboards, as the command line tells them. It is worked out when it is asked for first."""
    @property
    def counters(self) -> Record:
        """Where the counters over all members stand after it, by name: those that were given, and those that have moved."""
    def members(self) -> list[Member]:
        """The members after the history, in the order of their ids."""
    def member(self, id: str) -> Member | None:
        """One of the members; None if the history has no such member."""
    @property
    def refused(self) -> tuple[Record, ...]:
        """The events that were refused: `line`, `event` and `error`, which has the attributes of an EventError."""
    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes as JSON, in the order of the events; none unless they were asked for."""
    def decision_table(self) -> Table:
        """A row for each decision, in the order of the events, those of an event that was known left out. `number` counts
        those of an outcome from 0; `details` is JSON with what has no column, None if there is nothing. Raise ValueError
        unless they were asked for."""
    def balance_table(self) -> Table:
        """A row for each wallet of each member, with the sums that the summary has of all."""
    def state_table(self) -> Table:
        """A row for each member with its state as bytes, to go on from with `replay(…, states=…)`."""
    def refused_table(self) -> Table:
        """A row for each event that was refused, with a column for each attribute of its EventError."""

@final
class Table:
    """Rows that other libraries take as they are, without a copy: whatever reads `__arrow_c_stream__`, such as
    `pyarrow.table`, `polars.DataFrame` and, from pandas 3 on, `pandas.DataFrame.from_arrow`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> object: ...

def event_head(event: _Event) -> Record:
    """What an event says of itself, whatever its type: `id`, `member`, `type` and `at`, each None where it is missing. The
    host's first step, for it says whose state the event needs: `member` is None for a guest alone, and EventError is raised
    for one that is no id."""
def format(text: str) -> str:
    """The program text laid out as everybody's is; raise RulesError for what cannot be read."""

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
    ) -> _Translation:
        """What comes of a webhook; the topic is what the header `X-Shopify-Topic` says."""

@final
class woocommerce:
    """WooCommerce's webhooks, and refunds of its REST API."""

    @staticmethod
    def events(
        topic: str, body: str | bytes, *, source: str | None = None, earn: _Earn | None = None, money: _Money | None = None
    ) -> _Translation:
        """What comes of a webhook; the topic is what the header `X-WC-Webhook-Topic` says, or `refund` for one of the REST API."""

@final
class magento:
    """Resources of Magento's REST API."""

    @staticmethod
    def events(
        resource: str, body: str | bytes, *, source: str | None = None, earn: _Earn | None = None, money: _Money | None = None
    ) -> _Translation:
        """What comes of a resource of the REST API: `order`, `credit_memo` or `customer`."""

@final
class whatsapp:
    """The WhatsApp Cloud API: its webhooks, and the messages that it takes."""

    @staticmethod
    def events(body: str | bytes, *, source: str | None = None) -> _Translation:
        """What comes of a webhook's body: messages, statuses, preferences and changes of identity."""
    @staticmethod
    def payload(
        message: Mapping[str, Any] | Record | str | bytes,
        *,
        phone: str | None = None,
        bsuid: str | None = None,
        window: Literal["open", "closed"] | None = None,
        reply_to: str | None = None,
        callback: str | None = None,
    ) -> dict[str, Any]:
        """The body of `POST /PHONE-NUMBER-ID/messages` for a message, within the limits of the protocol."""
