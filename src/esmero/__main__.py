"""`esmero`, the command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esmero.settings")
    if sys.argv[1:2] == ["manage"]:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["esmero manage", *sys.argv[2:]])
        return
    from esmero.management.command_line import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
