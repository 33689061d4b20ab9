"""Run as a program: print a batch, and die by SIGKILL right after a step, "" for none: DATABASE BATCH STEP."""

import os
import signal
import sys


def main() -> None:
    database, batch, step = sys.argv[1:]
    os.environ["DJANGO_SETTINGS_MODULE"] = "esmero.settings"
    import django

    django.setup()
    from tests.foundation import _point_to

    _point_to(database)
    from esmero.mailroom.sending import print_batches
    from esmero.outbox.models import PrintBatch
    from tests.letters import run_print_job

    if step:
        real = getattr(print_batches, step)

        def die(*given, **facts):
            real(*given, **facts)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(print_batches, step, die)
    job = run_print_job(PrintBatch.objects.get(pk=batch))
    assert job.state == "done", job.trouble


if __name__ == "__main__":
    main()
