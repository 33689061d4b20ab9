"""Label the actions, subjects, facts and actors of the audit log."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.web.parts.labels.field_names import KIND_WORDS
from esmero.web.parts.labels.states import (
    CHANNELS,
    CONVERSATION,
    DATA_REQUEST_KIND,
    LETTER_RETURN,
    PROPOSAL_KIND,
    ROLES,
)

ACTS: Mapping[str, str | Promise] = {
    "address.again": _("let an address be tried again"),
    "address.lifted": _("lifted the silence of an address"),
    "address.silenced": _("silenced an address"),
    "address.silenced-again": _("silenced an address again"),
    "brand.created": _("made the brand"),
    "brand.changed": _("changed the brand"),
    "brand.key-made": _("made the signing key that follows"),
    "brand.key-changed": _("let the new signing key sign"),
    "campaign.created": _("made the draft"),
    "campaign.changed": _("changed the draft"),
    "campaign.goal": _("set the goal"),
    "campaign.outdated": _("made the campaign a draft again: its dry run was over its term"),
    "campaign.tested": _("sent a test"),
    "campaign.started": _("started the sending"),
    "campaign.pause": _("paused it"),
    "campaign.resume": _("let it go on"),
    "campaign.paused": _("paused it"),
    "campaign.resumed": _("let it go on"),
    "campaign.cancelled": _("ended it"),
    "campaign.retried": _("sent again to those whose message failed"),
    "conversation.marked": _("changed the state of a conversation"),
    "data.asked": _("noted a wish for their data"),
    "data.declined": _("declined a wish for their data"),
    "demo.seeded": _("filled the demo"),
    "domains.allowed": _("allowed a domain again"),
    "domains.blocked": _("blocked a domain"),
    "doubt.decided": _("decided a message in doubt"),
    "duplicates.search": _("searched for duplicates"),
    "duplicate.open": _("put a duplicate back among the open ones"),
    "duplicate.different": _("said that two people are not the same"),
    "duplicate.merged": _("said that two people are the same"),
    "field.declared": _("declared a field"),
    "field.changed": _("changed a field"),
    "field.dropped": _("deleted a field with its values"),
    "form.created": _("made a form"),
    "form.changed": _("changed a form"),
    "form.open": _("opened a form"),
    "form.closed": _("closed a form"),
    "form.draft": _("took a form back to draft"),
    "form.confirmed": _("confirmed a sign-up"),
    "house.two-factor": _("changed who needs a second factor"),
    "import.brought": _("brought a file"),
    "import.checked": _("let an import be checked"),
    "import.started": _("started an import"),
    "import.undo-started": _("started to take an import back"),
    "import.undone": _("took an import back"),
    "import.exported": _("took a file of an import"),
    "import.reopened": _("opened an import again"),
    "import.sheet": _("chose the sheet of an import"),
    "happening.again": _("let a failed reaction be tried again"),
    "inbound.again": _("let an arrived mail be read again"),
    "job.retry": _("let a piece of work go on"),
    "job.cancel": _("stopped a piece of work"),
    "hook.armed": _("set a webhook’s secret"),
    "hook.disarmed": _("closed a webhook"),
    "letter.returned": _("recorded that a letter came back"),
    "letter.return-undone": _("took back that a letter came back"),
    "letters.printed": _("let letters be printed"),
    "letters.posted": _("recorded that letters were posted"),
    "letters.discarded": _("discarded printed letters"),
    "letters.exported": _("took a file of printed letters"),
    "mailbox.saved": _("set a mailbox up"),
    "mailbox.paused": _("let a mailbox rest"),
    "mailbox.resumed": _("let a mailbox be read again"),
    "mailbox.dropped": _("removed a mailbox"),
    "media.added": _("added a picture"),
    "media.archived": _("archived a picture"),
    "media.brought-back": _("brought a picture back"),
    "media.described": _("described a picture"),
    "message.again": _("let a message go again"),
    "message.approved": _("let a held message leave"),
    "message.cancelled": _("cancelled a message"),
    "organisation.created": _("made an organisation"),
    "organisation.changed": _("changed an organisation"),
    "people.exported": _("took a file of people"),
    "people.merged": _("merged two people"),
    "people.unmerged": _("took people apart again"),
    "people.tagged": _("gave people a tag"),
    "people.untagged": _("took a tag from people"),
    "permission.recorded": _("recorded a permission"),
    "person.changed": _("changed a person"),
    "person.corrected": _("corrected a person"),
    "account.opened": _("opened an account in the customer area"),
    "account.closed": _("closed an account in the customer area"),
    "account.reopened": _("opened an account in the customer area again"),
    "account.password-set": _("set the password of an account"),
    "account.email-changed": _("changed the address of an account"),
    "person.erased": _("erased a person"),
    "person.exported": _("exported a person’s data"),
    "person.moved": _("moved a person"),
    "person.noted": _("wrote a note"),
    "person.note-dropped": _("deleted a note"),
    "person.paused": _("paused what a person gets"),
    "person.pause-ended": _("ended a person’s pause"),
    "person.reach-added": _("added a way to reach a person"),
    "person.reach-changed": _("changed a way to reach a person"),
    "person.reach-removed": _("removed a way to reach a person"),
    "person.reach-restored": _("restored a way to reach a person"),
    "person.restored": _("restored a person"),
    "proposal.accepted": _("took over a proposed address"),
    "proposal.refused": _("refused a proposed address"),
    "proposal.reopened": _("took back a decision on a proposed address"),
    "purpose.created": _("made a purpose"),
    "purpose.changed": _("changed a purpose"),
    "relay.saved": _("set a relay up"),
    "relay.dropped": _("removed a relay"),
    "retention.counted": _("counted what is over its term of storage"),
    "retention.done": _("ended what was over its term of storage"),
    "retention.term": _("set a term of storage"),
    "segment.created": _("made a segment"),
    "segment.changed": _("changed a segment"),
    "segment.deleted": _("deleted a segment"),
    "staff.saved": _("set a log-in up"),
    "staff.invited": _("invited somebody to the team"),
    "staff.changed": _("changed somebody of the team"),
    "staff.locked": _("locked somebody out"),
    "staff.let-in": _("let somebody in again"),
    "staff.written": _("asked for a new password"),
    "staff.password-changed": _("chose a new password"),
    "template.saved": _("saved a template"),
    "template.archived": _("archived a template"),
    "template.brought-back": _("brought a template back"),
    "template.duplicated": _("duplicated a template"),
    "template.tested": _("sent a test of a template"),
    "topic.created": _("made a topic"),
    "topic.changed": _("changed a topic"),
    "topic.archived": _("archived a topic"),
    "topic.brought-back": _("offered a topic again"),
}


def label_action(action: str) -> str:
    """Return the label of an action; an unknown one unchanged."""
    if action not in ACTS and action.endswith(".exported"):
        return str(_("took a file of a list"))
    return str(ACTS.get(action, action))


# Subjects of entries, by the model's name.
SUBJECTS: Mapping[str, str | Promise] = {
    "brand": pgettext_lazy("subject", "brand"),
    "campaign": pgettext_lazy("subject", "campaign"),
    "conversation": pgettext_lazy("subject", "conversation"),
    "form": pgettext_lazy("subject", "form"),
    "import": pgettext_lazy("subject", "import"),
    "job": pgettext_lazy("subject", "piece of work"),
    "mailbox": pgettext_lazy("subject", "mailbox"),
    "mediafile": pgettext_lazy("subject", "picture"),
    "customfield": pgettext_lazy("subject", "own field"),
    "message": pgettext_lazy("subject", "message"),
    "person": pgettext_lazy("subject", "person"),
    "printbatch": pgettext_lazy("subject", "print batch"),
    "purpose": pgettext_lazy("subject", "purpose"),
    "relay": pgettext_lazy("subject", "relay"),
    "segment": pgettext_lazy("subject", "segment"),
    "tag": pgettext_lazy("subject", "tag"),
    "template": pgettext_lazy("subject", "template"),
    "topic": pgettext_lazy("subject", "topic"),
    "user": pgettext_lazy("subject", "log-in"),
}

# Names of the facts of an action.
FACTS: Mapping[str, str | Promise] = {
    "address": pgettext_lazy("fact", "address"),
    "code": pgettext_lazy("fact", "code"),
    "days": pgettext_lazy("fact", "days"),
    "email": pgettext_lazy("fact", "address"),
    "fields": pgettext_lazy("fact", "changed"),
    "from": pgettext_lazy("fact", "from"),
    "host": pgettext_lazy("fact", "host"),
    "key": pgettext_lazy("fact", "key"),
    "kind": pgettext_lazy("fact", "kind"),
    "letters": pgettext_lazy("fact", "letters"),
    "name": pgettext_lazy("fact", "name"),
    "number": pgettext_lazy("fact", "number"),
    "on": pgettext_lazy("fact", "on"),
    "persons": pgettext_lazy("fact", "people"),
    "query": pgettext_lazy("fact", "list"),
    "reason": pgettext_lazy("fact", "reason"),
    "role": pgettext_lazy("fact", "role"),
    "rows": pgettext_lazy("fact", "rows"),
    "selector": pgettext_lazy("fact", "selector"),
    "sent": pgettext_lazy("fact", "arrived"),
    "state": pgettext_lazy("fact", "state"),
    "tag": pgettext_lazy("fact", "tag"),
    "to": pgettext_lazy("fact", "to"),
    "values": pgettext_lazy("fact", "values"),
}

# Actors other than staff.
ACTORS: Mapping[str, str | Promise] = {
    "command line": pgettext_lazy("actor", "command line"),
    "esmero demo": pgettext_lazy("actor", "the demo"),
    "form": pgettext_lazy("actor", "sign-up form"),
    "terms of storage": pgettext_lazy("actor", "terms of storage"),
    "the person": pgettext_lazy("actor", "the person"),
}

# Values of facts that are codes.
_VALUES: Mapping[str, Mapping[str, str | Promise]] = {
    "kind": {
        **KIND_WORDS,
        **CHANNELS,
        **DATA_REQUEST_KIND,
        **{kind: word.text for kind, word in PROPOSAL_KIND.items()},
    },
    "reason": {"taken back": pgettext_lazy("fact", "taken back"), **LETTER_RETURN},
    "role": ROLES,
    "state": {state: word.text for state, word in CONVERSATION.items()},
}


def label_actor(name: str) -> str:
    """Return the label of an actor; a staff member's name unchanged."""
    return str(ACTORS.get(name, name))


def label_fact_value(key: str, value: str) -> str:
    """Return the label of a fact's value (FACTS); a value that is no code unchanged."""
    return str(_VALUES.get(key, {}).get(value, value))
