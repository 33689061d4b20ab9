"""Run as a program: makes a house with a campaign's messages ready to leave (`make`), or works in it (`work`)."""

import os
import sys
import threading
from pathlib import Path


def main() -> None:
    act, home, *rest = sys.argv[1:]
    os.environ["ESMERO_HOME"] = home
    os.environ["DJANGO_SETTINGS_MODULE"] = "esmero.settings"
    if act == "make":
        from esmero.house.keys import create_keys

        create_keys(Path(home))
    import django

    django.setup()
    if act == "make":
        _make(port=int(rest[0]), number=int(rest[1]))
    else:
        from esmero.rounds.worker import run_worker

        run_worker(home=Path(home), worker="w", stop=threading.Event(), until_idle=True)


def _make(*, port: int, number: int) -> None:
    from django.core.management import call_command

    from tests.house_facts import add_people, build_house, open_dispatch

    call_command("migrate", verbosity=0)
    house = build_house(port=port, connections=8)
    open_dispatch(house, add_people(house, number))


if __name__ == "__main__":
    main()
