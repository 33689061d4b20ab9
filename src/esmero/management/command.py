"""What every command has in common: its place in the tree, its two formats, and how it says that something is wrong."""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


class CommandFault(Exception):
    """An expected fault: one line that says what is wrong, where, and what to do."""


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """What a command has to say: `facts` for programs (JSON), `text` for people, `code` for the shell.

    `aside` goes to the other stream, so that who reads the answer by a program is not disturbed by advice.
    """

    facts: Any
    text: str
    code: int = 0
    aside: str = ""


type Act = Callable[[argparse.Namespace], CommandOutput | None]
type Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name


def add_group(commands: Commands, name: str, *, words: str) -> Commands:
    """Add a command that has commands of its own."""
    group = commands.add_parser(name, help=words, description=words)
    return group.add_subparsers(dest=f"{name}_command", metavar="COMMAND", required=True)


def add_leaf(commands: Commands, name: str, *, act: Act, words: str, house: bool = True) -> argparse.ArgumentParser:
    """Add a command that does something. `house` False: it runs without Django and without a house."""
    leaf = commands.add_parser(name, help=words, description=words)
    leaf.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print the answer (default: text)"
    )
    leaf.set_defaults(act=act, house=house)
    return leaf


def write_json(facts: Any) -> str:
    """Return facts as JSON with a fixed order of keys; moments and the like as their text."""
    return json.dumps(facts, ensure_ascii=False, indent=2, default=str)


def lay_out(rows: Sequence[Sequence[object]], *, heads: Sequence[str] = ()) -> str:
    """Return rows as columns of equal width, numbers to the right; "" for no rows."""
    if not rows:
        return ""
    lines = [[str(cell) for cell in row] for row in ([heads, *rows] if heads else rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    right = [all(isinstance(row[column], int) for row in rows) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )
