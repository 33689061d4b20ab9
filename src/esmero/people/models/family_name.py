"""Define a database expression for the folded text from the family name on, indexable on both databases."""

from typing import Any

from django.db.models import Func, TextField


class FromFamilyName(Func):
    """Build SUBSTR(folded, 2 + LENGTH(given_name)) without parameters.

    SQLite uses an expression index only for the identical SQL text. `folded` begins with the given name and a blank
    (people/imports). Folding keeps the number of Latin letters, except for a few such as "ß": a person with one in the
    given name is found by given name, number and address only.
    """

    function = "SUBSTR"
    template = "%(function)s(%(expressions)s))"
    arg_joiner = ", 2 + LENGTH("
    arity = 2

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        """Take the folded text and the given name, in this order."""
        extra.setdefault("output_field", TextField())
        super().__init__(*expressions, **extra)
