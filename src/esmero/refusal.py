"""Define the base of all refusals: the one way in which code below the interfaces says no to a person or a program.

A refusal carries a code and facts, and no words. The interfaces put it into words, once, in the reader's language
(web/refusals/), and each renders it by one handler: a note on the page, text and exit code on the command line, a
problem (RFC 9457) of the API. A fault of a machine (a lost connection, a damaged file) is an exception, not a refusal.
"""

from typing import ClassVar


class Refusal(Exception):
    """Refuse an act for a reason that its author can mend. Subclasses exist where a caller catches one kind alone.

    `code` is a literal in kebab case, never reused, the same in all interfaces; `facts` are the values that its words
    name. `status` is the HTTP status of the problem (RFC 9457): 409 if the state of things forbids the act, 422 if the
    given values do, 404 if the subject does not exist.
    """

    status: ClassVar[int] = 409

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        """Return code and facts, for logs."""
        return " ".join((self.code, *(f"{name}={value!r}" for name, value in self.facts.items())))
