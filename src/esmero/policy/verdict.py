"""Define the gate's verdict and its objections, with a compact form of both for storage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

type Scalar = str | int | bool
type Outcome = Literal["go", "go_without_promotion", "wait", "refuse"]


@dataclass(frozen=True, slots=True)
class Objection:
    """Describe the objection of one rule: its code, small facts that explain it, and the time at which it ends.

    `until` is the first time at which the rule would pass; None means that waiting does not help.
    """

    code: str
    facts: Mapping[str, Scalar]
    until: datetime | None = None

    @property
    def outcome(self) -> Literal["refuse", "wait_until"]:
        """Return refuse, or wait_until if the objection ends by itself."""
        return "refuse" if self.until is None else "wait_until"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold the outcome; `objections` concern the body, `slot_objections` only the promotion in it.

    Both are in the order of the rules. `until` is set if the outcome is *wait*: the latest time of all objections. The
    slot is judged only if the body may go.
    """

    outcome: Outcome
    until: datetime | None = None
    objections: tuple[Objection, ...] = ()
    slot_objections: tuple[Objection, ...] = ()

    @property
    def first(self) -> Objection | None:
        """Return the first objection to the body: the reason under which a dry run counts the person."""
        return self.objections[0] if self.objections else None

    def codes(self) -> str:
        """Return the compact form: "" for a clean go, else codes such as "G03 G06:wait", or "G03:slot".

        The outcome can be derived: a code without suffix refuses; else *wait* waits; else only the slot is removed.
        """
        return " ".join(f"{objection.code}{suffix}" for objection, suffix in self._suffixed())

    def body_codes(self) -> str:
        """Return the compact form of the objections to the body alone."""
        return Verdict(self.outcome, self.until, self.objections).codes()

    def slot_codes(self) -> str:
        """Return the codes of the objections to the slot, "" if there are none or it was not judged."""
        return " ".join(objection.code for objection in self.slot_objections)

    def facts(self) -> dict[str, dict[str, Scalar]]:
        """Return the facts by code, ready for JSON (`until` as ISO time); {} for a clean go."""
        return {
            objection.code: {
                **objection.facts,
                **({} if objection.until is None else {"until": objection.until.isoformat()}),
            }
            for objection, _ in self._suffixed()
        }

    def _suffixed(self) -> Iterator[tuple[Objection, str]]:
        for objection in self.objections:
            yield objection, "" if objection.until is None else ":wait"
        for objection in self.slot_objections:
            yield objection, ":slot"
