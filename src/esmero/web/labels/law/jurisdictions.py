"""Label the values of jurisdiction profiles: deadlines, withdrawal periods, rates and origins."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from esmero.house.profiles.legal_clocks import ClockName, ClockUnit, LegalClock
from esmero.house.profiles.profile import ProfileOrigin, SaleChannel, TaxKind

type Words = str | Promise

CLOCKS: Mapping[ClockName, Words] = {
    "complaint": _("Answer to a complaint"),
    "data-request": _("Answer to a request about one’s own data"),
    "data-request-extension": _("The same, where it is complex and the person was told so"),
    "withdrawal-refund": _("Refund after a withdrawal"),
}

SALES: Mapping[SaleChannel, Words] = {
    "distance": _("Withdrawal from a contract made at a distance"),
    "off-premises": _("Withdrawal from a contract made away from business premises"),
    "unsolicited-visit": _("Withdrawal after a visit that nobody had asked for"),
}

TAXES: Mapping[TaxKind, Words] = {
    "standard": pgettext_lazy("tax rate", "standard"),
    "intermediate": pgettext_lazy("tax rate", "intermediate"),
    "reduced": pgettext_lazy("tax rate", "reduced"),
    "super-reduced": pgettext_lazy("tax rate", "super-reduced"),
}

ORIGINS: Mapping[ProfileOrigin, Words] = {
    ProfileOrigin.SHIPPED: _("comes with this version"),
    ProfileOrigin.OPERATOR: _("from your own file"),
    ProfileOrigin.STAND_IN: _("your file cannot be read: the strictest values hold"),
}

_UNITS = {
    ClockUnit.CALENDAR_DAYS: ngettext_lazy("%(number)d day", "%(number)d days", "number"),
    ClockUnit.WORKING_DAYS: ngettext_lazy("%(number)d working day", "%(number)d working days", "number"),
    ClockUnit.MONTHS: ngettext_lazy("%(number)d month", "%(number)d months", "number"),
}


def label_duration(number: int, unit: ClockUnit) -> str:
    """Return a number of days or months in words."""
    return str(_UNITS[unit] % {"number": number})


def label_clock(clock: LegalClock) -> str:
    """Return the length of a deadline in words."""
    return label_duration(clock.number, clock.unit)
