"""`esmero classify`: say of each file of a folder what it is; without side effects, and without a house."""

import argparse
import csv
from collections import Counter
from pathlib import Path

from esmero.management.command import CommandFault, CommandOutput, Commands, add_leaf, lay_out

# What lies in such folders beside mail: tables about it and words for people.
NO_MAIL = frozenset({".tsv", ".csv", ".json", ".md"})


def add(commands: Commands) -> None:
    """Add the command."""
    leaf = add_leaf(
        commands, "classify", act=classify, house=False, words="say what each mail of a folder is; changes nothing"
    )
    leaf.add_argument("folder", type=Path, metavar="DIR", help="folder of messages and reply bodies")
    leaf.add_argument(
        "--tsv",
        type=Path,
        required=True,
        metavar="OUT",
        help="file, kind, hard (0, 1 or empty), recipients, file with what the person wrote",
    )
    leaf.add_argument("--texts", type=Path, required=True, metavar="DIR2", help="folder for what people wrote")


def classify(options: argparse.Namespace) -> CommandOutput:
    """Write one line a file; what is not a mail (a table, a README) is left out."""
    from esmero.intake.classification import InboundKind
    from esmero.intake.mail_folders import classify_file, name_kind, name_recipients

    if not options.folder.is_dir():
        raise CommandFault(f"{options.folder} is not a folder.")
    options.texts.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    with options.tsv.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, delimiter="\t", lineterminator="\n")
        for path in _mails(options.folder):
            name = path.relative_to(options.folder).as_posix()
            verdict = classify_file(name, path.read_bytes())
            kind = name_kind(verdict)
            hard = "" if verdict.hard is None or verdict.kind is not InboundKind.BOUNCE else str(int(verdict.hard))
            text = _keep_text(verdict.reply_text, name=name, folder=options.texts)
            lines.writerow([name, kind, hard, " ".join(name_recipients(verdict)), text])
            counts[kind] += 1
    kinds = dict(sorted(counts.items()))
    return CommandOutput(
        {"files": counts.total(), "kinds": kinds}, lay_out([(number, kind) for kind, number in kinds.items()])
    )


def _mails(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix.lower() not in NO_MAIL]


def _keep_text(text: str, *, name: str, folder: Path) -> str:
    """Write what a person wrote; return the file's path, "" where nobody wrote anything."""
    if not text:
        return ""
    path = folder / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "replace"))
    return str(path)
