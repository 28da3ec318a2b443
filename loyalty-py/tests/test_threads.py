"""Python is let go while the engine works: threads go on beside it, and several of them share one program."""

import itertools
import json
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import loyalty
import pyarrow as pa
import pytest

from shop import order, shop

LINE = '{{"type":"order","id":"o-{0}","member":"m-{1}","at":"2026-02-01T10:00:00Z","subtotal":"10"}}'


def history(orders: int, members: int = 50) -> bytes:
    return "\n".join(LINE.format(number, number % members) for number in range(orders)).encode()


def test_the_world_goes_on_while_a_history_is_played() -> None:
    program, _ = shop()
    lines = history(20_000)
    ticks = 0
    done = threading.Event()

    def play() -> None:
        program.replay(lines)
        done.set()

    interval = sys.getswitchinterval()
    # A thread that holds Python would keep it for this long at the least.
    sys.setswitchinterval(30)
    try:
        thread = threading.Thread(target=play)
        thread.start()
        while not done.is_set():
            time.sleep(0.001)
            ticks += 1
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert ticks > 10


def test_others_have_a_turn_while_dicts_are_played() -> None:
    program, _ = shop()
    turns = 0
    over = threading.Event()

    def watch() -> None:
        nonlocal turns
        while not over.is_set():
            turns += 1

    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.001)
    try:
        watcher = threading.Thread(target=watch)
        watcher.start()
        # No line of Python runs between these, at which it would change threads by itself.
        events = itertools.repeat(order(), 100_000)
        before = turns
        played = program.replay(events)
        seen = turns - before
        over.set()
        watcher.join()
    finally:
        sys.setswitchinterval(interval)
    assert played.summary.replayed == 99_999 and seen > 0


def test_a_signal_stops_a_history_of_dicts() -> None:
    program, _ = shop()
    # There is no end to this history but the signal.
    endless = itertools.repeat(order())
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            program.replay(endless)
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("form", ["lines", "table"])
def test_a_signal_stops_a_history_that_is_played_without_python(form: str, threads: int) -> None:
    program, _ = shop()
    lines = history(200_000)
    events = lines if form == "lines" else pa.Table.from_pylist([json.loads(line) for line in lines.splitlines()])
    heard = 0

    # Signals that nobody heeds while a history is played are heard of once, after it.
    def third_time(*_: object) -> None:
        nonlocal heard
        heard += 1
        if heard == 3:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, third_time)
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
            program.replay(events, threads=threads)
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    # Nothing of it was kept, and the program is as it was.
    assert program.replay(history(10)).summary.events == 10


def test_several_threads_are_in_the_engine_at_one_time() -> None:
    program, _ = shop()
    lines = history(10_000)
    inside = most = 0
    seen = threading.Event()

    def play() -> None:
        nonlocal inside
        # Again and again, for the other may be late: how long it takes is no part of what is shown.
        for _ in range(200):
            if seen.is_set():
                return
            inside += 1
            program.replay(lines)
            inside -= 1

    interval = sys.getswitchinterval()
    # Nobody is made to let Python go between the lines of `play`: who has entered and not left is in `replay`, and this
    # thread sees both of them there only if neither holds Python.
    sys.setswitchinterval(3_600)
    try:
        threads = [threading.Thread(target=play) for _ in range(2)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            most = max(most, inside)
            if most == 2:
                seen.set()
            time.sleep(0.001)
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert most == 2


def test_a_history_comes_to_the_same_on_any_number_of_threads() -> None:
    program, _ = shop()
    lines = history(20_000) + b'\n{"type":"order","id":"o-x"}\n{'
    alone = program.replay(lines, outcomes=True, decisions=True, until="2027-01-01T00:00:00Z", threads=1)
    assert len(alone.refused) == 2 and len(alone.outcomes) == 20_050
    for threads in (None, 2, 5, 1_000):
        other = program.replay(lines, outcomes=True, decisions=True, until="2027-01-01T00:00:00Z", threads=threads)
        assert other.summary == alone.summary and other.members() == alone.members()
        assert other.outcomes == alone.outcomes and other.refused == alone.refused
        assert pa.table(other.decision_table()) == pa.table(alone.decision_table())
    for wrong in (0, -1):
        with pytest.raises(ValueError, match=f"argument 'threads': a number from 1, or None for one a core, and not {wrong}"):
            program.replay(lines, threads=wrong)


def test_one_member_and_many_threads() -> None:
    program, member = shop()

    def apply(number: int) -> Decimal | None:
        # Dicts, texts and bytes alike; and everybody looks at the member meanwhile.
        line = LINE.format(number, 1)
        event = (line, line.encode(), order(id=f"o-{number}", at="2026-02-01T10:00:00Z", subtotal="10"))[number % 3]
        outcome = program.apply(member, event)
        assert member.revision > 0 and program.view(member).wallets["points"].issued > 0
        return outcome.decisions[0].amount

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(apply, range(400))) == [Decimal(10)] * 400
    assert member.revision == 400
    assert program.view(member).wallets["points"].issued == 4_000
    assert loyalty.Program.compile(program.text).load(member.save()) == member
