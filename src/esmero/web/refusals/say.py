"""Put a refusal into words, in the active language: the one place where codes and facts become text."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from importlib import import_module
from inspect import signature
from pkgutil import iter_modules

from django.utils.formats import date_format, number_format
from django.utils.timezone import is_aware, localtime

from esmero.refusal import Refusal
from esmero.web.refusals import words as tables
from esmero.web.refusals.words import Words

# Each module of `words/` gives one table; tests/web/refusals/test_words.py finds a refusal that has no words.
TABLES: tuple[Mapping[str, Words], ...] = tuple(
    getattr(import_module(f"{tables.__name__}.{found.name}"), "WORDS", {})
    for found in sorted(iter_modules(tables.__path__), key=lambda found: found.name)
)
WORDS: Mapping[str, Words] = {code: words for table in TABLES for code, words in table.items()}
NAMES = frozenset({"id", "line", "port", "process", "code", "value"})
"""Facts that may be numbers, but name something or are what was given: written without separators of thousands."""

_PLACE = re.compile(r"%\((\w+)\)s")


def say(refusal: Refusal) -> str:
    """Return the text of a refusal; numbers and days are written as the reader's language writes them."""
    words = WORDS.get(refusal.code)
    if words is None:  # kept in a column by another version
        return str(refusal)
    facts = {**dict.fromkeys(list_places(words), "–"), **refusal.facts}
    if callable(words):
        return words(**{name: facts[name] for name in list_places(words)})
    shown = {name: _show(name, value) for name, value in facts.items()}
    return " ".join(str(sentence).strip() % shown for sentence in (words if isinstance(words, tuple) else (words,)))


def list_places(words: Words) -> list[str]:
    """Return the names of the facts that a text names."""
    if callable(words):
        return list(signature(words).parameters)
    sentences = words if isinstance(words, tuple) else (words,)
    return [name for sentence in sentences for name in _PLACE.findall(str(sentence))]


def _show(name: str, value: object) -> str:
    if isinstance(value, datetime):
        return date_format(localtime(value) if is_aware(value) else value, "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, int | float) and not isinstance(value, bool) and name not in NAMES:
        return number_format(value, use_l10n=True, force_grouping=True)
    if isinstance(value, list | tuple):
        return ", ".join(_show(name, one) for one in value)
    return str(value)
