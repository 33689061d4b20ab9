"""Label the codes of states and reasons for people; programs compare codes, never labels."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.people.persons.countries import COUNTRIES

LANGUAGE_NAMES = [("es", "Español"), ("fr", "Français"), ("en", "English")]


class StateLabel(NamedTuple):
    """Hold a state's look (see the tag `chip`) and its text."""

    look: str
    text: str | Promise


MESSAGE: Mapping[str, StateLabel] = {
    "planned": StateLabel("plain", pgettext_lazy("message", "planned")),
    "held": StateLabel("wait", pgettext_lazy("message", "held")),
    "refused": StateLabel("plain", pgettext_lazy("message", "left out")),
    "waiting": StateLabel("wait", pgettext_lazy("message", "waiting")),
    "claimed": StateLabel("info", pgettext_lazy("message", "next to leave")),
    "wire": StateLabel("info", pgettext_lazy("message", "on its way")),
    "orphaned": StateLabel("wait", pgettext_lazy("message", "being settled")),
    "printed": StateLabel("info", pgettext_lazy("message", "printed")),
    "sent": StateLabel("kept", pgettext_lazy("message", "sent")),
    "doubt": StateLabel("broken", pgettext_lazy("message", "in doubt")),
    "gave-up": StateLabel("broken", pgettext_lazy("message", "given up")),
    "cancelled": StateLabel("plain", pgettext_lazy("message", "cancelled")),
}

OUTCOME: Mapping[int, StateLabel] = {
    1: StateLabel("info", pgettext_lazy("message", "absent")),
    2: StateLabel("wait", pgettext_lazy("message", "returned for now")),
    3: StateLabel("broken", pgettext_lazy("message", "refused, our side")),
    4: StateLabel("broken", pgettext_lazy("message", "returned for good")),
    5: StateLabel("broken", pgettext_lazy("message", "complained")),
}

PRINT_BATCH: Mapping[str, StateLabel] = {
    "making": StateLabel("info", pgettext_lazy("print batch", "being made")),
    "printed": StateLabel("wait", pgettext_lazy("print batch", "to be posted")),
    "posted": StateLabel("kept", pgettext_lazy("print batch", "posted")),
    "discarded": StateLabel("plain", pgettext_lazy("print batch", "discarded")),
    "empty": StateLabel("plain", pgettext_lazy("print batch", "empty")),
}

# Why the post brought a letter back (outbox/letters/returns.py).
LETTER_RETURN: Mapping[str, str | Promise] = {
    "unknown": pgettext_lazy("letter came back", "unknown at this address"),
    "moved": pgettext_lazy("letter came back", "moved"),
    "refused": pgettext_lazy("letter came back", "refused by the addressee"),
    "unclaimed": pgettext_lazy("letter came back", "not collected"),
    "deceased": pgettext_lazy("letter came back", "deceased"),
}

EVENT: Mapping[str, StateLabel] = {
    "deferred": StateLabel("wait", _("The relay asked us to try later")),
    "refused": StateLabel("broken", _("The relay refused it")),
    "returned-for-good": StateLabel("broken", _("It returned for good")),
    "returned-for-now": StateLabel("wait", _("It returned for now")),
    "our-fault": StateLabel("broken", _("It was refused because of us")),
    "absent": StateLabel("info", _("They are away")),
    "clicked": StateLabel("kept", _("They opened a link")),
    "complained": StateLabel("broken", _("They complained of it as unwanted")),
    "unsubscribed": StateLabel("wait", _("They asked not to get this any more")),
    "replied": StateLabel("info", _("They answered")),
    "retried": StateLabel("plain", _("We tried again")),
    "resolved": StateLabel("plain", _("A doubt was settled by a person")),
}

CAMPAIGN: Mapping[str, StateLabel] = {
    "draft": StateLabel("wait", pgettext_lazy("campaign", "draft")),
    "checking": StateLabel("info", pgettext_lazy("campaign", "being checked")),
    "checked": StateLabel("kept", pgettext_lazy("campaign", "checked")),
    "planning": StateLabel("info", pgettext_lazy("campaign", "being planned")),
    "running": StateLabel("info", pgettext_lazy("campaign", "sending")),
    "paused": StateLabel("wait", pgettext_lazy("campaign", "paused")),
    "done": StateLabel("kept", pgettext_lazy("campaign", "done")),
    "cancelled": StateLabel("plain", pgettext_lazy("campaign", "cancelled")),
}

IMPORT: Mapping[str, StateLabel] = {
    "draft": StateLabel("wait", pgettext_lazy("import", "draft")),
    "checking": StateLabel("info", pgettext_lazy("import", "being checked")),
    "checked": StateLabel("kept", pgettext_lazy("import", "checked")),
    "running": StateLabel("info", pgettext_lazy("import", "running")),
    "done": StateLabel("kept", pgettext_lazy("import", "done")),
    "failed": StateLabel("broken", pgettext_lazy("import", "failed")),
    "undoing": StateLabel("info", pgettext_lazy("import", "being taken back")),
    "undone": StateLabel("plain", pgettext_lazy("import", "taken back")),
}

# Kinds of import, in the plural.
IMPORT_KIND: Mapping[str, str | Promise] = {"persons": _("People"), "exclusions": _("Exclusions")}

LINE: Mapping[str, StateLabel] = {
    "added": StateLabel("kept", pgettext_lazy("import line", "added")),
    "changed": StateLabel("info", pgettext_lazy("import line", "changed")),
    "unchanged": StateLabel("plain", pgettext_lazy("import line", "unchanged")),
    "merged": StateLabel("plain", pgettext_lazy("import line", "merged")),
    "refused": StateLabel("broken", pgettext_lazy("import line", "refused")),
}

# Verdicts of an import in the plural, beside their counts.
LINES: Mapping[str, StateLabel] = {
    "added": StateLabel("kept", pgettext_lazy("import lines", "added")),
    "changed": StateLabel("info", pgettext_lazy("import lines", "changed")),
    "unchanged": StateLabel("plain", pgettext_lazy("import lines", "unchanged")),
    "merged": StateLabel("plain", pgettext_lazy("import lines", "merged with an earlier line")),
    "refused": StateLabel("broken", pgettext_lazy("import lines", "refused")),
}

JOB: Mapping[str, StateLabel] = {
    "waiting": StateLabel("wait", pgettext_lazy("job", "waiting")),
    "running": StateLabel("info", pgettext_lazy("job", "running")),
    "done": StateLabel("kept", pgettext_lazy("job", "done")),
    "failed": StateLabel("broken", pgettext_lazy("job", "failed")),
    "cancelled": StateLabel("plain", pgettext_lazy("job", "cancelled")),
}

ADDRESS_STATUS: Mapping[str, StateLabel] = {
    "ok": StateLabel("kept", pgettext_lazy("address", "good")),
    "failing": StateLabel("wait", pgettext_lazy("address", "failing")),
    "suppressed": StateLabel("broken", pgettext_lazy("address", "silenced")),
}

CONVERSATION: Mapping[str, StateLabel] = {
    "waiting": StateLabel("wait", pgettext_lazy("conversation", "waits for us")),
    "theirs": StateLabel("info", pgettext_lazy("conversation", "waits for them")),
    "closed": StateLabel("plain", pgettext_lazy("conversation", "closed")),
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


def _plain(words: Mapping[str, str | Promise]) -> Mapping[str, StateLabel]:
    return {value: StateLabel("plain", text) for value, text in words.items()}


# Meanings of bounces (intake/bounces/meaning.py).
MEANING: Mapping[str, str | Promise] = {
    "unknown-user": _("nobody of that name there"),
    "unknown-host": _("the domain does not exist"),
    "moved": _("moved away"),
    "no-mail-host": _("the domain takes no mail"),
    "disabled": _("the box is closed"),
    "restricted": _("the box takes mail only from some"),
    "filtered": _("refused by a filter, no reason given"),
    "mailbox-full": _("the box is full"),
    "too-large": _("the message is too large"),
    "content": _("refused for what it says"),
    "policy": _("against their policy"),
    "reputation": _("our reputation"),
    "authentication": _("we could not prove who we are"),
    "sender": _("our sender address is refused"),
    "throttled": _("too much at once"),
    "system": _("trouble of their machine"),
    "network": _("not reached over the network"),
    "expired": _("tried until the time ran out"),
    "undefined": _("no reason that can be read"),
    "complaint": _("complained of as unwanted"),
}


def label_meaning(code: str) -> str:
    """Return the label of a bounce meaning; an unknown code unchanged."""
    return str(MEANING.get(code, code))


RETURN_CLASS: Mapping[str, StateLabel] = {
    "good": StateLabel("broken", pgettext_lazy("return", "for good")),
    "now": StateLabel("wait", pgettext_lazy("return", "for now")),
    "ours": StateLabel("broken", pgettext_lazy("return", "because of us")),
}

ARRIVAL: Mapping[str, StateLabel] = {
    "bounce": StateLabel("broken", pgettext_lazy("arrival", "return")),
    "complaint": StateLabel("broken", pgettext_lazy("arrival", "complaint")),
    "autoreply": StateLabel("info", pgettext_lazy("arrival", "automatic answer")),
    "challenge": StateLabel("wait", pgettext_lazy("arrival", "asks us to prove ourselves")),
    "unsubscribe": StateLabel("wait", pgettext_lazy("arrival", "leaves")),
    "dmarc": StateLabel("plain", pgettext_lazy("arrival", "report of receivers")),
    "reply": StateLabel("info", pgettext_lazy("arrival", "human reply")),
    "other": StateLabel("plain", pgettext_lazy("arrival", "other")),
    "new": StateLabel("wait", pgettext_lazy("arrival", "not read yet")),
    "failed": StateLabel("broken", pgettext_lazy("arrival", "could not be read")),
}

# Signs of the classification (intake): the part before the colon, or the whole sign.
SIGNS: Mapping[str, str | Promise] = {
    "dsn": _("a delivery report in the standard's form (RFC 3464)"),
    "dsn:delivered": _("a delivery report that says that it arrived"),
    "prose:sender": _("a mail server wrote it"),
    "prose:subject": _("its subject says that mail came back"),
    "prose:sentence": _("a sentence says that mail came back"),
    "prose:refusal": _("it repeats a server's refusal"),
    "prose:returned": _("our message is inside"),
    "prose:forwarded": _("somebody forwarded a delivery report"),
    "prose:x-failed-recipients": _("a header names who was not reached"),
    "arf": _("a feedback report in the standard's form (RFC 5965)"),
    "provider": _("a provider's own form of complaint"),
    "notice": _("a notice of a sending service"),
    "hook": _("an event that the sending service told us"),
    "hook:by-address": _("it names none of several messages: it counts for the address alone"),
    "hook:only-one": _(
        "it names no message; only this one went to the address within seven days, so it is probably meant"
    ),
    "dmarc": _("a receiver's report on who sends in our name (RFC 9990)"),
    "unsubscribe:reply": _("the answer says only that they want to leave"),
    "unsubscribe:subject": _("the subject says that they want to leave"),
    "auto-submitted": _("a header says that a machine answered (RFC 3834)"),
    "header": _("a header of an answering machine"),
    "precedence": _("a header says that it is bulk or automatic"),
    "message-class": _("the mail program says that it is an absence note"),
    "subject": _("its subject is that of an absence note"),
    "sentence": _("its sentences are those of an absence note"),
    "challenge": _("it asks us to prove that we are no machine"),
    "machine": _("signs of a machine"),
    "person": _("no sign of a machine: a person wrote it"),
    "body": _("only the text was there"),
}


def describe_sign(sign: str) -> str:
    """Describe a sign of `Inbound.why` ("meaning:mailbox-full", "header:x-autoreply"); unknown ones unchanged."""
    name, _colon, detail = sign.partition(":")
    if name == "meaning":
        return label_meaning(detail)
    if sign in SIGNS:
        return str(SIGNS[sign])
    words = str(SIGNS.get(name, name))
    return f"{words}: {detail}" if detail else words


# Signs of machine clicks (mailroom/arriving/clicks.py, mailroom/arriving/machine_clicks.py).
MACHINE_SIGN: Mapping[str, str | Promise] = {
    "head": _("it asked for the head of the page alone"),
    "prefetch": _("it said that it fetches ahead"),
    "agent": _("its name is that of a scanner or a program"),
    "all-links": _("it opened several links within seconds"),
    "too-soon": _("it opened links as soon as the mail was handed over"),
    "network": _("its network opened many messages in the same second"),
    "data-centre": _("its network opens every mail within a minute"),
}

# Reasons offered when unsubscribing.
UNSUBSCRIBE_REASON: Mapping[str, str | Promise] = {
    "too-often": _("It comes too often"),
    "not-for-me": _("It is not of interest to me"),
    "never-asked": _("I never asked for it"),
    "other": _("Another reason"),
}


def describe_machine_signs(facts: Mapping[str, Any], *, machine: str) -> str:
    """Describe the signs by which a click was attributed to a machine; unknown ones unchanged."""
    signs = facts.get("signs") or ([machine] if machine else [])
    return ", ".join(str(MACHINE_SIGN.get(sign, sign)) for sign in signs)


# Events in the plural, beside their counts.
COUNTED: Mapping[str, StateLabel] = {
    "replied": StateLabel("info", _("Human replies")),
    "returned-for-good": StateLabel("broken", _("Addresses that returned for good")),
    "complained": StateLabel("broken", _("Complaints as unwanted")),
    "unsubscribed": StateLabel("wait", _("Left a topic")),
    "absent": StateLabel("info", _("Notes of absence")),
    "clicked": StateLabel("kept", _("Links opened by people")),
}

# Formats of Django's date filter; translators adapt them to their language.
TIME_FORMATS: Mapping[str, str | Promise] = {
    "day": pgettext_lazy("date format", "j F Y"),
    "weekday": pgettext_lazy("date format", "l j F Y"),
    "today": pgettext_lazy("date format", "l j F"),
    "time": pgettext_lazy("date format", "j F Y, H:i"),
    "second": pgettext_lazy("date format", "j F Y, H:i:s"),
    "weekday, time": pgettext_lazy("date format", "l j F Y, H:i"),
    "short": pgettext_lazy("date format", "j M Y"),
    "clock": pgettext_lazy("date format", "H:i"),
    "day and month": pgettext_lazy("date format", "j M"),
    "short time": pgettext_lazy("date format", "j M H:i"),
}

DUE: Mapping[str, StateLabel] = {
    "messages": StateLabel("plain", pgettext_lazy("due", "messages to send")),
    "arrivals": StateLabel("plain", pgettext_lazy("due", "arrived mails to read")),
    "jobs": StateLabel("plain", pgettext_lazy("due", "long pieces of work")),
    "happenings": StateLabel("plain", pgettext_lazy("due", "happenings to react to")),
    "deliveries": StateLabel("plain", pgettext_lazy("due", "reactions to happenings")),
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

ROLE: Mapping[str, StateLabel] = {
    "owner": StateLabel("plain", pgettext_lazy("role", "owner")),
    "manager": StateLabel("plain", pgettext_lazy("role", "manager")),
    "agent": StateLabel("plain", pgettext_lazy("role", "agent")),
    "reader": StateLabel("plain", pgettext_lazy("role", "reader")),
}
ROLES: Mapping[str, str | Promise] = {role: word.text for role, word in ROLE.items()}

REASONS: Mapping[str, str | Promise] = {
    "G01": _("The address was silenced"),
    "G02": _("No usable address"),
    "G03": _("No permission for this"),
    "G04": _("They said no, and have not said yes since"),
    "G05": _("They turned this topic off"),
    "G06": _("They asked for less than this often"),
    "G07": _("They asked for a pause"),
    "G08": _("Same address as someone else, or has it already"),
    "G09": _("The message does not say why it is worth their time"),
    "G10": _("Nobody can be reached behind it"),
    "G11": _("It does not say that it is advertising, or how to leave"),
    "G12": _("They have not confirmed their address yet"),
    "G13": _("Waits for the morning"),
}


# Findings of rules without an objection.
PASS_FINDING: Mapping[str, str | Promise] = {
    "G01": _("The address is not silenced"),
    "G02": _("There is a usable address"),
    "G03": _("A permission covers it"),
    "G04": _("Nothing was taken back since"),
    "G05": _("They did not turn this topic off"),
    "G06": _("It is not more often than they asked for"),
    "G07": _("They did not ask for a pause"),
    "G08": _("Nobody at this address gets it twice"),
    "G09": _("It says why it is worth their time"),
    "G10": _("A person can be reached behind it"),
    "G11": _("It says what it is, and how to leave"),
    "G12": _("No sign-up of theirs waits for its confirmation"),
    "G13": _("It is not night where they live"),
}


def describe_pass(code: str) -> str:
    """Describe the finding of a rule without an objection; an unknown code unchanged."""
    return str(PASS_FINDING.get(code, code))


def label_objection(code: str) -> str:
    """Describe an objection's code ("G03", or "G06:wait"); an unknown code unchanged."""
    return str(REASONS.get(code.partition(":")[0], code))


FIELD_KINDS: Mapping[str, str | Promise] = {
    "text": pgettext_lazy("kind of field", "text"),
    "integer": pgettext_lazy("kind of field", "whole number"),
    "decimal": pgettext_lazy("kind of field", "number"),
    "boolean": pgettext_lazy("kind of field", "yes or no"),
    "date": pgettext_lazy("kind of field", "date"),
    "choice": pgettext_lazy("kind of field", "choice"),
}

MESSAGE_CLASSES: Mapping[str, str | Promise] = {
    "service": pgettext_lazy("class of message", "service"),
    "relational": pgettext_lazy("class of message", "relational"),
    "commercial": pgettext_lazy("class of message", "commercial"),
    "auto-reply": pgettext_lazy("class of message", "automatic reply"),
    "internal": pgettext_lazy("class of message", "internal"),
}

JOB_KINDS: Mapping[str, str | Promise] = {
    "import": _("Import of a list"),
    "import-check": _("Dry run of an import"),
    "import-undo": _("Taking an import back"),
    "dry-run": _("Dry run of a campaign"),
    "planning": _("Planning of a campaign"),
    "cancelling": _("Cancelling of a campaign"),
    "find-duplicates": _("Search for duplicates"),
    "count-segment": _("Count of a segment"),
    "retrying": _("Another try of what failed"),
    "trying": _("Trying of links"),
    "index-members": _("Search texts of a renamed organisation"),
    "rebuild-search": _("Rebuilding of the search index"),
    "purge-search": _("Removal of deleted texts from the search index"),
    "print-letters": _("Printing of letters"),
}


def label_job(kind: str) -> str:
    """Return the label of a kind of job; an unknown kind unchanged."""
    return str(JOB_KINDS.get(kind, kind))


# The keys are the names in rounds/reactions.py.
REACTION_NAMES: Mapping[str, str | Promise] = {
    "ask-to-confirm": _("Mail that asks to confirm a sign-up"),
    "send-account-link": _("Letter with a link to an account"),
    "send-data-link": _("Letter with the link to one’s data"),
    "finish-campaign": _("End of a campaign"),
}


def label_reaction(function: str) -> str:
    """Return the label of a function that reacts to happenings; an unknown one unchanged."""
    return str(REACTION_NAMES.get(function, function))


LINE_REASONS: Mapping[str, str | Promise] = {
    "erased": _("this person was erased: no list brings them back"),
    "blocked-domain": _("its domain is on the list of those that are refused"),
    "no-identity": _("neither a number nor a usable address"),
    "lost-letter": _("a letter of the name was lost: greetings go without it"),
    "suppressed": _("the address was silenced before, and stays so"),
    "silenced": _("the list says that this address gets no more advertising, or nothing at all"),
    "said-otherwise-before": _("an earlier line of this file says otherwise, and stands"),
    "consent-in-the-future": _("the consent is dated in the future"),
    "consent-without-date": _("the date of the consent cannot be read"),
    "unknown-language": _("the language is not one that we know"),
    "unknown-role": _("this role is not one that we know"),
    "unknown-capacity": _("neither consumer nor business"),
    "unknown-timezone": _("this time zone is not one that we know"),
    "tax-number-unfit": _("this is no tax number of that country"),
    "role-ended-before": _("this role has ended; a list does not bring it back"),
    "brand-number-taken": _("another person or organisation has this number"),
    "too-many-cells": _("the line has more cells than the head"),
    "attributes-not-json": _("the attributes are not JSON"),
    "not-yes-or-date": _("neither yes, no nor a date"),
    "not-text": _("not a text"),
    "not-integer": _("not a whole number"),
    "not-decimal": _("not a number"),
    "not-boolean": _("neither yes nor no"),
    "not-date": _("not a date"),
    "not-choice": _("not one of the choices"),
    "address-written-at": _("the address has “at” in words"),
    "address-no-domain": _("the address has nothing after the @"),
    "address-comma": _("the address ends with a comma"),
    "address-blank": _("the address has a blank in it"),
    "address-two-ats": _("the address has two @"),
    "address-local-too-long": _("the address is too long before the @"),
    "address-two-dots": _("the address has two dots side by side"),
    "address-foreign-script": _("the address has letters of another script before the @"),
    "address-malformed": _("the address cannot be"),
}


def describe_line_reason(code: str) -> str:
    """Describe a reason or warning of an import's line ("not-date: Alta: 31/31"), with the text after the colon."""
    name, _colon, detail = code.partition(": ")
    words = LINE_REASONS.get(name, name.replace("-", " "))
    return f"{words} ({detail})" if detail else str(words)


RELAY: Mapping[str, StateLabel] = {
    "catches": StateLabel("wait", _("catches everything")),
    "unreachable": StateLabel("broken", _("out of reach")),
    "untested": StateLabel("plain", _("not tested yet")),
    "works": StateLabel("kept", _("works")),
    "fails": StateLabel("broken", _("does not work")),
}
MAILBOX: Mapping[str, StateLabel] = {
    "rests": StateLabel("plain", _("rests")),
    "fails": StateLabel("broken", _("cannot be read")),
    "read": StateLabel("kept", _("is read")),
    "waits": StateLabel("wait", _("not read yet")),
}
MEMBER: Mapping[str, StateLabel] = {
    "locked": StateLabel("broken", _("locked out")),
    "active": StateLabel("kept", _("may sign in")),
    "invited": StateLabel("wait", _("invited")),
}
TOPIC: Mapping[str, StateLabel] = {
    "offered": StateLabel("kept", _("offered")),
    "archived": StateLabel("plain", _("archived")),
}
# The gate's verdicts on a person of a campaign.
VERDICT: Mapping[str, StateLabel] = {
    "go": StateLabel("kept", _("goes")),
    "wait": StateLabel("wait", _("waits")),
    "refuse": StateLabel("plain", pgettext_lazy("message", "left out")),
}
TEMPLATE_KIND: Mapping[str, str | Promise] = {"letter": _("Letter"), "mjml": _("Designed")}
LANGUAGE: Mapping[str, str | Promise] = {"es": _("Spanish"), "fr": _("French"), "en": _("English")}

STATES: Mapping[str, Mapping[str, StateLabel]] = {
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
