"""Label the states and reasons of people, addresses, permissions and data requests."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.web.labels.nouns import collect_nouns
from esmero.web.parts.labels import StateLabel

ADDRESS_STATUS: Mapping[str, StateLabel] = {
    "ok": StateLabel("kept", pgettext_lazy("address", "good")),
    "failing": StateLabel("wait", pgettext_lazy("address", "failing")),
    "suppressed": StateLabel("broken", pgettext_lazy("address", "silenced")),
}
CONVERSATION: Mapping[str, StateLabel] = {
    "waiting": StateLabel("wait", pgettext_lazy("conversation", "waits for us")),
    "theirs": StateLabel("info", pgettext_lazy("conversation", "waits for them")),
    "closed": StateLabel("plain", pgettext_lazy("conversation", "closed")),
    "all": StateLabel("plain", pgettext_lazy("conversations", "all")),
}
FORM: Mapping[str, StateLabel] = {
    "draft": StateLabel("wait", pgettext_lazy("form", "draft")),
    "open": StateLabel("kept", pgettext_lazy("form", "open")),
    "closed": StateLabel("plain", pgettext_lazy("form", "closed")),
}
DATA_REQUEST_KIND: Mapping[str, str | Promise] = {
    "erase": pgettext_lazy("data request", "erasure"),
}
DATA_REQUEST: Mapping[str, StateLabel] = {
    "open": StateLabel("wait", pgettext_lazy("request", "waits for an answer")),
    "done": StateLabel("kept", pgettext_lazy("request", "done")),
    "declined": StateLabel("broken", pgettext_lazy("request", "declined")),
}
CHANNELS: Mapping[str, str | Promise] = {
    "email": pgettext_lazy("channel", "e-mail"),
    "post": pgettext_lazy("channel", "post"),
    "phone": pgettext_lazy("channel", "phone"),
    "portal": pgettext_lazy("channel", "customer area"),
}
# Legal bases (people/permissions/state.py, BASES).
BASES: Mapping[str, str | Promise] = {
    "consent": _("consent"),
    "soft opt-in": _("existing customer, similar products"),
    "contract": _("contract"),
    "legitimate interest": _("legitimate interest"),
    "law": _("law"),
}


def label_basis(code: str) -> str:
    """Return the label of a legal basis; an unknown code unchanged."""
    return str(BASES.get(code, code))


# Acts of the permission ledger.
PERMISSION: Mapping[str, StateLabel] = {
    "granted": StateLabel("kept", pgettext_lazy("permission", "allowed")),
    "withdrawn": StateLabel("broken", pgettext_lazy("permission", "taken back")),
    "objected": StateLabel("broken", pgettext_lazy("permission", "objected to")),
    "requested": StateLabel("wait", pgettext_lazy("permission", "asked, not confirmed")),
    "expired": StateLabel("plain", pgettext_lazy("permission", "ran out")),
    "invalid": StateLabel("broken", pgettext_lazy("permission", "on a ground that does not count for this")),
    "off": StateLabel("wait", pgettext_lazy("permission", "turned off by themselves")),
    "never": StateLabel("plain", pgettext_lazy("permission", "never allowed")),
}
NOTES: Mapping[str, str | Promise] = {
    "note": pgettext_lazy("kind of note", "Note"),
    "call": pgettext_lazy("kind of note", "Call"),
    "visit": pgettext_lazy("kind of note", "Visit"),
    "letter": pgettext_lazy("kind of note", "Letter"),
}
# Reasons of suppressions.
SUPPRESSION_REASON: Mapping[str, StateLabel] = {
    "unknown-user": StateLabel("broken", _("nobody there has this address")),
    "unknown-host": StateLabel("broken", _("its domain does not exist")),
    "moved": StateLabel("broken", _("the person has moved away from it")),
    "no-mail-host": StateLabel("broken", _("its domain takes no mail")),
    "disabled": StateLabel("broken", _("the mailbox is closed")),
    "complaint": StateLabel("broken", _("complained of as unwanted")),
    "complained": StateLabel("broken", _("complained of as unwanted")),
    "unsubscribed": StateLabel("wait", _("left the list of another tool")),
    "unreachable": StateLabel("broken", _("unreachable, says another tool")),
    "erased": StateLabel("plain", _("the person was erased")),
    "staff": StateLabel("wait", _("silenced by staff")),
}
SCOPE: Mapping[str, StateLabel] = {
    "all": StateLabel("broken", pgettext_lazy("silence", "everything")),
    "commercial": StateLabel("wait", pgettext_lazy("silence", "advertising only")),
}
PROPOSAL: Mapping[str, StateLabel] = {
    "open": StateLabel("wait", pgettext_lazy("proposal", "to decide")),
    "accepted": StateLabel("kept", pgettext_lazy("proposal", "taken over")),
    "refused": StateLabel("plain", pgettext_lazy("proposal", "left out")),
}
PROPOSAL_KIND: Mapping[str, StateLabel] = {
    "successor": StateLabel("broken", pgettext_lazy("proposal", "has left")),
    "moved": StateLabel("info", pgettext_lazy("proposal", "reads another address")),
}
DUPLICATE: Mapping[str, StateLabel] = {
    "open": StateLabel("wait", pgettext_lazy("duplicate", "to decide")),
    "merged": StateLabel("kept", pgettext_lazy("duplicate", "merged")),
    "different": StateLabel("plain", pgettext_lazy("duplicate", "two people")),
}
SIGN: Mapping[str, StateLabel] = {
    "address": StateLabel("info", _("same address")),
    "name": StateLabel("info", _("same name")),
    "initials": StateLabel("info", _("fitting initials")),
    "phone": StateLabel("info", _("same phone")),
    "post": StateLabel("info", _("same postal code")),
    "organisation": StateLabel("info", _("same organisation")),
    "tax-number": StateLabel("info", _("same tax number")),
    "domain": StateLabel("info", _("same domain")),
}
# Reasons offered when unsubscribing.
UNSUBSCRIBE_REASON: Mapping[str, str | Promise] = {
    "too-often": _("It comes too often"),
    "not-for-me": _("It is not of interest to me"),
    "never-asked": _("I never asked for it"),
    "other": _("Another reason"),
}
# Categories of personal data; the keys are the names in privacy/personal_data.py.
HOLDING: Mapping[str, str | Promise] = {
    "arrived mail": pgettext_lazy("held", "Mail that arrived"),
    "letters of a conversation": pgettext_lazy("held", "Letters in conversations"),
    "conversations": pgettext_lazy("held", "Conversations"),
    "events of messages": pgettext_lazy("held", "What became of messages"),
    "proposed addresses": pgettext_lazy("held", "Proposed addresses"),
    "sign-ups": pgettext_lazy("held", "Sign-ups by a form"),
    "messages": pgettext_lazy("held", "Messages"),
    "attachments of messages": pgettext_lazy("held", "Files sent with messages"),
    "dry runs": pgettext_lazy("held", "Verdicts of dry runs"),
    "permission standings": pgettext_lazy("held", "What they allow now"),
    "permission ledger": pgettext_lazy("held", "What they allowed and took back"),
    "wishes": pgettext_lazy("held", "Their wishes: topics and how often"),
    "other ways to reach them": pgettext_lazy("held", "Telephone numbers, postal and other addresses"),
    "roles": _("Roles"),
    "numbers in other systems": _("Numbers in other systems"),
    "further organisations": _("Further organisations"),
    "notes": pgettext_lazy("held", "Notes"),
    "lines of imports": pgettext_lazy("held", "Lines of lists"),
    "links to signed pages": pgettext_lazy("held", "Links to pages of their own"),
    "sessions of log-ins": pgettext_lazy("held", "Where they signed in"),
    "second factors": pgettext_lazy("held", "Second factors and passkeys"),
    "addresses of log-ins": pgettext_lazy("held", "Addresses of log-ins"),
    "log-ins of customers": pgettext_lazy("held", "Log-ins to the customer area"),
    "customer accounts": pgettext_lazy("held", "Customer accounts"),
    "requests about their data": pgettext_lazy("held", "Requests about their data"),
    "merges": pgettext_lazy("held", "Merges with others"),
    "address": pgettext_lazy("held", "Mail address"),
    "person": pgettext_lazy("held", "Name, number and fields"),
    "silences": pgettext_lazy("held", "Silenced addresses"),
    **{name: words for noun in collect_nouns() for name, words in noun.holdings.items()},
}
# Stage of the relationship with a party, derived from its roles (people/relationship/stages.py).
STAGE: Mapping[str, StateLabel] = {
    "known": StateLabel("plain", pgettext_lazy("stage", "known")),
    "prospect": StateLabel("info", pgettext_lazy("party", "prospect")),
    "customer": StateLabel("kept", pgettext_lazy("party", "customer")),
    "leaving": StateLabel("wait", pgettext_lazy("stage", "leaving")),
    "former": StateLabel("plain", pgettext_lazy("stage", "former customer")),
}
PARTY_ROLES: Mapping[str, str | Promise] = {
    "customer": pgettext_lazy("party", "customer"),
    "member": pgettext_lazy("party", "member"),
    "prospect": pgettext_lazy("party", "prospect"),
    "sponsor": pgettext_lazy("party", "sponsor"),
    "member-client": pgettext_lazy("party", "client of a member"),
    "supplier": pgettext_lazy("party", "supplier"),
}
CAPACITIES: Mapping[str, str | Promise] = {
    "consumer": pgettext_lazy("party", "consumer"),
    "business": pgettext_lazy("party", "business"),
}
ADDRESS_USES: Mapping[str, str | Promise] = {
    "": pgettext_lazy("postal address", "every use"),
    "home": pgettext_lazy("postal address", "home"),
    "billing": pgettext_lazy("postal address", "billing"),
    "service": pgettext_lazy("postal address", "service"),
}
LANGUAGE: Mapping[str, str | Promise] = {"es": _("Spanish"), "fr": _("French"), "en": _("English")}
