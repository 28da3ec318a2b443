#!/usr/bin/env python3
"""The nightly job of a loyalty program with its members in a database.

    nightly.py seed                                  members with the past of examples/grocery
    nightly.py estimate --campaign NAME=MESSAGE      who would hear it, and why not the others; nothing changes
    nightly.py night [--campaign NAME=MESSAGE]       time passes, campaigns are said, a report is written

A URL is a file for SQLite, or postgresql://… Run it every night; a run that was killed is finished by the next."""

from __future__ import annotations

import argparse
import datetime as dt
import pathlib
import sys

import loyalty

from crm import jobs, report
from crm.store import Store

HERE = pathlib.Path(__file__).parent


def instant(text: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"an instant such as 2018-01-02T02:00-05:00, and not {text!r}") from error
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"an instant needs an offset, such as {text}-05:00")
    return at


def assignment(text: str) -> tuple[str, str]:
    name, equals, message = text.partition("=")
    if not (name and equals and message):
        raise argparse.ArgumentTypeError(f"NAME=MESSAGE, such as january=we_miss_you, and not {text!r}")
    return name, message


def number(text: str) -> int:
    if not (text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"a number above zero, and not {text!r}")
    return int(text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The nightly job of a loyalty program with its members in a database.")
    parser.add_argument("--rules", type=pathlib.Path, default=HERE / "club.loyalty", help="the program")
    commands = parser.add_subparsers(dest="command", required=True)
    seed = commands.add_parser("seed", help="members with the past of examples/grocery")
    seed.add_argument("--history", type=pathlib.Path, default=HERE.parent / "grocery" / "events.jsonl.gz")
    seed.add_argument("--if-empty", action="store_true", help="do nothing where there are members already")
    seed.add_argument("--every", type=number, default=1, help="only every so many households")
    estimate = commands.add_parser("estimate", help="who would hear a campaign, and why not the others; nothing changes")
    night = commands.add_parser("night", help="time passes, campaigns are said, a report is written")
    for command in (estimate, night):
        command.add_argument("--now", type=instant, default=None, help="as of when; now, if it is not said")
        command.add_argument("--campaign", type=assignment, action="append", default=[], metavar="NAME=MESSAGE")
    night.add_argument("--report", type=pathlib.Path, default=pathlib.Path("report"), help="the folder for the report")
    for command in (seed, estimate, night):
        command.add_argument("--database", default="crm.db", help="a file, or postgresql://…")
        command.add_argument("--batch", type=number, default=200, help="members in one transaction")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    try:
        program = loyalty.Program.from_file(asked.rules)
    except loyalty.RulesError as error:
        print(error, file=sys.stderr)
        return 1
    store = Store(asked.database)
    try:
        if asked.command == "seed":
            if asked.if_empty and store.count_members():
                return 0
            print(f"{jobs.seed(store, program, asked.history, asked.every):,} members")
            return 0
        now = asked.now or dt.datetime.now(dt.UTC).replace(microsecond=0)
        if asked.command == "estimate":
            for name, message in asked.campaign:
                found = jobs.estimate(store, program, now, name, message, asked.batch)
                print(f"{name}: {found['now']:,} of {found['members']:,} would hear `{message}` now, {found['later']:,} later")
                for reason, count in [*found["suppressed"].items(), *found["refused"].items()]:
                    print(f"  {count:,} not: {reason}")
            return 0
        at = jobs.night(store, program, now, asked.campaign, asked.batch)
        print(report.write(store, program, at, asked.report))
        return 0
    except jobs.Refused as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        store.close()


if __name__ == "__main__":
    sys.exit(main())
