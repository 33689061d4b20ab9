"""Measure the pages of the console over a crowd.

Server time and queries of every page, order, filter, search, far page, file and part. `python -m bench.pages`;
SIZE=full is a million people, three million events and 200 campaigns. TABLE names a file for the figures of every
address, HOUSE a folder to keep the crowd in for the next run, ONLY a part of the addresses' names, POSTGRES (set to
anything) takes the tests' PostgreSQL, with its data below HOUSE. Processor time is measured, for it depends less on
what else the machine does: this process's, and on PostgreSQL also that of its backend (Linux), which works alone. The
table has the time that passed too.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.figures import show, tell
from bench.house import open_house, serve_postgres

BAR = 150  # milliseconds, the 95th of 100
MOST_QUERIES = 30
CHOICES = 8 if os.environ.get("SIZE") == "full" else 1  # of a filter
SIZES = {"small": (10_000, 5), "full": (1_000_000, 20)}  # people, calls
SEARCHES = ("ana", "garcia", "maria perez", "c77", "p5000@", "nobody at all", "o")
_LOADED = re.compile(r'hx-get="([^"#]*)"[^>]*hx-trigger="(?:load|every|revealed)')


@dataclass(frozen=True, slots=True)
class Address:
    """What is asked: a name for the table, the path, whether as htmx does, and what is posted, if anything."""

    name: str
    path: str
    part: bool = False
    posted: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """What an address took: milliseconds of the processor and of the clock (95th of 100), and queries."""

    address: Address
    used: float
    passed: float
    queries: int
    status: int


def run(*, number: int, calls: int) -> bool:
    """Furnish the house, measure every address `calls` times, print what is over its bar and the worst."""
    kept = os.environ.get("HOUSE")
    paths, lasted = _furnish(number, kept)
    from django.conf import settings
    from django.test import Client

    from esmero.management.processes.web_server import preload

    preload()  # as each process of the web server does
    settings.ALLOWED_HOSTS, settings.ESMERO.demo = ["*"], True  # the catcher is the demo's
    client = Client()
    client.force_login(_owner())
    only = os.environ.get("ONLY", "")
    measures = []
    for address in _find_addresses(client, paths, only=only):
        measures.append(_measure(client, address, calls=calls))
        _keep(measures[-1])
    slowest = sorted(measures, key=lambda one: -one.used)
    if lasted:
        tell(f"a house of {number:,} people furnished", lasted, unit="s")
    broken = [one for one in measures if one.status >= 400]
    for one in broken:
        print(f"page {one.address.name} answers {one.status}\t{one.address.path}\t200\tshort", flush=True)
    met = not broken
    for place, one in enumerate(slowest):
        if place < 3 or one.used > BAR:
            met = show(f"page {one.address.name}, 95th", one.used, bar=BAR, unit="ms", at_most=True) and met
    for place, one in enumerate(sorted(measures, key=lambda one: -one.queries)):
        if place < 1 or one.queries > MOST_QUERIES:
            met = (
                show(f"page {one.address.name}, queries", one.queries, bar=MOST_QUERIES, unit="", at_most=True) and met
            )
    tell("addresses of the console measured", len(measures), unit="")
    return met


def _furnish(number: int, kept: str | None) -> tuple[dict[str, str], float]:
    """Return the pages' addresses by name, and how many seconds the crowd took, 0 where it was there."""
    noted = Path(kept) / "paths.json" if kept else None
    if noted and noted.exists():
        os.environ["ESMERO_HOME"] = str(noted.parent)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esmero.settings")
        serve_postgres(noted.parent)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        return dict(json.loads(noted.read_text())), 0
    open_house(Path(kept) if kept else None)
    from bench.crowd import fill_house, name_crowd

    # The tests' small house, by name: the tests are not typed as strictly as this.
    console = import_module("tests.web.facts").furnish(rows=3)
    begun = time.monotonic()
    fill_house(console, number=number)
    paths = {**console.paths, **name_crowd()}
    if noted:
        noted.write_text(json.dumps(paths))
    return paths, time.monotonic() - begun


def _owner() -> Any:
    from esmero.house.models import User

    return User.objects.filter(role="owner").first() or User.objects.create_user(
        "owner@fibranorte.example", "a-long-password", name="Lucía Prado", role="owner", language="en"
    )


def _keep(one: Measure) -> None:
    """Write a line into the table, if one is asked for: it can be read while the rest is measured."""
    if table := os.environ.get("TABLE"):
        with Path(table).open("a") as file:
            file.write(
                f"{one.used:.0f}\t{one.passed:.0f}\t{one.queries}\t{one.status}\t"
                f"{one.address.name}\t{one.address.path}\n"
            )


def _find_addresses(client: Any, paths: dict[str, str], *, only: str) -> Iterator[Address]:
    """Give every page, and then what else can be asked of each."""
    pages = {name: path for name, path in paths.items() if only in name}
    yield from (Address(name, path) for name, path in pages.items())
    known = {(path, False) for path in pages.values()}
    from django.test.utils import setup_test_environment, teardown_test_environment

    for name, path in pages.items():
        setup_test_environment()
        try:
            found = list(_look(client, name, path))
        finally:
            teardown_test_environment()
        for one in found:
            if (one.path, one.part) not in known:
                known.add((one.path, one.part))
                yield one


def _look(client: Any, name: str, path: str) -> Iterator[Address]:
    answer = client.get(path)
    if answer.streaming:
        return
    for place, loaded in enumerate(_LOADED.findall(answer.content.decode())):
        yield Address(f"{name} part {place}", loaded.replace("&amp;", "&") or path, part=True)
    table = (answer.context or {}).get("table")
    if table is None or not hasattr(table, "listing"):
        return
    base = path.partition("?")[0]
    queries = [*_orders(table), *_filters(table)]
    if table.listing.search:
        queries += [(f"q={word}", {"q": word}) for word in SEARCHES]
    for words, query in queries:
        yield Address(f"{name} {words}", f"{base}?{urlencode(query)}")
    for head in table.heads:
        if head.column.order:
            for after, words in ((table.following, "second page"), *_ends(client, base, head.column.key)):
                if after and (words != "second page" or table.params.order.removeprefix("-") == head.column.key):
                    order = table.params.order if words == "second page" else words.split()[-1]
                    yield Address(f"{name} {words}", f"{base}?{urlencode({'sort': order, 'after': after})}")
    yield Address(f"{name} table alone", path, part=True)
    file = f"{base}?file=csv"
    yield Address(f"{name} file", file, posted=(("reason", "bench"),) if table.listing.personal else ())


def _orders(table: Any) -> Iterable[tuple[str, dict[str, str]]]:
    for column in table.listing.columns:
        if column.order:
            yield f"sort={column.key}", {"sort": column.key}
            yield f"sort=-{column.key}", {"sort": f"-{column.key}"}


def _filters(table: Any) -> Iterable[tuple[str, dict[str, str]]]:
    """Give every filter with some of its choices; in the full size also each in every order."""
    others = [column.key for column in table.listing.columns if column.order]
    for one, choices, _value in table.filters:
        for value, _words in list(choices)[:CHOICES]:
            yield f"{one.key}={value}", {one.key: value}
            for order in others if CHOICES > 1 else ():
                yield f"{one.key}={value} sort={order}", {one.key: value, "sort": order}
            if table.listing.search:
                yield f"{one.key}={value} q=zz", {one.key: value, "q": "zz top"}


def _ends(client: Any, base: str, order: str) -> Iterable[tuple[str, str]]:
    """Give the keys after which only a page is left, forwards and backwards."""
    for there, back in ((order, f"-{order}"), (f"-{order}", order)):
        answer = client.get(base, {"sort": there})
        table = (answer.context or {}).get("table")
        if table is not None and table.following:
            yield table.following, f"last page by {back}"


def _measure(client: Any, address: Address, *, calls: int) -> Measure:
    from django.db import connection

    number = 0

    def count(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal number
        number += 1
        return execute(*given)

    with connection.execute_wrapper(count):
        begun, clock = _processor(), time.perf_counter()
        status = _ask(client, address)
        used = [(_processor() - begun) * 1000]
        passed = [(time.perf_counter() - clock) * 1000]
    if used[0] > 10 * BAR:  # it is clear already
        return Measure(address, used[0], passed[0], number, status)
    used, passed = [], []
    for _place in range(calls):
        begun, clock = _processor(), time.perf_counter()
        _ask(client, address)
        used.append((_processor() - begun) * 1000)
        passed.append((time.perf_counter() - clock) * 1000)
    return Measure(address, _most(used), _most(passed), number, status)


def _processor() -> float:
    """Return seconds of processor time: of this process, and of the backend of PostgreSQL that it speaks with."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return time.process_time()
    connection.ensure_connection()
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return time.process_time() + int(backend.read_text().split()[0]) / 1e9


def _most(times: list[float]) -> float:
    """Return the 95th of 100."""
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]


def _ask(client: Any, address: Address) -> int:
    headers = {"HX-Request": "true"} if address.part else {}
    answer = (
        client.post(address.path, dict(address.posted), headers=headers)
        if address.posted
        else client.get(address.path, headers=headers)
    )
    if answer.streaming:
        next(iter(answer.streaming_content), b"")
        answer.close()
    return int(answer.status_code)


if __name__ == "__main__":
    people, times = SIZES[os.environ.get("SIZE", "small")]
    sys.exit(0 if run(number=people, calls=int(os.environ.get("CALLS", times))) else 1)
