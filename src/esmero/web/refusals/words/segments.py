"""Word the refusals of segments (people/segments/, dossier/segments/): of a condition, and of what a segment names."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Words


def _say_cycle(*, path: Sequence[str]) -> str:
    return gettext("These segments name each other in a circle: %(path)s.") % {"path": " → ".join(path)}


def _say_too_deep(*, most: int, path: Sequence[str]) -> str:
    words = gettext("Segments name each other more than %(most)s deep: %(list)s.")
    return words % {"most": most, "list": " → ".join(path)}


def _say_at(*, place: str, fault: str, facts: Mapping[str, Any]) -> str:
    words = WORDS[fault]
    assert not isinstance(words, tuple)
    return f"{place}: {words(**facts) if callable(words) else str(words) % facts}"


WORDS: Mapping[str, Words] = {
    "condition-at": _say_at,
    "condition-unfinished": _("Choose or type a value."),
    "condition-unreadable": _("No such condition: %(data)s. See `esmero segment create --help` for what there is."),
    "condition-no-text": _(
        "“%(text)s” is no condition. Examples: tenure > 12; tag = vip; city known; language in es, fr."
    ),
    "condition-no-word": _("“%(word)s” is not understood here. There are: %(list)s."),
    "condition-not-among": _("“%(text)s” is none of these: %(list)s."),
    "condition-no-field": _("There is no field “%(name)s”. There are: %(list)s."),
    "condition-comparison": _("“%(name)s” cannot be compared by “%(comparison)s”. It takes: %(list)s."),
    "condition-whole-number": _("This is not a whole number."),
    "condition-out-of-range": _("The number must be from %(least)s to %(most)s."),
    "condition-number": _("This is not a number."),
    "condition-day": _("This is not a day. Write it as 2026-11-24."),
    "condition-boolean": _("“%(text)s” is neither yes nor no."),
    "condition-topic": _("A topic is named brand/topic, such as fibra-norte/novedades; not “%(topic)s”."),
    "condition-values-reversed": _("The second value is smaller than the first."),
    "condition-days-reversed": _("The second day is before the first."),
    "condition-gone": _("This is no longer there. Choose something else."),
    "condition-no-such": _("There is no “%(name)s”."),
    "condition-no-choice": _("“%(value)s” is not one of the choices."),
    "condition-long-list": _("A list holds at most %(most)s numbers or addresses. Import a longer one instead."),
    "condition-never-given": _("Where no permission was ever given, there is neither a basis nor a day."),
    "condition-two-scopes": _("Name a brand, a topic or a sending, not several of them."),
    "condition-link": _("Only a click has a link."),
    "condition-empty-group": _("A group needs at least one condition."),
    "condition-too-deep": _("These conditions nest deeper than %(most)s groups."),
    "segment-missing": _("There is no segment “%(name)s”."),
    "segment-cycle": _say_cycle,
    "segments-too-deep": _say_too_deep,
    "segment-in-use": _("“%(name)s” is used, so it stays."),
}
