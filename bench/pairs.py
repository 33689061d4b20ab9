"""Compare two checkouts by interleaved pairs: the ratio of each figure of `make bench`, with its 95 % interval.

`python -m bench.pairs FOLDER [PAIRS]`: FOLDER is a checkout of the commit before. The speed of a machine drifts by more
than the difference that is looked for: so both run with this interpreter at the same time, each on a processor of its
own, and change processors from pair to pair. A ratio above 1 means faster now.
Exit status 1 if the lower end of an interval is below FLOOR.
"""

import math
import os
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

FLOOR = 0.97
SIZE = 10_000
PROCESSORS = sorted(os.sched_getaffinity(0))[:2]
# Two-sided 95 % quantiles of Student's t by degrees of freedom, for 3 to 20 pairs.
T = (4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110,
     2.101, 2.093)  # fmt: skip
RUN = f"""
import sys
sys.path.insert(0, ".")
from bench.gate import run as judge
from bench.importing import run as bring
from bench.intake import run as read
from bench.sending import run as send
send(number={SIZE}), judge(number={SIZE * 10}), bring(number={SIZE}), read(number={SIZE})
"""
_FIGURE = re.compile(r"^([^\t]*per CPU-second[^\t]*)\t([\d,]+) /s", re.MULTILINE)


def start(checkout: Path, processor: int) -> subprocess.Popen[str]:
    """Start the figures of a checkout on one processor."""
    facts = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    pinned = f"import os; os.sched_setaffinity(0, [{processor}])\n{RUN}"
    return subprocess.Popen([sys.executable, "-c", pinned], cwd=checkout, env=facts, stdout=subprocess.PIPE, text=True)


def read(running: subprocess.Popen[str]) -> dict[str, float]:
    """Return the figures per CPU-second by name of a run that was started; its failure is raised."""
    told, _ = running.communicate()
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, running.args)
    return {name: float(number.replace(",", "")) for name, number in _FIGURE.findall(told)}


def estimate(ratios: list[float]) -> tuple[float, float, float]:
    """Return the geometric mean of ratios and the ends of its 95 % interval."""
    logs = [math.log(one) for one in ratios]
    mean = statistics.fmean(logs)
    half = T[len(logs) - 3] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(mean), math.exp(mean - half), math.exp(mean + half)


def main() -> int:
    """Print one line for each figure: ratio, interval, and whether it holds."""
    before, pairs = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 9
    now = Path(__file__).resolve().parents[1]
    ratios: dict[str, list[float]] = defaultdict(list)
    for number in range(pairs):
        processors = PROCESSORS if number % 2 else PROCESSORS[::-1]
        running = {one: start(one, processor) for one, processor in zip((before, now), processors, strict=True)}
        found = {one: read(run) for one, run in running.items()}
        for name, figure in found[now].items():
            ratios[name].append(figure / found[before][name])
        print(f"pair {number + 1}: " + ", ".join(f"{one[-1]:.3f}" for one in ratios.values()), flush=True)
    met = True
    for name, many in ratios.items():
        mean, low, high = estimate(many)
        met &= low >= FLOOR
        print(f"{name}\t{mean:.3f} ({low:.3f} to {high:.3f})\t≥ {FLOOR}\t{'ok' if low >= FLOOR else 'short'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
