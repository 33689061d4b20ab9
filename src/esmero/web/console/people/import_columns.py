"""The columns of a file as the mapping form shows them, and what a person said about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.people.imports.fields import GIVING
from esmero.people.imports.reading import Column, Reading

FIELD_WORDS: Mapping[str, str | Promise] = {
    "ignore": _("leave it out"),
    "number": _("Your own number of the person"),
    "email": _("E-mail address"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "full_name": _("Whole name"),
    "title": _("Form of address"),
    "phone": _("Phone number"),
    "language": _("Language"),
    "country": _("Country"),
    "organisation": _("Organisation"),
    "street": _("Street and number"),
    "postal_code": _("Postal code"),
    "city": _("Town"),
    "region": _("Province"),
    "tags": _("Tags"),
    "consent": _("Consent: yes or no"),
    "consent_text": _("Wording of the consent"),
    "consent_version": _("Version of the wording"),
    "consent_date": _("When they consented"),
    "withdrawn": _("When they took it back"),
    "unsubscribed": _("When they unsubscribed elsewhere"),
    "status": _("State in another mailing tool"),
    "attributes": _("Own fields as JSON"),
}
KIND_WORDS: Mapping[str, str | Promise] = {
    "text": _("text"),
    "integer": _("whole number"),
    "decimal": _("number"),
    "boolean": _("yes or no"),
    "date": _("date"),
    "choice": _("choice"),
}
_SURE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One column in the form: what it holds, what it may mean, what is chosen."""

    name: str
    samples: Sequence[str]
    chosen: str
    choices: list[tuple[str, str]]
    unsure: bool


def draw_columns(reading: Reading, *, chosen: Mapping[str, str]) -> list[Drawn]:
    """Return every column with what is `chosen` for it, or guessed where nothing is."""
    return [_draw(column, chosen=chosen.get(column.name, column.guess)) for column in reading.columns]


def read_said(reading: Reading, *, values: Sequence[str], confirmed: bool) -> dict[str, str]:
    """Return {column: field} as a person sent it; columns that would give permission stay out until they confirm it."""
    said = dict(zip((column.name for column in reading.columns), values, strict=False))
    return {name: "ignore" if field in GIVING and not confirmed else field for name, field in said.items() if field}


def _draw(column: Column, *, chosen: str) -> Drawn:
    choices = [(value, str(words)) for value, words in FIELD_WORDS.items()]
    own = column.guess if column.guess.startswith("own:") else f"own:{column.name}"
    kind = str(KIND_WORDS.get(column.kind, column.kind))
    choices.insert(1, (own, str(_("Own field (%(kind)s)") % {"kind": kind})))
    if chosen not in dict(choices):
        choices.append((chosen, chosen))
    unsure = bool(column.filled) and column.confidence < _SURE and not column.guess.startswith("own:")
    return Drawn(name=column.name, samples=column.samples[:3], chosen=chosen, choices=choices, unsure=unsure)
