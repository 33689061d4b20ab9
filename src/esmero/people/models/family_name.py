"""The part of a person's folded text from the family name on, as an expression that both databases can index."""

from typing import Any

from django.db.models import Func, TextField


class FromFamilyName(Func):
    """SUBSTR(folded, 2 + LENGTH(given_name)): without parameters, for SQLite uses an index only for the same text.

    `folded` begins with the given name and a blank (people/imports). Folding keeps the number of Latin letters, but for
    a few like "ß": who bears one in the given name is found by that name, number and address.
    """

    function = "SUBSTR"
    template = "%(function)s(%(expressions)s))"
    arg_joiner = ", 2 + LENGTH("
    arity = 2

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        """Take the folded text and the given name, in this order."""
        extra.setdefault("output_field", TextField())
        super().__init__(*expressions, **extra)
