"""Find the label of a code: its words, and the look of its chip. The tables stand outside (settings.LABEL_TABLES)."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string


class StateLabel(NamedTuple):
    """Hold a state's look (see the tag `chip`) and its text."""

    look: str
    text: str | Promise


type LabelTables = Mapping[str, Mapping[str, StateLabel]]


@cache
def label_tables() -> LabelTables:
    """Return the tables of labels by the kind of their codes."""
    tables: LabelTables = import_string(settings.LABEL_TABLES)
    return tables


def find_label(kind: str, code: str) -> StateLabel:
    """Return the label of a code; an unknown code is its own label."""
    return label_tables()[kind].get(code) or StateLabel("plain", code)


def label_code(kind: str, code: str) -> str:
    """Return the words of a code; an unknown code unchanged."""
    return str(find_label(kind, code).text)
