"""Word the refusals of devices/."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Words

WORDS: Mapping[str, Words] = {
    "device-person-unknown": _("Nobody has the number or address “%(given)s”."),
    "device-serial-taken": _("Another device has the serial number “%(number)s”."),
    "device-days-reversed": _("“%(name)s” cannot be given back before it was lent."),
    "device-back-already": _("“%(name)s” was given back already."),
}
