"""Define the countries to choose from and the format of their postal addresses."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.people.persons.countries import COUNTRIES


class PostForm(NamedTuple):
    """Describe a country's address format: name of the region ("" for none) and pattern of postal codes."""

    region: str | Promise
    code: re.Pattern[str]
    example: str


_FIVE, _FOUR = re.compile(r"\d{5}"), re.compile(r"\d{4}")
_ANY = PostForm(_("Region"), re.compile(r".{0,20}"), "")
POST_FORMS: Mapping[str, PostForm] = {
    "ES": PostForm(_("Province"), _FIVE, "28013"),
    "FR": PostForm("", _FIVE, "75001"),
    "PT": PostForm("", re.compile(r"\d{4}-\d{3}"), "1100-148"),
    "AD": PostForm("", re.compile(r"AD\d{3}"), "AD500"),
    "BE": PostForm("", _FOUR, "1000"),
    "CH": PostForm("", _FOUR, "1201"),
    "LU": PostForm("", _FOUR, "1855"),
    "AT": PostForm("", _FOUR, "1010"),
    "DK": PostForm("", _FOUR, "1050"),
    "DE": PostForm("", _FIVE, "10115"),
    "IT": PostForm(_("Province"), _FIVE, "00184"),
    "NL": PostForm("", re.compile(r"\d{4} ?[A-Za-z]{2}"), "1012 JS"),
    "GB": PostForm("", re.compile(r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}"), "SW1A 1AA"),
    "US": PostForm(_("State"), re.compile(r"\d{5}(-\d{4})?"), "10001"),
    "CA": PostForm(_("Province"), re.compile(r"[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d"), "K1A 0B1"),
    "MX": PostForm(_("State"), _FIVE, "06000"),
}


def post_form(country: str) -> PostForm:
    """Return the address format of a country; a general one for countries not listed."""
    return POST_FORMS.get(country, _ANY)


def country_choices(current: str = "") -> list[tuple[str, str | Promise]]:
    """Return the countries by name, "none" first, and the current one even if it is not listed."""
    known = sorted(COUNTRIES.items(), key=lambda pair: str(pair[1]))
    other = [(current, current)] if current and current not in COUNTRIES else []
    return [("", "—"), *other, *known]
