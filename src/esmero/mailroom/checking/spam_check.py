"""Run SpamAssassin on a message, if the operator installed it: `spamc` on the PATH, which connects to a running spamd.

The result is advice for the author, never a gate: receivers use their own filters. Nothing is learned or stored there.
Source: spamc(1) (-R report, -x no fallback, -t seconds, -s octets; one try, since a spamd that is down stays down),
Mail::SpamAssassin::Conf for the format of the report.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass

MOST_OCTETS = 500_000
SECONDS = 20
MOST_RULES = 12
_SCORE = re.compile(r"(-?\d+(?:\.\d+)?)/(-?\d+(?:\.\d+)?)")
_RULE = re.compile(r"\s{0,3}\*?\s*(-?\d+(?:\.\d+)?)\s+([A-Z][A-Z0-9_]{2,60})\s+(.*)")


@dataclass(frozen=True, slots=True)
class SpamReport:
    """Hold a spam report: `score`, the `threshold` for spam, and the rules as (points, name, words), worst first."""

    score: float
    threshold: float
    rules: tuple[tuple[float, str, str], ...]

    @property
    def is_spam(self) -> bool:
        return self.score >= self.threshold


class SpamCheckUnavailable(Exception):
    """Report that spamc gave no result: no spamd runs, it took too long, or the message is too large.

    The text says which.
    """


def is_available() -> bool:
    """Say whether spamc is on the PATH."""
    return shutil.which("spamc") is not None


def judge(message: bytes) -> SpamReport | None:
    """Return the report on a message; None without spamc. Raises SpamCheckUnavailable."""
    program = shutil.which("spamc")
    if program is None:
        return None
    if len(message) > MOST_OCTETS:
        raise SpamCheckUnavailable("large")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; the message is its standard input
            [program, "-R", "-x", "-t", str(SECONDS), "-s", str(MOST_OCTETS), "--connect-retries=1", "--retry-sleep=0"],
            input=message,
            capture_output=True,
            timeout=SECONDS + 5,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise SpamCheckUnavailable("slow") from fault
    except OSError as fault:
        raise SpamCheckUnavailable("broken") from fault
    return read_report(done.stdout[:MOST_OCTETS].decode("utf-8", "replace"))


def read_report(report: str) -> SpamReport:
    """Parse the output of spamc -R.

    Raises SpamCheckUnavailable if it is empty or says that nothing was judged (0/0).
    """
    found = _SCORE.match(report)
    if found is None or float(found[2]) == 0:
        raise SpamCheckUnavailable("silent")
    rules: list[tuple[float, str, str]] = []
    continued = False
    for line in report[found.end() :].splitlines():
        rule = _RULE.fullmatch(line.rstrip())
        if rule:
            rules.append((float(rule[1]), rule[2], rule[3].strip()))
        elif rules and continued and re.match(r"\s{20,}\S", line):  # a description continues on the next line
            points, name, words = rules[-1]
            rules[-1] = (points, name, f"{words} {line.strip()}")
        continued = bool(rules) and bool(line.strip())
    heavy = sorted((one for one in rules if one[0] > 0), key=lambda one: -one[0])[:MOST_RULES]
    return SpamReport(float(found[1]), float(found[2]), tuple((p, name, words[:200]) for p, name, words in heavy))
