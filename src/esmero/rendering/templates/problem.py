"""Describe problems of a template: fault, place and remedy."""

from dataclasses import dataclass
from typing import Self

from esmero.refusal import InvalidValue


class TranslatableText(str):
    """Hold an English text made of a pattern and facts; the pattern is the key of its translations."""

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
    """Describe one problem: `place` for the author ("subject", "body line 12"), `what` is wrong, and the `remedy`.

    Both texts are TranslatableText, so that the web can show them in the author's language.
    """

    place: str
    what: TranslatableText
    remedy: TranslatableText

    def __str__(self) -> str:
        return f"{self.place}: {self.what}. {self.remedy}"


class TemplateFault(InvalidValue):
    """Refuse a template that cannot be compiled. `problems` holds all problems, never only the first."""

    def __init__(self, code: str, /, *, problems: tuple[TemplateProblem, ...]) -> None:
        super().__init__(code, problems=[_to_fact(one) for one in problems])
        self.problems = problems


def _to_fact(problem: TemplateProblem) -> dict[str, object]:
    what, remedy = ({"pattern": text.pattern, "facts": text.facts} for text in (problem.what, problem.remedy))
    return {"place": problem.place, "what": what, "remedy": remedy}
