"""The gate's answer and the objections behind it, with a compact form of both for storage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

type Scalar = str | int | bool
type Outcome = Literal["go", "go_without_promotion", "wait", "refuse"]


@dataclass(frozen=True, slots=True)
class Objection:
    """What one rule has against a message: its code, small facts that explain it, and when it would lapse by itself.

    `until` is the first moment at which the rule would let pass; None means that waiting does not help.
    """

    code: str
    facts: Mapping[str, Scalar]
    until: datetime | None = None

    @property
    def outcome(self) -> Literal["refuse", "wait_until"]:
        """What the objection asks for: refuse, or wait until a moment."""
        return "refuse" if self.until is None else "wait_until"


@dataclass(frozen=True, slots=True)
class Verdict:
    """May it go? `objections` are against the body, `slot_objections` only against the promotion in it.

    Both stand in the order of the rules. `until` is set when the outcome is *wait*: the latest moment that any rule
    asks for. The slot is asked about only when the body may go.
    """

    outcome: Outcome
    until: datetime | None = None
    objections: tuple[Objection, ...] = ()
    slot_objections: tuple[Objection, ...] = ()

    @property
    def first(self) -> Objection | None:
        """The first objection to the body: the one reason under which a dry run counts the person."""
        return self.objections[0] if self.objections else None

    def codes(self) -> str:
        """Return the compact form: "" for a clean go, else codes such as "G03 G06:wait", or "G03:slot".

        The outcome can be read from it: a bare code refuses; else *wait* waits; else only the slot is lost.
        """
        return " ".join(f"{objection.code}{suffix}" for objection, suffix in self._suffixed())

    def body_codes(self) -> str:
        """Return the compact form of the objections to the body alone."""
        return Verdict(self.outcome, self.until, self.objections).codes()

    def slot_codes(self) -> str:
        """Return the bare codes of the objections that cost the slot, "" where it stays or was not asked about."""
        return " ".join(objection.code for objection in self.slot_objections)

    def facts(self) -> dict[str, dict[str, Scalar]]:
        """Return the facts by code, ready for JSON (a moment to wait for is `until`); {} for a clean go."""
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
