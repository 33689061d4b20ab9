"""`make bench`: small in some minutes, SIZE=full for the long run. Exit status 1 when a figure falls short."""

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
    # In processes of their own: each wants an empty house.
    alone = (["segments", str(number)], ["pages"], ["search"], ["posting"], ["happenings"], ["idle"])
    for name, *words in alone:
        met.append(subprocess.run([sys.executable, "-m", f"bench.{name}", *words], check=False).returncode == 0)
    return 0 if all(met) else 1


sys.exit(main())
