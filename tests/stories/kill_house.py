"""Run as a program: makes a house with a campaign's messages ready to leave: FOLDER, port of the relay, how many."""

import sys
from pathlib import Path


def main() -> None:
    home, port, number = sys.argv[1:]
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "esmero.settings"
    from esmero.management.commands.house.init import prepare_home

    prepare_home(Path(home))
    import django

    django.setup()
    from django.core.management import call_command

    from tests.house_facts import add_people, build_house, open_dispatch

    call_command("migrate", verbosity=0)
    house = build_house(port=int(port), connections=8)
    open_dispatch(house, add_people(house, int(number)))


if __name__ == "__main__":
    main()
