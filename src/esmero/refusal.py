"""Define the base of all refusals: the one way in which code below the interfaces says no to a person or a program.

A refusal carries a code and facts, and no words. The interfaces put it into words, once, in the reader's language
(web/refusals/), and each renders it by one handler: a note on the page, text and exit code on the command line, a
problem (RFC 9457) of the API. A fault of a machine (a lost connection, a damaged file) is an exception, not a refusal.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Self

# The stored form, alone or as the last line of a traceback, which begins with the name of the class.
_STORED = re.compile(r"(?:[\w.]+: )?([a-z][a-z0-9]*(?:-[a-z0-9]+)+) (\{.*\})", re.DOTALL)


class Refusal(Exception):
    """Refuse an act for a reason that its author can mend. Subclasses exist where a caller catches one kind alone.

    `code` is a literal in kebab case of two words or more, never reused, the same in all interfaces; `facts` are the
    values that its words name. `status` is the HTTP status of the problem (RFC 9457): 409 if the state of things
    forbids the act, 422 if the given values do (InvalidValue), 404 if the subject does not exist (NotThere).
    """

    status: ClassVar[int] = 409
    is_final: ClassVar[bool] = False
    """Whether a job that is refused ends at once, because trying again cannot help."""

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        """Return code and facts in one line, for logs and for columns that keep the reason; `read` is the reverse."""
        return f"{self.code} {json.dumps(to_json(self.facts), ensure_ascii=False)}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the refusal that was stored by `str`, also below the name of its class; None for another text."""
        found = _STORED.fullmatch(text.strip())
        if found is None:
            return None
        try:
            facts = json.loads(found[2])
        except ValueError:
            return None
        stored = cls.__new__(cls)
        Refusal.__init__(stored, found[1], **facts)
        return stored


class InvalidValue(Refusal):
    """Refuse an act because of a value that was given with it."""

    status = 422


class NotThere(Refusal):
    """Refuse an act because its subject does not exist."""

    status = 404


def to_json(value: object) -> object:
    """Return a fact as JSON can hold it: days and times in ISO 8601, other objects as their text."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): to_json(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(one) for one in value]
    return str(value)
