"""Refuse an uploaded file or its mapping."""

from esmero.refusal import InvalidValue


class FileProblem(InvalidValue):
    """Refuse a file that cannot be read. `line` is among its facts where it is known; a retry does not help."""

    is_final = True


class MappingProblem(InvalidValue):
    """Refuse a mapping that does not fit the file or the fields."""
