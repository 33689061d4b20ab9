"""What a template may say of a person: the names of the fields, and their values in bulk."""

from collections.abc import Iterable, Mapping

from esmero.people.models import CustomField, Person

STANDARD = ("number", "title", "given_name", "family_name", "full_name", "organisation", "language", "country")

# What only the mails of a sign-up form can fill in: the address that confirms, and what was chosen.
OF_FORMS = ("confirm_url", "chosen_topics")

# The public address of the issue, the same for all its readers; empty where its topic is public to nobody.
SHARE = "share_url"


def known_fields() -> frozenset[str]:
    """Return every field that a template may use: the standard ones, and those that the operator declared."""
    return frozenset((*STANDARD, *OF_FORMS, SHARE)) | frozenset(CustomField.objects.values_list("key", flat=True))


def read_values(ids: Iterable[int]) -> dict[int, Mapping[str, object]]:
    """Return the fields of these persons. A name that lost a letter on the way stays out: better no name than a wrong one."""
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
            given = family = ""  # noqa: PLW2901 - what follows must not see them
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
