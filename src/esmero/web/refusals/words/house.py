"""Word the refusals of house/: staff, keys, settings."""

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Sentence, Words

KINDS: Mapping[str, Sentence] = {
    "text": _("text"),
    "integer": _("a whole number"),
    "decimal": _("a number"),
    "boolean": _("true or false"),
    "list": _("a list"),
    "table": _("a table"),
}


def _say_wrong_kind(*, setting: str, variable: str, value: object, kind: str) -> str:
    return gettext(
        "The setting %(setting)s (%(variable)s, or %(setting)s in esmero.toml) is wrong: %(value)s is not %(kind)s."
    ) % {"setting": setting, "variable": variable, "value": repr(value), "kind": KINDS[kind]}


WORDS: Mapping[str, Words] = {
    "last-owner": _("This is the last owner. Make somebody else an owner first."),
    "token-key-missing": _("No key to sign links in %(folder)s. Run `esmero init`."),
    "suppression-key-missing": _(
        "%(file)s is missing. Restore it from the backup; `esmero init` makes one only for a new house."
    ),
    "setting-of-wrong-kind": _say_wrong_kind,
    "setting-not-json": _(
        "The setting %(setting)s (%(variable)s, or %(setting)s in esmero.toml) is wrong: “%(value)s” is not JSON"
        " (%(trouble)s)."
    ),
    "settings-unreadable": _("%(file)s cannot be read: %(trouble)s."),
}
