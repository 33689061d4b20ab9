"""A signal that stops everything in a process that waits."""

import asyncio
import os
import signal
import threading

from esmero.work.stop_signal import StopSignal, wait_readable


def test_a_wait_ends_by_its_time_or_by_the_signal():
    stop = StopSignal()
    assert not stop.wait(0.001)
    threading.Timer(0.01, stop.set).start()
    assert stop.wait()
    assert stop.is_set()
    assert stop.wait()


def test_all_who_wait_are_woken():
    stop = StopSignal()
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(stop.wait(60))) for _ in range(5)]
    for thread in threads:
        thread.start()
    stop.set()
    stop.set()
    for thread in threads:
        thread.join(60)
    assert seen == [True] * 5


def test_an_event_loop_is_woken():
    stop = StopSignal()

    async def wait():
        woken = asyncio.Event()
        asyncio.get_running_loop().add_reader(stop.fileno(), woken.set)
        threading.Timer(0.01, stop.set).start()
        async with asyncio.timeout(60):
            await woken.wait()

    asyncio.run(wait())


def test_a_signal_handler_may_set_it_while_its_own_thread_waits():
    stop = StopSignal()
    before = signal.signal(signal.SIGUSR1, lambda *_: stop.set())
    try:
        threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        assert stop.wait(60)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_it_says_which_of_several_descriptors_is_readable():
    stop = StopSignal()
    reading, writing = os.pipe()
    try:
        assert wait_readable(reading, stop.fileno(), seconds=0) == set()
        os.write(writing, b".")
        assert wait_readable(reading, stop.fileno(), seconds=60) == {reading}
    finally:
        os.close(reading)
        os.close(writing)
