"""Word the refusals of house/: staff, keys, settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Sentence, Words
from esmero.web.refusals.words.rights import RIGHT_WORDS

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


def _say_changed_since(*, name: str, by: str, at: datetime | str | None) -> str:
    moment = _format_moment(at)
    if not by or not moment:
        return gettext("“%(name)s” was changed while you wrote. Nothing of yours is saved yet.") % {"name": name}
    facts = {"name": name, "by": by, "at": moment}
    return gettext("%(by)s changed “%(name)s” while you wrote (%(at)s). Nothing of yours is saved yet.") % facts


def _say_draft_elsewhere(*, at: datetime | str | None) -> str:
    moment = _format_moment(at)
    if not moment:
        return gettext("In another window this text was saved or left while you wrote here.")
    return gettext("This text was also written in another window (%(at)s).") % {"at": moment}


def _format_moment(at: datetime | str | None) -> str:
    moment = datetime.fromisoformat(at) if isinstance(at, str) and len(at) > 1 else at
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT") if isinstance(moment, datetime) else ""


def _say_rights_lost(*, rights: Sequence[str]) -> str:
    return gettext("Nobody who manages the staff would have these rights any more: %(rights)s.") % {
        "rights": _list_rights(rights)
    }


def _say_right_not_held(*, rights: Sequence[str]) -> str:
    return gettext("You do not have these rights yourself, so you can neither give nor take them: %(rights)s.") % {
        "rights": _list_rights(rights)
    }


def _say_role_in_use(*, name: str, number: int) -> str:
    words = ngettext(
        "%(number)d person has the role “%(name)s”. Give them another one first.",
        "%(number)d people have the role “%(name)s”. Give them another one first.",
        number,
    )
    return words % {"number": number, "name": name}


def _list_rights(rights: Sequence[str]) -> str:
    return "; ".join(str(words) for right, words in RIGHT_WORDS.items() if right in rights)


WORDS: Mapping[str, Words] = {
    "tax-number-invalid": _("“%(text)s” is no tax number of this country; its check digits or its form are wrong."),
    "tax-number-shape": _("A tax number has 3 to 40 letters and digits, with a digit at least."),
    "siren-invalid": _("“%(text)s” is no SIREN: nine digits, of which the last one checks the others."),
    "iban-invalid": _("“%(text)s” is no IBAN; a sign is wrong, missing or too many."),
    "creditor-id-invalid": _("“%(text)s” is no SEPA creditor identifier; a sign is wrong, missing or too many."),
    "series-started": _("Numbers of the series %(series)s are given already; it goes on from there."),
    "last-staff-manager": _(
        "Nobody else manages the staff. Give somebody a role with this right first, such as owner."
    ),
    "rights-would-be-lost": _say_rights_lost,
    "right-not-held": _say_right_not_held,
    "right-unknown": _("There is no right %(right)s."),
    "role-unknown": _("There is no role %(role)s."),
    "role-without-rights": _("A role needs one right at least."),
    "role-in-use": _say_role_in_use,
    "name-taken": _("“%(name)s” exists already. Choose another name."),
    "absence-ends-before-it-begins": _("The last day is before the first."),
    "stand-in-for-oneself": _("Nobody stands in for themselves."),
    "token-key-missing": _("No key to sign links in %(folder)s. Run `esmero init`."),
    "suppression-key-missing": _(
        "%(file)s is missing. Restore it from the backup; `esmero init` makes one only for a new house."
    ),
    "setting-of-wrong-kind": _say_wrong_kind,
    "setting-not-json": _(
        "The setting %(setting)s (%(variable)s, or %(setting)s in esmero.toml) is wrong: “%(value)s” is not JSON"
        " (%(trouble)s)."
    ),
    "setting-no-host": _(
        "The setting %(setting)s is wrong: “%(value)s” must be an address such as https://my.example.org,"
        " without a path."
    ),
    "setting-host-of-console": _(
        "The setting %(setting)s is wrong: at “%(value)s” staff open the console. Customers need a host of their own."
    ),
    "profile-unknown": _("There is no profile %(profile)s. There are: %(known)s."),
    "holiday-region-unknown": _("The holidays of the region %(region)s of %(country)s are not known."),
    "tax-rate-unknown": _(
        "The profile %(profile)s states no tax rate of the kind “%(kind)s” for %(on)s. Add it to the profile’s file."
    ),
    "row-changed-since": _say_changed_since,
    "draft-changed-elsewhere": _say_draft_elsewhere,
    "draft-too-long": _("A draft holds at most %(most)s characters. Save what you have written."),
    "settings-unreadable": _("%(file)s cannot be read: %(trouble)s."),
}
