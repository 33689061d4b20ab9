"""Define the fields that a column can be mapped to, their aliases, and the option `--map COLUMN=FIELD`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from esmero.people.imports.files.problem import MappingProblem
from esmero.people.models import CustomField
from esmero.people.text_folding import fold

FIELDS: dict[str, str] = {
    "number": "the operator's own number of the person; identifies before anything else",
    "email": "e-mail address; the first usable one is written to, others are kept",
    "given_name": "given name",
    "family_name": "family name",
    "full_name": "whole name, taken apart where given and family name are blank",
    "title": "form of address (Sra., M., Dr.)",
    "phone": "phone number",
    "language": "language: a code or a name (es, français, English)",
    "country": "country: a code or a name",
    "organisation": "company or organisation",
    "street": "postal address: street and number",
    "postal_code": "postal address: postal code",
    "city": "postal address: town",
    "region": "postal address: province, state",
    "tags": "tags, separated by commas, semicolons or :::",
    "consent": "consent to mail from the brand: yes or no, or the date it was given",
    "consent_text": "the wording they agreed to; a version in brackets at its end is kept apart",
    "consent_version": "the version of that wording",
    "consent_date": "when they consented",
    "withdrawn": "when they took it back (or yes)",
    "unsubscribed": "when they left the list of another mailing tool (or yes): silences the address for the brand",
    "status": "state in another mailing tool: active, unsubscribed, unreachable",
    "attributes": "a JSON object; each of its keys becomes an own field",
    "ignore": "leave this column out",
}
ALIASES: dict[str, str] = {
    **dict.fromkeys(["id", "customer_id", "customer_number", "external_id", "numero", "identifier"], "number"),
    **dict.fromkeys(["mail", "e-mail", "email_address", "correo", "courriel"], "email"),
    **dict.fromkeys(["first_name", "firstname", "givenname", "nombre", "prenom"], "given_name"),
    **dict.fromkeys(["last_name", "lastname", "surname", "familyname", "apellidos", "nom"], "family_name"),
    **dict.fromkeys(["name", "fullname"], "full_name"),
    **dict.fromkeys(["mobile", "telephone", "telefono"], "phone"),
    **dict.fromkeys(["lang", "locale", "idioma", "langue"], "language"),
    **dict.fromkeys(["organization", "company", "empresa", "societe"], "organisation"),
    **dict.fromkeys(["postal_address", "street_address", "direccion"], "street"),
    **dict.fromkeys(["zip", "zip_code", "postcode", "postalcode"], "postal_code"),
    **dict.fromkeys(["town", "poblacion", "ville"], "city"),
    **dict.fromkeys(["state", "province", "provincia"], "region"),
    **dict.fromkeys(["tag", "etiquetas", "categories"], "tags"),
    **dict.fromkeys(
        ["opt_in", "optin", "permission", "consents", "consent_given", "subscribed", "consentimiento", "consentement"],
        "consent",
    ),
    **dict.fromkeys(["consent_wording", "wording", "text", "permission_text", "optin_text"], "consent_text"),
    **dict.fromkeys(["wording_version", "text_version"], "consent_version"),
    **dict.fromkeys(
        ["consent_at", "consented_at", "consent_time", "granted_at", "opt_in_date", "optin_date", "signup_date"],
        "consent_date",
    ),
    **dict.fromkeys(
        [
            *("withdrawn_date", "withdrawn_at", "withdrawal", "withdrawal_date", "opt_out", "optout", "opt_out_date"),
            *("consent_withdrawn", "revoked", "revoked_at", "baja", "fecha_baja"),
        ],
        "withdrawn",
    ),
    **dict.fromkeys(["unsubscribed_at", "unsubscribe_date", "unsub_time"], "unsubscribed"),
    **dict.fromkeys(["data", "json"], "attributes"),
    **dict.fromkeys(["skip", "none", "-"], "ignore"),
}
REPEATABLE = frozenset({"email", "phone", "street", "tags", "attributes", "ignore", "own"})
# Fields that grant permission: ignored unless the user confirmed the consent column.
GRANTING = frozenset({"consent", "consent_text", "consent_version", "consent_date"})
KINDS = {
    **{kind.value: kind.value for kind in CustomField.Kind},
    **dict.fromkeys(["bool", "yesno", "yes-no", "yes_no"], CustomField.Kind.YES_NO.value),
    **dict.fromkeys(["int", "number"], CustomField.Kind.INTEGER.value),
    **dict.fromkeys(["float", "money"], CustomField.Kind.DECIMAL.value),
    **dict.fromkeys(["str", "string"], CustomField.Kind.TEXT.value),
    "enum": CustomField.Kind.CHOICE.value,
}


@dataclass(frozen=True, slots=True)
class TargetField:
    """Describe the target of a column: a name of FIELDS, or "own" with its key and optional type."""

    name: str
    key: str = ""
    kind: str = ""

    def __str__(self) -> str:
        return ":".join(part for part in (self.name, self.key, self.kind) if part)


def read_field(text: str) -> TargetField:
    """Parse a field name such as "email", "opt-out" or "own:tenure:integer"; raise MappingProblem."""
    name, _colon, rest = text.strip().partition(":")
    if name.strip().lower() == "own":
        key, _colon, kind = (part.strip() for part in rest.partition(":"))
        if not to_key(key):
            raise MappingProblem("own-field-unnamed", text=text)
        if kind and kind.lower() not in KINDS:
            raise MappingProblem("own-field-type-unknown", kind=kind, list=sorted(set(KINDS.values())))
        return TargetField("own", to_key(key), KINDS[kind.lower()] if kind else "")
    wanted = fold(name).replace("-", "_").replace(" ", "_")
    found = wanted if wanted in FIELDS else ALIASES.get(wanted) or ALIASES.get(fold(name))
    if rest or found is None:
        raise MappingProblem("import-field-unknown", text=text, list=list(FIELDS))
    return TargetField(found)


def to_key(header: str) -> str:
    """Return the custom field key for a header: "MonthlyCharges" and "Monthly Charges" give monthly_charges."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    return "_".join(re.findall(r"[a-z0-9]+", fold(parted)))[:60].strip("_")


def read_map(assignments: Iterable[str]) -> dict[str, str]:
    """Parse COLUMN=FIELD arguments into {column: field}; raise MappingProblem."""
    mapping: dict[str, str] = {}
    for text in assignments:
        column, sign, field = text.rpartition("=")
        column = column.strip()
        if not sign or not column:
            raise MappingProblem("mapping-unreadable", text=text)
        if column in mapping:
            raise MappingProblem("column-mapped-twice", column=column, first=mapping[column], second=field.strip())
        mapping[column] = str(read_field(field))
    return mapping
