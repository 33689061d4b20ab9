"""Collect the labels that a noun has in the audit log and in the data of a person: one module for each noun.

A module gives `LABELS`, a `NounLabels`; it is found by its place. `web/labels/audit_actions.py` and `people.py` hold
the labels of the older nouns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.utils.functional import Promise

type Labels = Mapping[str, str | Promise]


@dataclass(frozen=True, slots=True, kw_only=True)
class NounLabels:
    """Hold the labels of a noun.

    `actions` labels the codes of its audit entries, `subjects` the names of its models, `facts` the names of their
    facts, `holdings` the names of its tables in privacy/personal_data.py.
    """

    actions: Labels = field(default_factory=dict)
    subjects: Labels = field(default_factory=dict)
    facts: Labels = field(default_factory=dict)
    holdings: Labels = field(default_factory=dict)


@cache
def collect_nouns() -> tuple[NounLabels, ...]:
    """Return the labels of every module of this package, by name of the module."""
    names = sorted(found.name for found in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").LABELS for name in names)
