"""Define the fields of a person that a column can be mapped to, and their aliases."""

from esmero.imports.column_profile import ColumnProfile
from esmero.imports.fields import FieldSet
from esmero.people.addresses.parsing import read_address
from esmero.people.imports.columns import HEADERS, WEAK_HEADERS

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
    "position": "their position in the organisation",
    "capacity": "consumer or business",
    "tax_id": "tax number (NIF, numéro de TVA …); checked by the country's rules",
    "role": "role towards the brand: customer, member, prospect, sponsor, client of a member, supplier",
    "brand_number": "number in another system of the brand; identifies after the operator's own number",
    "timezone": "time zone, such as Europe/Madrid",
    "street": "postal address: street and number",
    "postal_code": "postal address: postal code",
    "city": "postal address: town",
    "region": "postal address: province, state",
    "billing_street": "billing address: street and number",
    "billing_postal_code": "billing address: postal code",
    "billing_city": "billing address: town",
    "billing_region": "billing address: province, state",
    "billing_country": "billing address: country",
    "service_street": "address of the service (installation, delivery): street and number",
    "service_postal_code": "address of the service: postal code",
    "service_city": "address of the service: town",
    "service_region": "address of the service: province, state",
    "service_country": "address of the service: country",
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
    **dict.fromkeys(["job_title", "cargo", "puesto", "fonction", "poste"], "position"),
    **dict.fromkeys(["consumer_or_business", "customer_type", "tipo_cliente", "type_client"], "capacity"),
    **dict.fromkeys(["tax_number", "vat_number", "vat", "nif", "cif", "tva"], "tax_id"),
    **dict.fromkeys(["roles", "relationship", "relacion", "relation"], "role"),
    **dict.fromkeys(["external_number", "external_reference", "reference", "referencia"], "brand_number"),
    **dict.fromkeys(["time_zone", "tz", "zona_horaria", "fuseau_horaire"], "timezone"),
    **dict.fromkeys(["billing_address", "invoice_address", "direccion_facturacion"], "billing_street"),
    **dict.fromkeys(["service_address", "installation_address", "direccion_instalacion"], "service_street"),
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
# Subscriber states in the exports of other mailing tools, mapped to ours.
STATUSES = {
    **dict.fromkeys(["", "active", "activo", "actif", "enabled", "subscribed", "confirmed", "unconfirmed"], ""),
    **dict.fromkeys(["unsubscribed", "baja", "desinscrito", "desinscrit", "opted out", "opt-out"], "unsubscribed"),
    **dict.fromkeys(["unreachable", "bounced", "cleaned", "hard bounce", "blocklisted", "blacklisted"], "unreachable"),
    **dict.fromkeys(["complained", "spam", "abuse"], "complained"),
}
# Words of cells for roles, folded; a word that is none of them is a warning.
ROLE_WORDS = {
    **dict.fromkeys(["customer", "client", "cliente"], "customer"),
    **dict.fromkeys(["member", "socio", "socia", "miembro", "adherent", "membre"], "member"),
    **dict.fromkeys(["prospect", "lead", "prospecto", "cliente potencial", "potencial"], "prospect"),
    **dict.fromkeys(["sponsor", "patrocinador", "patrocinadora", "parrain", "marraine"], "sponsor"),
    **dict.fromkeys(
        [
            *("client of a member", "member-client", "cliente de socio", "cliente de un socio", "client d'adherent"),
            *("client d'un adherent", "client de membre", "client d'un membre"),
        ],
        "member-client",
    ),
    **dict.fromkeys(["supplier", "vendor", "proveedor", "proveedora", "fournisseur"], "supplier"),
}
CAPACITY_WORDS = {
    **dict.fromkeys(
        ["consumer", "private", "individual", "b2c", "consumidor", "consumidora", "particular", "persona fisica"],
        "consumer",
    ),
    **dict.fromkeys(["consommateur", "consommatrice", "particulier"], "consumer"),
    **dict.fromkeys(
        ["business", "company", "professional", "b2b", "empresa", "autonomo", "autonoma", "profesional"], "business"
    ),
    **dict.fromkeys(["entreprise", "professionnel", "professionnelle", "societe", "persona juridica"], "business"),
}
REPEATABLE = frozenset({"email", "phone", "street", "tags", "attributes"})
# Fields that grant permission: ignored unless the user confirmed the consent column.
GRANTING = frozenset({"consent", "consent_text", "consent_version", "consent_date"})


def _holds_statuses(profile: ColumnProfile) -> bool:
    return profile.holds_only(STATUSES)


def holds_addresses(profile: ColumnProfile) -> bool:
    """Return whether nearly all cells of a column are e-mail addresses."""
    return profile.distinct is None and profile.addresses * 10 > profile.filled * 9


def is_data(cell: str) -> bool:
    """Return whether a cell holds a usable address, so that its line is no line of headers."""
    return read_address(cell).usable


PERSON_FIELDS = FieldSet(
    meanings=FIELDS,
    headers=HEADERS,
    weak_headers=WEAK_HEADERS,
    aliases=ALIASES,
    repeatable=REPEATABLE,
    granting=GRANTING,
    grant="consent",
    requires={"status": _holds_statuses},
    by_cells={"email": holds_addresses},
    objects="attributes",
    takes_own=True,
    is_data=is_data,
)
