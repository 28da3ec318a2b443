"""Run twice, killed in the middle, on another database: a night comes to the same."""

import datetime as dt
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal
from typing import Any

import loyalty
import matplotlib.image
import psycopg
import pytest

from crm import jobs, report
from crm.store import Store

HERE = pathlib.Path(__file__).parents[1]
NIGHT = "2018-01-02T02:00-05:00"
NOW = dt.datetime.fromisoformat(NIGHT)
NEXT = NOW + dt.timedelta(days=1)
CAMPAIGN = [("january", "we_miss_you")]
TABLES = {
    "member": "id", "claimed": "counter", "ledger": "member, entry", "outbox": "member, id", "decided": "night, what",
    "night": "at", "campaign": "name", "trouble": "night, member",
}  # fmt: skip

PROGRAM = loyalty.Program.from_file(HERE / "club.loyalty")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-B", str(HERE / "nightly.py"), *arguments]


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All that is in the database, in an order that is the same everywhere."""
    rows = {table: store.rows(f"SELECT * FROM {table} ORDER BY {order}") for table, order in TABLES.items()}
    return {table: sorted((tuple(map(_plain, row)) for row in found), key=repr) for table, found in rows.items()}


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def files(folder: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Every tenth household of the chain, by the command that is in the README."""
    path = tmp_path_factory.mktemp("seeded") / "crm.db"
    done = subprocess.run(command("seed", "--database", str(path), "--every", "10"), check=True, capture_output=True, text=True)
    assert done.stdout == "235 members\n"
    return path


@pytest.fixture
def database(seeded: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(shutil.copy(seeded, tmp_path / "crm.db"))


@pytest.fixture(scope="session")
def expected(seeded: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[tuple[Any, ...]]], dict[str, bytes]]:
    """The night without a disturbance: what is in the database, and the report."""
    folder = tmp_path_factory.mktemp("expected")
    store = Store(str(shutil.copy(seeded, folder / "crm.db")))
    at = jobs.night(store, PROGRAM, NOW, CAMPAIGN, 5)
    report.write(store, PROGRAM, at, folder / "report")
    found = dump(store)
    store.close()
    return found, files(folder / "report")


def test_a_night_does_what_is_due(database: pathlib.Path) -> None:
    store = Store(str(database))
    assert store.count_due(NOW) > 50
    jobs.night(store, PROGRAM, NOW, CAMPAIGN, 50)
    assert store.count_due(NOW) == 0
    # Each member is what the core makes of it in one step and one broadcast; the counters are given as they stood.
    decided = dict(store.rows("SELECT what, count FROM decided"))
    assert decided["vested"] > 0 and decided["expired lapsed"] > 0
    # The ledger adds up to what members have.
    sums: dict[str, Decimal] = {}
    for kind, amount in store.rows("SELECT kind, amount FROM ledger"):
        sums[kind] = sums.get(kind, Decimal(0)) + Decimal(amount)
    views = [PROGRAM.view(PROGRAM.load(state), NOW) for (state,) in store.rows("SELECT state FROM member")]
    points = [view.wallets["points"] for view in views]
    assert sum(wallet["issued"] for wallet in points) == sums["earned"]
    assert sum(wallet["available"] + wallet["pending"] for wallet in points) == sums["earned"] - sums["expired"]
    store.close()


def test_the_estimate_is_what_comes(database: pathlib.Path) -> None:
    store = Store(str(database))
    jobs.night(store, PROGRAM, NOW, CAMPAIGN, 50)
    found = store.campaign("january")
    assert found is not None
    estimate = found["estimate"]
    decided = dict(store.rows("SELECT what, count FROM decided"))
    assert estimate["now"] == decided["message we_miss_you"] > 0
    assert estimate["suppressed"] == {
        what.rsplit(" ", 1)[1]: count for what, count in decided.items() if what.startswith("message_suppressed we_miss_you")
    }
    said = [json.loads(message) for (message,) in store.rows("SELECT message FROM outbox WHERE message LIKE '%we_miss_you%'")]
    assert len(said) == estimate["now"]
    assert all(message["text"].startswith("It has been a while. ") for message in said)
    store.close()


def test_an_estimate_beforehand_is_that_of_the_night(database: pathlib.Path) -> None:
    store = Store(str(database))
    jobs.night(store, PROGRAM, NOW, [], 50)
    before = dump(store)
    asked = command("estimate", "--database", str(database), "--now", NIGHT, "--campaign", "january=we_miss_you")
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    assert dump(store) == before
    jobs.night(store, PROGRAM, NOW, CAMPAIGN, 50)
    found = store.campaign("january")
    assert found is not None
    estimate = found["estimate"]
    assert told.startswith(f"january: {estimate['now']} of 235 would hear `we_miss_you` now, 0 later\n")
    assert f"  {estimate['suppressed']['outside_segment']} not: outside_segment\n" in told
    store.close()


def test_an_account_out_of_order_costs_the_others_nothing(database: pathlib.Path, tmp_path: pathlib.Path, expected: tuple[Any, Any]) -> None:
    store = Store(str(database))
    ((first, _),) = store.rows("SELECT id, due FROM member WHERE due <= ? ORDER BY due, id LIMIT 1", "2018-01-02")
    store.run("UPDATE member SET state = ? WHERE id = ?", b"no state", first)
    at = jobs.night(store, PROGRAM, NOW, CAMPAIGN, 5)
    assert [row for row in dump(store)["member"] if row[0] != first] == [row for row in expected[0]["member"] if row[0] != first]
    ((night, member, error),) = store.rows("SELECT * FROM trouble")
    assert member == first and error
    assert "Members to be looked at" in report.write(store, PROGRAM, at, tmp_path / "report").read_text()
    store.close()


def test_twice_is_once(database: pathlib.Path, tmp_path: pathlib.Path, expected: tuple[Any, Any]) -> None:
    for _ in range(2):
        asked = command("night", "--database", str(database), "--now", NIGHT, "--campaign", "january=we_miss_you", "--batch", "5")
        subprocess.run([*asked, "--report", str(tmp_path / "report")], check=True, capture_output=True)
        store = Store(str(database))
        assert dump(store) == expected[0]
        store.close()
        assert files(tmp_path / "report") == expected[1]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_killed_and_started_again(database: pathlib.Path, tmp_path: pathlib.Path, expected: tuple[Any, Any], share: float) -> None:
    asked = command("night", "--database", str(database), "--now", NIGHT, "--campaign", "january=we_miss_you", "--batch", "5")
    asked += ["--report", str(tmp_path / "report")]
    watch = Store(str(database))
    before = int(watch.rows("SELECT sum(revision) FROM member")[0][0])
    whole = sum(revision for _, revision, *_ in expected[0]["member"]) - before

    def done() -> float:
        return float((int(watch.rows("SELECT sum(revision) FROM member")[0][0]) - before) / whole)

    process = subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while done() < share:
        assert process.poll() is None, "it was done before it could be killed"
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert done() >= share
    subprocess.run(asked, check=True, capture_output=True)
    assert dump(watch) == expected[0]
    watch.close()
    assert files(tmp_path / "report") == expected[1]


def test_the_next_night_finishes_the_one_before(database: pathlib.Path, tmp_path: pathlib.Path) -> None:
    undisturbed = Store(str(shutil.copy(database, tmp_path / "undisturbed.db")))
    jobs.night(undisturbed, PROGRAM, NOW, CAMPAIGN, 5)
    jobs.night(undisturbed, PROGRAM, NEXT, [], 5)
    # Stopped within the campaign, and not started again before the next night, which is not told of it.
    store = Store(str(database))
    write, count = store.write, 0

    def stop(member: loyalty.Member, outcome: loyalty.Outcome, night: str) -> None:
        nonlocal count
        count += outcome.event is not None
        if count == 50:
            raise KeyboardInterrupt
        write(member, outcome, night)

    store.write = stop  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        jobs.night(store, PROGRAM, NOW, CAMPAIGN, 5)
    store.write = write  # type: ignore[method-assign]
    assert dump(store) != dump(undisturbed)
    jobs.night(store, PROGRAM, NEXT, [], 5)
    assert dump(store) == dump(undisturbed)
    assert len(dump(store)["night"]) == 2
    store.close()
    undisturbed.close()


def test_a_second_night_and_the_campaign_of_the_first(database: pathlib.Path) -> None:
    store = Store(str(database))
    jobs.night(store, PROGRAM, NOW, CAMPAIGN, 50)
    outbox = len(dump(store)["outbox"])
    # Said under the same name on the next night, it reaches nobody a second time.
    jobs.night(store, PROGRAM, NEXT, CAMPAIGN, 50)
    assert [row for row in dump(store)["outbox"][outbox:] if "we_miss_you" in row[2]] == []
    assert len(dump(store)["night"]) == 2
    with pytest.raises(jobs.Refused, match="says `we_miss_you`, and not `thank_you`"):
        jobs.night(store, PROGRAM, NEXT, [("january", "thank_you")], 50)
    store.close()


def test_postgresql(seeded: pathlib.Path, server: str, tmp_path: pathlib.Path, expected: tuple[Any, Any]) -> None:
    """The same members, copied: every table comes to the same, and so does the report."""
    source, store = Store(str(seeded)), Store(server)
    for table in TABLES:
        for row in source.rows(f"SELECT * FROM {table}"):
            store.run(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", *row)
    source.close()
    store.close()
    asked = command("night", "--database", server, "--now", NIGHT, "--campaign", "january=we_miss_you", "--batch", "5")
    asked += ["--report", str(tmp_path / "report")]
    # Killed once on the way, with what it holds.
    process = subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with psycopg.connect(server, autocommit=True) as watch:
        while process.poll() is None:
            if watch.execute("SELECT 1 FROM decided LIMIT 1").fetchone():
                break
            time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    subprocess.run(asked, check=True, capture_output=True)
    store = Store(server)
    assert dump(store) == expected[0]
    store.close()
    assert files(tmp_path / "report") == expected[1]


def test_the_report_shows_something(expected: tuple[Any, dict[str, bytes]], tmp_path: pathlib.Path) -> None:
    pictures = [name for name in expected[1] if name.endswith(".png")]
    page = expected[1]["report.html"].decode()
    assert sorted(pictures) == ["campaign-1.png", "expiring.png", "groups.png", "points-by-month.png"]
    for name in pictures:
        assert f'src="{name}"' in page
        (tmp_path / name).write_bytes(expected[1][name])
        image = matplotlib.image.imread(tmp_path / name)
        # Bars, a title and a ground: more than one colour, and not only lines.
        assert image.shape[1] == 880 and 0.02 < (image[:, :, :3].min(axis=2) < 0.9).mean() < 0.9
    assert "the night of 2 January 2018" in page
    points = [PROGRAM.view(PROGRAM.load(row[2]), NOW).wallets["points"] for row in expected[0]["member"]]
    for key in ("available", "pending", "issued", "spent", "expired"):
        assert f'<td class="n">{sum(wallet[key] for wallet in points):,}</td>' in page



@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["night", "--now", NIGHT], "there are no members; seed the database first"),
        (["night", "--now", "2018-01-02T02:00"], "an instant needs an offset"),
        (["night", "--now", "tomorrow"], "an instant such as 2018-01-02T02:00-05:00"),
        (["night", "--campaign", "january"], "NAME=MESSAGE"),
        (["seed", "--every", "0"], "a number above zero"),
    ],
)
def test_what_cannot_be_done_is_said(asked: list[str], said: str, tmp_path: pathlib.Path) -> None:
    done = subprocess.run(command(*asked, "--database", str(tmp_path / "empty.db")), capture_output=True, text=True)
    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistyped_message_costs_no_night(database: pathlib.Path) -> None:
    store = Store(str(database))
    before = dump(store)["member"]
    with pytest.raises(jobs.Refused, match="campaign `january`: .*we_mis_you"):
        jobs.night(store, PROGRAM, NOW, [("january", "we_mis_you")], 50)
    with pytest.raises(jobs.Refused, match="there are members already"):
        jobs.seed(store, PROGRAM, HERE.parent / "grocery" / "events.jsonl.gz", 10)
    assert dump(store)["member"] == before
    store.close()


def test_rules_that_do_not_compile_are_shown(tmp_path: pathlib.Path) -> None:
    rules = tmp_path / "club.loyalty"
    rules.write_text('program "Club" { currency XXX }\n')
    asked = command("--rules", str(rules), "night", "--database", str(tmp_path / "crm.db"))
    done = subprocess.run(asked, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 1
    assert "error[" in done.stderr and "Traceback" not in done.stderr
