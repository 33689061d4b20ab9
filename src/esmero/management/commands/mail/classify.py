"""Run `esmero classify`: classify each mail of a folder, without side effects and without an installation."""

import argparse
import csv
from collections import Counter
from pathlib import Path

from esmero.management.command import CommandOutput, Commands, add_command, format_table
from esmero.refusal import NotThere

# Such folders also hold tables about the mail and notes for people.
NON_MAIL_SUFFIXES = frozenset({".tsv", ".csv", ".json", ".md"})


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "classify",
        handler=classify,
        needs_installation=False,
        summary="say what each mail of a folder is; changes nothing",
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="folder of messages and reply bodies")
    command.add_argument(
        "--tsv",
        type=Path,
        required=True,
        metavar="OUT",
        help="file, kind, hard (0, 1 or empty), recipients, file with what the person wrote",
    )
    command.add_argument("--texts", type=Path, required=True, metavar="DIR2", help="folder for what people wrote")


def classify(options: argparse.Namespace) -> CommandOutput:
    """Write one TSV line a mail; skip files that are no mail (a table, a README)."""
    from esmero.intake.classification import InboundKind
    from esmero.intake.mail_folders import classify_file, name_kind, name_recipients

    if not options.folder.is_dir():
        raise NotThere("folder-missing", folder=str(options.folder))
    options.texts.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    with options.tsv.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, delimiter="\t", lineterminator="\n")
        for path in _list_mail_files(options.folder):
            name = path.relative_to(options.folder).as_posix()
            verdict = classify_file(name, path.read_bytes())
            kind = name_kind(verdict)
            hard = "" if verdict.hard is None or verdict.kind is not InboundKind.BOUNCE else str(int(verdict.hard))
            text = _write_reply_text(verdict.reply_text, name=name, folder=options.texts)
            lines.writerow([name, kind, hard, " ".join(name_recipients(verdict)), text])
            counts[kind] += 1
    kinds = dict(sorted(counts.items()))
    return CommandOutput(
        {"files": counts.total(), "kinds": kinds}, format_table([(number, kind) for kind, number in kinds.items()])
    )


def _list_mail_files(folder: Path) -> list[Path]:
    return [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix.lower() not in NON_MAIL_SUFFIXES
    ]


def _write_reply_text(text: str, *, name: str, folder: Path) -> str:
    """Write the text that a person wrote to a file; return its path, or "" for no text."""
    if not text:
        return ""
    path = folder / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "replace"))
    return str(path)
