"""Word the refusals of people/: persons, their addresses and fields, topics and permissions; imports.py has its own."""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Sentence, Words

FIELD_KINDS: Mapping[str, Sentence] = {
    "text": pgettext_lazy("kind of field", "text"),
    "integer": pgettext_lazy("kind of field", "whole number"),
    "decimal": pgettext_lazy("kind of field", "number"),
    "boolean": pgettext_lazy("kind of field", "yes or no"),
    "date": pgettext_lazy("kind of field", "date"),
    "choice": pgettext_lazy("kind of field", "choice"),
}


def _say_unfit(*, value: str, kind: str) -> str:
    return gettext("“%(value)s” is not of the kind “%(kind)s”.") % {"value": value, "kind": FIELD_KINDS[kind]}


def _say_all_unfit(*, number: int, total: int, kind: str) -> str:
    words = ngettext(
        "%(shown)s of %(total)s values is not of the kind “%(kind)s”, or none of the choices.",
        "%(shown)s of %(total)s values are not of the kind “%(kind)s”, or none of the choices.",
        number,
    )
    shown, whole = (number_format(one, use_l10n=True, force_grouping=True) for one in (number, total))
    return words % {"shown": shown, "total": whole, "kind": FIELD_KINDS[kind]}


WORDS: Mapping[str, Words] = {
    "value-unfit": _say_unfit,
    "values-unfit": _say_all_unfit,
    "too-many-values": _("More than 200,000 people have a value; that is more than a page may change at once."),
    "field-kind-in-use": _("These segments ask for it as it is: %(names)s. Change them first."),
    "field-in-use": _("These segments ask for it: %(names)s. Change them first."),
    "number-taken": _("The number %(number)s belongs to another person."),
    "too-many-people": _("At most %(most)s people at once; narrow the list, or do it in parts."),
    "phone-unusable": _("No line can have this number. Write it as one dials it, with +34 or the like from abroad."),
    "address-unusable": _("This cannot be an e-mail address."),
    "postal-address-incomplete": _("A postal address needs a street and a town."),
    "role-known": _("They have this role already; it has no end yet."),
    "role-days-reversed": _("The last day is before the first."),
    "party-number-taken": _("Somebody has the number %(number)s at this brand already."),
    "membership-known": _("They belong to this organisation already."),
    "organisations-same": _("Choose two organisations that are there."),
    "party-gone": _("The person or organisation is no longer there."),
    "contact-point-known": _("This is known already."),
    "lift-reason-missing": _("Say why the silence is lifted; it is written into the audit log."),
    "proposal-decided": _("Somebody else decided on %(address)s before."),
    "person-in-use": _("%(name)s is in use by now and stays. Change the person’s page instead."),
    "purpose-fixed": _("People gave their permission for this purpose; it cannot change any more."),
}
