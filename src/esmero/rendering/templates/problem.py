"""What is wrong with a template, where, and what to do about it."""

from dataclasses import dataclass
from typing import Self


class TranslatableText(str):
    """English words made of a pattern and facts; the pattern is their code, by which other languages find theirs."""

    __slots__ = ("facts", "pattern")
    pattern: str
    facts: dict[str, str]

    def __new__(cls, pattern: str, **facts: object) -> Self:
        made = {name: str(value) for name, value in facts.items()}
        words = super().__new__(cls, pattern % made)
        words.pattern, words.facts = pattern, made
        return words


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One fault: `place` as a person finds it ("subject", "body line 12"), `what` is wrong, and the `remedy`.

    Both are `Said`, so that the web can say them in the author's language.
    """

    place: str
    what: TranslatableText
    remedy: TranslatableText

    def __str__(self) -> str:
        return f"{self.place}: {self.what}. {self.remedy}"


class TemplateFault(Exception):
    """A template that cannot be compiled. `problems` holds all that was found, never only the first."""

    def __init__(self, problems: tuple[TemplateProblem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
