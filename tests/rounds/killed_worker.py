"""Run as a program: a worker like any other, whose table of reactions names two functions of this test: DATABASE."""

import sys
from datetime import timedelta
from functools import partial

MAY_FAIL = 200  # times


def main() -> None:
    [database] = sys.argv[1:]
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "esmero.settings"
    import django

    django.setup()
    from django.conf import settings

    from tests.foundation import _point_to

    _point_to(database)
    from esmero.house.happenings import PersonErased
    from esmero.house.models import AuditEntry
    from esmero.management.processes.process_tree import stop_on_signals
    from esmero.rounds.reactions import react
    from esmero.rounds.worker import run_worker
    from esmero.work import due

    calls = 0

    def write(name, happened):
        AuditEntry.objects.bulk_create(AuditEntry(action=name, subject_id=one.person_id) for one in happened)

    def write_and_fail(happened):
        nonlocal calls
        calls += 1
        write("shaky", happened)
        if calls % 3 == 0:
            raise OSError("every third time")

    table = (
        react(PersonErased, name="shaky", run=write_and_fail),
        react(PersonErased, name="steady", run=partial(write, "steady")),
    )
    due.RETRY = (timedelta(0),) * MAY_FAIL
    run_worker(home=settings.HOME, worker="killed", stop=stop_on_signals(), reactions=table)


if __name__ == "__main__":
    main()
