"""What is wrong with a file or with what was said about it: where, and what to do."""

from django.utils.translation import gettext as _


class FileProblem(Exception):
    """A file that cannot be read. The text names the place and the remedy; trying again does not help."""

    is_final = True

    def __init__(self, what: str, *, remedy: str, line: int | None = None) -> None:
        place = _("Line %(line)s: ") % {"line": line} if line is not None else ""
        super().__init__(f"{place}{what} {remedy}")
        self.line = line


class MappingProblem(ValueError):
    """What was said about the columns does not fit the file or the fields; the text says which and what is possible."""
