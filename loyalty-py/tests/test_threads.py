"""Python is let go while the engine works: threads go on beside it, and several of them share one program."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import loyalty
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


def test_several_threads_are_faster_than_one() -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one processor")
    program, _ = shop()
    lines = history(10_000)

    def seconds(threads: int) -> float:
        with ThreadPoolExecutor(threads) as pool:
            started = time.perf_counter()
            list(pool.map(lambda _: program.replay(lines).summary.applied, range(2)))
            return time.perf_counter() - started

    # Others may be busy on the machine: one good run in several shows that nothing stands in the way.
    ratios = []
    for _ in range(8):
        ratios.append(seconds(1) / seconds(2))
        if ratios[-1] > 1.3:
            return
    pytest.fail(f"two threads over one: {ratios}")


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
