"""The database: SQLite in a file, or PostgreSQL by a URL. What is kept, and nothing of what is decided."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import loyalty

TABLES = """
CREATE TABLE IF NOT EXISTS member (id TEXT {ordered} PRIMARY KEY, revision BIGINT NOT NULL, state {bytes} NOT NULL, due TEXT);
CREATE INDEX IF NOT EXISTS member_due ON member (due, id) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS claimed (counter TEXT PRIMARY KEY, count TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger (
  member TEXT NOT NULL, entry BIGINT NOT NULL, kind TEXT NOT NULL, wallet TEXT NOT NULL, amount TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (member, entry)
);
CREATE TABLE IF NOT EXISTS outbox (
  member TEXT NOT NULL, id TEXT NOT NULL, message TEXT NOT NULL, night TEXT NOT NULL, PRIMARY KEY (member, id)
);
CREATE TABLE IF NOT EXISTS decided (night TEXT NOT NULL, what TEXT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (night, what));
CREATE TABLE IF NOT EXISTS trouble (night TEXT NOT NULL, member TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (night, member));
CREATE TABLE IF NOT EXISTS night (at TEXT PRIMARY KEY, finished INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS campaign (name TEXT PRIMARY KEY, message TEXT NOT NULL, night TEXT NOT NULL, estimate TEXT NOT NULL,
  reached TEXT);
"""


class Entry(NamedTuple):
    """A line of the ledger: what a decision changes of what a member has."""

    number: int
    kind: str
    wallet: str
    amount: str

    @classmethod
    def of(cls, decision: Mapping[str, Any]) -> Entry | None:
        """The line, whatever kind of decision it is: each that changes a balance has an `entry`."""
        if "entry" not in decision:
            return None
        # A wallet that joins another one brings along all that was in it.
        amount = decision["amount"] if "amount" in decision else _joined(decision)
        return cls(decision["entry"], decision["kind"], decision["wallet"], str(amount))


def _joined(decision: Mapping[str, Any]) -> Decimal:
    return Decimal(decision["available"]) + Decimal(decision["pending"]) - Decimal(decision["debt"])


def text_of(at: dt.datetime) -> str:
    """An instant as all of them are written: in UTC, and so that texts sort as instants follow each other."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Row(NamedTuple):
    """A member as it lies in the database."""

    id: str
    state: bytes


class Store:
    """One connection. Every statement is written for SQLite, and differs for PostgreSQL by its placeholders."""

    def __init__(self, url: str) -> None:
        self.postgresql = url.startswith(("postgresql://", "postgres://", "host="))
        if self.postgresql:
            import psycopg

            # Outside of a transaction every statement is one of its own.
            self.db: Any = psycopg.connect(url, autocommit=True)
        else:
            self.db = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
            self.db.execute("PRAGMA journal_mode = WAL")
        # Ids are ordered by their bytes in both, so that both come to the same where a limit ends in the middle.
        types = {"bytes": "bytea", "ordered": 'COLLATE "C"'} if self.postgresql else {"bytes": "BLOB", "ordered": ""}
        for statement in TABLES.format(**types).split(";"):
            if statement.strip():
                self.db.execute(statement)

    def close(self) -> None:
        self.db.close()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return list(self.run(sql, *values).fetchall())

    def run(self, sql: str, *values: Any) -> Any:
        return self.db.execute(sql.replace("?", "%s") if self.postgresql else sql, values)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written within, or nothing. Nobody else counts what members claim meanwhile."""
        if self.postgresql:
            with self.db.transaction():
                self.db.execute("LOCK TABLE claimed IN SHARE ROW EXCLUSIVE MODE")
                yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    # --- Members ------------------------------------------------------------------------------------------------------

    def due(self, now: dt.datetime, most: int) -> list[Row]:
        """Members for whom time has brought something about, but for those with whom this night has had trouble already. In
        PostgreSQL the rows are held until the transaction ends."""
        sql = """SELECT id, state FROM member WHERE due <= ?
                 AND NOT EXISTS (SELECT 1 FROM trouble WHERE trouble.night = ? AND trouble.member = member.id)
                 ORDER BY due, id LIMIT ?"""
        return self._members(sql + (" FOR UPDATE OF member" if self.postgresql else ""), text_of(now), text_of(now), most)

    def count_due(self, now: dt.datetime) -> int:
        return int(self.rows("SELECT count(*) FROM member WHERE due <= ?", text_of(now))[0][0])

    def members(self, after: str, most: int, *, hold: bool) -> list[Row]:
        """Members in the order of their ids."""
        sql = "SELECT id, state FROM member WHERE id > ? ORDER BY id LIMIT ?"
        return self._members(sql + (" FOR UPDATE" if hold and self.postgresql else ""), after, most)

    def count_members(self) -> int:
        return int(self.rows("SELECT count(*) FROM member")[0][0])

    def _members(self, sql: str, *values: Any) -> list[Row]:
        return [Row(id, bytes(state)) for id, state in self.rows(sql, *values)]

    def trouble(self, night: str, member: str, error: Exception) -> None:
        """Somebody has to look at this member."""
        self.run("INSERT INTO trouble VALUES (?, ?, ?) ON CONFLICT DO NOTHING", night, member, str(error))

    def write(self, member: loyalty.Member, outcome: loyalty.Outcome, night: str) -> None:
        """The new state, and everything that follows from what was decided. Called within a transaction."""
        due = None if member.next_due is None else text_of(member.next_due)
        sql = "UPDATE member SET revision = ?, state = ?, due = ? WHERE id = ?"
        self.run(sql, member.revision, member.save_binary(), due, member.id)
        for decision in outcome.decisions:
            self.decided(night, decision)
            if entry := Entry.of(decision):
                at = text_of(decision.at) if "at" in decision else text_of(outcome.at)
                self.run("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)", member.id, *entry, at)
            elif decision.kind == "claim":
                self.claim(decision)
            elif decision.kind == "message":
                self.run("INSERT INTO outbox VALUES (?, ?, ?, ?)", member.id, decision["id"], decision.to_json(), night)

    def decided(self, night: str, decision: loyalty.Decision) -> None:
        """Of messages, which one, and why not."""
        self.count(night, " ".join([decision.kind, *(decision[key] for key in ("message", "reason") if key in decision)]))

    def count(self, night: str, what: str) -> None:
        """One more of its kind in this night."""
        sql = """INSERT INTO decided VALUES (?, ?, 1)
                 ON CONFLICT (night, what) DO UPDATE SET count = decided.count + 1"""
        self.run(sql, night, what)

    # --- Counters over all members ------------------------------------------------------------------------------------

    def counters(self) -> dict[str, Decimal]:
        return {counter: Decimal(count) for counter, count in self.rows("SELECT counter, count FROM claimed")}

    def claim(self, decision: loyalty.Decision) -> None:
        # The rules were told where the counters stand within this transaction, and went beyond no limit.
        count = self.counters().get(decision["counter"], Decimal(0)) + decision["by"]
        sql = "INSERT INTO claimed VALUES (?, ?) ON CONFLICT (counter) DO UPDATE SET count = excluded.count"
        self.run(sql, decision["counter"], str(count))

    # --- Nights and campaigns -----------------------------------------------------------------------------------------

    def open_night(self, now: dt.datetime) -> dt.datetime:
        """The night of `now`, or the one that was begun and not finished: it is finished first, as of its own instant."""
        unfinished = self.rows("SELECT at FROM night WHERE finished = 0 ORDER BY at")
        if unfinished:
            return dt.datetime.fromisoformat(unfinished[0][0])
        self.run("INSERT INTO night VALUES (?, 0) ON CONFLICT DO NOTHING", text_of(now))
        return dt.datetime.fromisoformat(text_of(now))

    def close_night(self, night: str) -> None:
        self.run("UPDATE night SET finished = 1 WHERE at = ?", night)

    def campaign(self, name: str) -> dict[str, Any] | None:
        rows = self.rows("SELECT message, night, estimate, reached FROM campaign WHERE name = ?", name)
        if not rows:
            return None
        message, night, estimate, reached = rows[0]
        return {"message": message, "night": night, "estimate": json.loads(estimate), "reached": reached}

    def campaigns(self, night: str) -> list[tuple[str, dict[str, Any]]]:
        names = self.rows("SELECT name FROM campaign WHERE night = ? ORDER BY name", night)
        return [(name, found) for (name,) in names if (found := self.campaign(name)) is not None]

    def plan_campaign(self, name: str, message: str, night: str, estimate: str) -> None:
        self.run("INSERT INTO campaign VALUES (?, ?, ?, ?, NULL)", name, message, night, estimate)

    def campaign_reached(self, name: str, member: str) -> None:
        """As far as this the campaign has come, in the order of ids."""
        self.run("UPDATE campaign SET reached = ? WHERE name = ?", member, name)
