"""Report problems of an uploaded file or of its mapping, with place and remedy."""

from django.utils.translation import gettext as _


class FileProblem(Exception):
    """Report a file that cannot be read. The text names place and remedy; a retry does not help."""

    is_final = True

    def __init__(self, what: str, *, remedy: str, line: int | None = None) -> None:
        place = _("Line %(line)s: ") % {"line": line} if line is not None else ""
        super().__init__(f"{place}{what} {remedy}")
        self.line = line


class MappingProblem(ValueError):
    """Report a mapping that does not fit the file or the fields; the text names the fault and the valid values."""
