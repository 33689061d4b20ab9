"""What is wrong with a template, where, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: `place` as a person finds it ("subject", "body line 12"), `what` is wrong, and the `remedy`."""

    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}. {self.remedy}"


class TemplateFault(Exception):
    """A template that cannot be compiled. `problems` holds all that was found, never only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
