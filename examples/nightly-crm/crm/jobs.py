"""The work of a night: time passes for those for whom it brings something about, and campaigns are said to those they are for.

Each batch is a transaction of its own, and says how far it has come. A job that is killed and started again goes on from there, as
of the same instant, and comes to the same."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import pathlib
from collections.abc import Sequence
from typing import Any

import loyalty

from .progress import bar
from .store import Entry, Store, text_of


class Refused(Exception):
    """What was asked for cannot be done; the text says why."""


def seed(store: Store, program: loyalty.Program, history: pathlib.Path, every: int) -> int:
    """Members with a past: the history is played, and each is kept as its last event has left it. `every` tenth, say."""
    if store.count_members():
        raise Refused("there are members already; seed an empty database")
    with gzip.open(history, "rt", encoding="utf-8") as lines:
        chosen = "".join(line for line in lines if every == 1 or int(json.loads(line)["member"]) % every == 0)
    replay = program.replay(chosen, outcomes=True)
    members = replay.members()
    with store.transaction(), bar(len(members), "members") as progress:
        for member in members:
            due = None if member.next_due is None else text_of(member.next_due)
            store.run("INSERT INTO member VALUES (?, ?, ?, ?)", member.id, member.revision, member.save_binary(), due)
            progress(1)
        for outcome in map(json.loads, replay.outcomes):
            _book(store, outcome)
    return len(members)


def _book(store: Store, outcome: dict[str, Any]) -> None:
    for decision in outcome["decisions"]:
        at = text_of(dt.datetime.fromisoformat(decision.get("at", outcome["at"])))
        if entry := Entry.of(decision):
            store.run("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)", outcome["member"], *entry, at)


def advance(store: Store, program: loyalty.Program, now: dt.datetime, batch: int) -> None:
    """Time passes until now, for all for whom it brings something about."""
    night = text_of(now)
    with bar(store.count_due(now), "time") as progress:
        while True:
            with store.transaction():
                rows = store.due(now, batch)
                for row in rows:
                    try:
                        member = program.load(row.state)
                        outcome = program.advance(member, now, counters=_counters(store))
                    except (loyalty.StateError, loyalty.EventError) as error:
                        # One account that is out of order does not cost the others their night.
                        store.trouble(night, row.id, error)
                    else:
                        store.write(member, outcome, night)
            if not rows:
                return
            progress(len(rows))


def campaign(store: Store, program: loyalty.Program, now: dt.datetime, name: str, message: str, batch: int) -> None:
    """A message to all for whom it is: first counted, then said. Of one campaign nobody hears twice."""
    night = text_of(now)
    event = {"type": "broadcast", "at": now.isoformat(), "message": message, "campaign": name}
    planned = store.campaign(name)
    if planned is None:
        estimate = _estimate(store, program, event, name, batch)
        store.plan_campaign(name, message, night, estimate)
        planned = {"message": message, "night": night, "reached": None}
    if planned["night"] != night:
        # It was said in another night, to everybody whom it was for.
        return
    with bar(store.count_members(), name) as progress:
        reached = planned["reached"] or ""
        while True:
            with store.transaction():
                rows = store.members(reached, batch, hold=True)
                for row in rows:
                    own = {**event, "id": f"broadcast/{name}", "member": row.id}
                    try:
                        member = program.load(row.state)
                        outcome = program.apply(member, own, counters=_counters(store))
                    except loyalty.EventError as refused:
                        # An account that was erased, say. Counted, and nobody else is held up.
                        store.count(night, f"refused {refused.code}")
                    except loyalty.StateError as error:
                        store.trouble(night, row.id, error)
                    else:
                        if not outcome.replayed:
                            store.write(member, outcome, night)
                if rows:
                    reached = rows[-1].id
                    store.campaign_reached(name, reached)
            if not rows:
                return
            progress(len(rows))


def estimate(store: Store, program: loyalty.Program, now: dt.datetime, name: str, message: str, batch: int) -> dict[str, Any]:
    """How many would hear a campaign, and why not the others, asked beforehand: nothing changes."""
    _known(store, program, now, name, message)
    event = {"type": "broadcast", "at": now.isoformat(), "message": message, "campaign": name}
    found: dict[str, Any] = json.loads(_estimate(store, program, event, name, batch))
    return found


def _estimate(store: Store, program: loyalty.Program, event: dict[str, Any], name: str, batch: int) -> str:
    """How many would hear it, and why not the others; nobody changes."""
    estimate = program.broadcast_estimate(event, counters=_counters(store))
    with bar(store.count_members(), f"{name}: estimate") as progress:
        after = ""
        while rows := store.members(after, batch, hold=False):
            for row in rows:
                with contextlib.suppress(loyalty.StateError):
                    estimate.add(program.load(row.state))
            after = rows[-1].id
            progress(len(rows))
    return estimate.to_json()


def _counters(store: Store) -> dict[str, Any]:
    return dict(store.counters())


def night(store: Store, program: loyalty.Program, now: dt.datetime, campaigns: Sequence[tuple[str, str]], batch: int) -> dt.datetime:
    """All of it; the instant as of which it was done. A night that was begun and not finished is finished first, as of its own
    instant, with what it had begun to say."""
    if not store.count_members():
        raise Refused("there are no members; seed the database first")
    for name, message in campaigns:
        _known(store, program, now, name, message)
    while True:
        at = store.open_night(now)
        begun = [(name, found["message"]) for name, found in store.campaigns(text_of(at))]
        own = at == dt.datetime.fromisoformat(text_of(now))
        advance(store, program, at, batch)
        for name, message in {**dict(begun), **dict(campaigns if own else [])}.items():
            campaign(store, program, at, name, message, batch)
        store.close_night(text_of(at))
        if own:
            return at


def _known(store: Store, program: loyalty.Program, now: dt.datetime, name: str, message: str) -> None:
    """Asked before anything is done: a name that is mistyped does not cost a night."""
    planned = store.campaign(name)
    if planned is not None and planned["message"] != message:
        raise Refused(f"the campaign `{name}` says `{planned['message']}`, and not `{message}`")
    try:
        program.broadcast_estimate({"type": "broadcast", "at": now.isoformat(), "message": message, "campaign": name})
    except loyalty.EventError as error:
        raise Refused(f"campaign `{name}`: {error}") from error
