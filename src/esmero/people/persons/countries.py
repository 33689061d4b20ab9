"""Name the countries that addresses can be in, by ISO 3166-1 code."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COUNTRIES: Mapping[str, str | Promise] = {
    "ES": _("Spain"),
    "FR": _("France"),
    "PT": _("Portugal"),
    "AD": _("Andorra"),
    "BE": _("Belgium"),
    "CH": _("Switzerland"),
    "LU": _("Luxembourg"),
    "DE": _("Germany"),
    "IT": _("Italy"),
    "NL": _("Netherlands"),
    "AT": _("Austria"),
    "GB": _("United Kingdom"),
    "IE": _("Ireland"),
    "DK": _("Denmark"),
    "SE": _("Sweden"),
    "PL": _("Poland"),
    "RO": _("Romania"),
    "MA": _("Morocco"),
    "US": _("United States"),
    "CA": _("Canada"),
    "MX": _("Mexico"),
    "AR": _("Argentina"),
    "CO": _("Colombia"),
    "CL": _("Chile"),
    "PE": _("Peru"),
}


def name_country(code: str, *, language: str) -> str:
    """Return the name of a country in a language; the code itself for a country that is not listed."""
    with translation.override(language):
        return str(COUNTRIES.get(code, code))
