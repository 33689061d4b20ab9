"""Provide the fields that a template may use, and their values for many persons."""

from collections.abc import Iterable, Mapping

from esmero.people.models import CustomField, Person

STANDARD = ("number", "title", "given_name", "family_name", "full_name", "organisation", "language", "country")

# Only the mails of a sign-up form have values for these: the confirmation link, and the chosen topics.
FORM_FIELDS = ("confirm_url", "chosen_topics")

# The public address of the issue, the same for all its readers; empty if its topic is not public.
SHARE_URL = "share_url"


def known_fields() -> frozenset[str]:
    """Return every field that a template may use: the standard ones and the custom fields."""
    return frozenset((*STANDARD, *FORM_FIELDS, SHARE_URL)) | frozenset(
        CustomField.objects.values_list("key", flat=True)
    )


def read_values(ids: Iterable[int]) -> dict[int, Mapping[str, object]]:
    """Return the field values of these persons. A damaged name is left out: no name is better than a wrong one."""
    rows = Person.objects.filter(id__in=ids).values_list(
        "id",
        "number",
        "title",
        "given_name",
        "family_name",
        "language",
        "country",
        "organisation__name",
        "name_is_damaged",
        "fields",
    )
    found: dict[int, Mapping[str, object]] = {}
    for pk, number, title, given, family, language, country, organisation, damaged, own in rows:
        if damaged:
            given = family = ""  # noqa: PLW2901 - the full name below must not contain them either
        found[pk] = {
            **own,
            "number": number or "",
            "title": title,
            "given_name": given,
            "family_name": family,
            "full_name": f"{given} {family}".strip(),
            "organisation": organisation or "",
            "language": language,
            "country": country,
        }
    return found
