"""Measure the processor time of every command: its help, and its first line against a small house.

`python -m bench.commands`; ONLY is a part of the names to measure. The house is made by the commands themselves, in the
order of `CALLS`. A command that ends is measured to its end, `serve` to its first line; `web`, `worker` and `inbound`
say nothing while all is well.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.figures import show

HELP_BAR = 200  # milliseconds
LINE_BAR = 800
ROUNDS = 3  # the median counts
SERVE = ("serve",)
GROUPS = {
    *("brand", "topic", "relay", "mailbox", "staff", "blocked-domain", "segment", "campaign", "doubts", "privacy"),
}

MJML = """<mjml><mj-body><mj-section><mj-column><mj-text>Hola {{ given_name }}</mj-text>
<mj-text><a href="{{ unsubscribe_url }}">Baja</a></mj-text></mj-column></mj-section></mj-body></mjml>"""
LIST = "Correo;Nombre\nana@example.org;Ana\nluis@example.org;Luis\n"
MAIL = "From: ana@example.org\r\nTo: nobody@example.org\r\nSubject: Hola\r\n\r\nHola\r\n"

CALLS: Sequence[Sequence[str]] = (
    ("init",),
    ("brand", "create", "norte", "--sender-address", "hola@norte.example", "--mailbox", "gente@norte.example"),
    ("brand", "list"),
    ("topic", "create", "news", "--brand", "norte"),
    ("topic", "list"),
    ("relay", "create", "main", "--capture"),
    ("relay", "list"),
    ("mailbox", "create", "returns", "--host", "127.0.0.1", "--port", "1", "--username", "u", "--off"),
    ("mailbox", "check", "returns"),
    ("mailbox", "list"),
    ("staff", "create", "lucia@norte.example", "--role", "owner"),
    ("staff", "list"),
    ("import", "list.csv", "--brand", "norte", "--source", "fair", "--map", "Correo=email"),
    ("blocked-domain", "add", "trash.example"),
    ("blocked-domain", "remove", "trash.example"),
    ("blocked-domain", "list"),
    ("segment", "create", "All"),
    ("segment", "count", "All"),
    ("segment", "list"),
    ("campaign", "create", "--brand", "norte", "--topic", "news", "--template", "letter.mjml", "--subject", "Hola",
     "--segment", "All", "--reason", "Pediste noticias", "--language", "es"),
    ("campaign", "list"),
    ("campaign", "dry-run", "1"),
    ("campaign", "start", "1"),
    ("campaign", "pause", "1"),
    ("campaign", "resume", "1"),
    ("campaign", "status", "1"),
    ("send-test", "1", "--to", "lucia@norte.example"),
    ("campaign", "cancel", "1"),
    ("why", "ana@example.org"),
    ("doubts", "list"),
    ("doubts", "resolve", "all", "--sent"),
    ("receive", "mail"),
    ("classify", "mail", "--tsv", "out.tsv", "--texts", "texts"),
    ("privacy", "retention", "--dry-run"),
    ("privacy", "records"),
    ("privacy", "people", "{fresh}.csv", "--reason", "Bench"),
    ("doctor",),
    ("worker", "--until-idle"),
    SERVE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """Milliseconds of processor time, and the exit code (None for a process that was stopped)."""

    used: float
    code: int | None


def run() -> bool:
    """Measure each command; print the figure of each beside its bar."""
    only = os.environ.get("ONLY", "")
    met = True
    for words in _list_helps():
        if only in " ".join(words):
            used = _median(_measure([*words, "--help"], home=Path("nowhere")) for _ in range(ROUNDS))
            met = show(f"esmero {' '.join([*words, '--help'])}", used, bar=HELP_BAR, unit="ms", at_most=True) and met
    home = Path(tempfile.mkdtemp(prefix="esmero-bench-"))
    try:
        _lay_files(home)
        for words in CALLS:
            name = " ".join(words)
            measures = [_measure(words, home=home, end=words != SERVE)]
            if measures[0].code not in {0, 1, None}:
                print(f"esmero {name} ended with {measures[0].code}\t–\t–\tshort", flush=True)
                met = False
            if only in name:
                measures += [_measure(words, home=home, end=words != SERVE) for _ in range(ROUNDS - 1)]
                met = show(f"esmero {name}", _median(measures), bar=LINE_BAR, unit="ms", at_most=True) and met
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return met


def _list_helps() -> list[Sequence[str]]:
    """Return every command and group of commands, each once, in the order of `CALLS`; first the root."""
    helps: list[Sequence[str]] = [()]
    for words in (*CALLS, ("web",), ("inbound",), ("demo",)):
        helps += [words[:1], words[:2]] if words[0] in GROUPS else [words[:1]]
    return list(dict.fromkeys(helps))


def _lay_files(home: Path) -> None:
    (home / "list.csv").write_text(LIST)
    (home / "letter.mjml").write_text(MJML)
    (home / "mail").mkdir()
    (home / "mail" / "a.eml").write_text(MAIL)


def _median(measures: Iterable[Measure]) -> float:
    times = sorted(one.used for one in measures)
    return times[len(times) // 2]


_fresh = count()


def _measure(words: Sequence[str], *, home: Path, end: bool = True) -> Measure:
    """Run a command in a process of its own; `end` False: only until it has printed a line."""
    facts = {
        **os.environ,
        "ESMERO_HOME": str(home / "house"),
        "ESMERO_STAFF_PASSWORD": "a-long-password",
        "ESMERO_MAILBOX_PASSWORD": "secret",
        "ESMERO_WEB_PORT": "18765",
        "ESMERO_INBOUND_PORT": "18766",
    }
    command = [sys.executable, "-m", "esmero", *(word.format(fresh=f"f{next(_fresh)}") for word in words)]
    where = home if home.is_dir() else None
    with subprocess.Popen(
        command, env=facts, cwd=where, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        if end:
            process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            return Measure((usage.ru_utime + usage.ru_stime) * 1000, process.returncode)
        process.stdout.readline()
        ticks = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        process.terminate()
        process.stdout.read()
        process.wait()
        return Measure(sum(map(int, ticks)) * 1000 / os.sysconf("SC_CLK_TCK"), None)


if __name__ == "__main__":
    sys.exit(0 if run() else 1)
