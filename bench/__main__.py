"""`make bench`: small in about a minute, SIZE=full for the long run. Exit status 1 when a figure falls short."""

import os
import subprocess
import sys

SIZES = {"small": 10_000, "full": 200_000}


def main() -> int:
    size = os.environ.get("SIZE", "small")
    if size not in SIZES:
        print(f"SIZE is small or full, not {size!r}", file=sys.stderr)
        return 2
    number = SIZES[size]
    from bench.gate import run as judge
    from bench.importing import run as bring
    from bench.intake import run as read
    from bench.sending import run as send

    met = [send(number=number), judge(number=number * 10), bring(number=number), read(number=number)]
    # In processes of their own: their people are made by plain SQL and want an empty house.
    counted = subprocess.run([sys.executable, "-m", "bench.segments", str(number)], check=False)
    shown = subprocess.run([sys.executable, "-m", "bench.pages"], check=False)
    found = subprocess.run([sys.executable, "-m", "bench.search"], check=False)
    return 0 if all(met) and counted.returncode == shown.returncode == found.returncode == 0 else 1


sys.exit(main())
