"""Register every table of labels by the kind of its codes; settings.LABEL_TABLES names it for the parts."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.people.persons.countries import COUNTRIES
from esmero.web.labels.house import MAILBOX, MEMBER, RELAY, ROLE
from esmero.web.labels.imports import IMPORT, IMPORT_KIND, LINE, LINES
from esmero.web.labels.messages import (
    CAMPAIGN,
    COUNTED,
    EVENT,
    MESSAGE,
    OUTCOME,
    PRINT_BATCH,
    REASONS,
    TEMPLATE_KIND,
    TOPIC,
    VERDICT,
)
from esmero.web.labels.people import (
    ADDRESS_STATUS,
    ADDRESS_USES,
    BASES,
    CAPACITIES,
    CHANNELS,
    CONVERSATION,
    DATA_REQUEST,
    DATA_REQUEST_KIND,
    DUPLICATE,
    FORM,
    HOLDING,
    LANGUAGE,
    NOTES,
    PARTY_ROLES,
    PERMISSION,
    PROPOSAL,
    PROPOSAL_KIND,
    SCOPE,
    SIGN,
    STAGE,
    SUPPRESSION_REASON,
)
from esmero.web.labels.returns import ARRIVAL, MEANING, RETURN_CLASS
from esmero.web.labels.work import DUE, JOB
from esmero.web.parts.components.translated_fields import LANGUAGE_NAMES
from esmero.web.parts.labels import StateLabel
from esmero.web.refusals.words.people import FIELD_KINDS


def _plain(words: Mapping[str, str | Promise]) -> Mapping[str, StateLabel]:
    return {value: StateLabel("plain", text) for value, text in words.items()}


TABLES: Mapping[str, Mapping[str, StateLabel]] = {
    "message": MESSAGE,
    "event": EVENT,
    "print-batch": PRINT_BATCH,
    "counted": COUNTED,
    "campaign": CAMPAIGN,
    "import": IMPORT,
    "line": LINE,
    "lines": LINES,
    "job": JOB,
    "standing": ADDRESS_STATUS,
    "conversation": CONVERSATION,
    "form": FORM,
    "data-request": DATA_REQUEST,
    "holding": _plain(HOLDING),
    "permission": PERMISSION,
    "channel": _plain(CHANNELS),
    "basis": _plain(BASES),
    "note": _plain(NOTES),
    "silence": SUPPRESSION_REASON,
    "scope": SCOPE,
    "proposal": PROPOSAL,
    "proposal-kind": PROPOSAL_KIND,
    "duplicate": DUPLICATE,
    "sign": SIGN,
    "role": ROLE,
    "stage": STAGE,
    "party-role": _plain(PARTY_ROLES),
    "capacity": _plain(CAPACITIES),
    "address-use": _plain(ADDRESS_USES),
    "due": DUE,
    "return": RETURN_CLASS,
    "arrival": ARRIVAL,
    "relay": RELAY,
    "mailbox": MAILBOX,
    "member": MEMBER,
    "topic": TOPIC,
    "verdict": VERDICT,
    "outcome": {
        "delivered": StateLabel("kept", _("delivered")),
        **{str(worst): word for worst, word in OUTCOME.items()},
    },
    "objection": _plain(REASONS),
    "meaning": _plain(MEANING),
    "template-kind": _plain(TEMPLATE_KIND),
    "language": _plain(LANGUAGE),
    "own-language": _plain(dict(LANGUAGE_NAMES)),
    "field-kind": _plain(FIELD_KINDS),
    "import-kind": _plain(IMPORT_KIND),
    "data-request-kind": _plain(DATA_REQUEST_KIND),
    "country": _plain(COUNTRIES),
}
