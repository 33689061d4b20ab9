"""Label the states of messages, campaigns and templates, and the reasons of the gate."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.web.parts.labels import StateLabel

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


MESSAGE_CLASSES: Mapping[str, str | Promise] = {
    "service": pgettext_lazy("class of message", "service"),
    "relational": pgettext_lazy("class of message", "relational"),
    "commercial": pgettext_lazy("class of message", "commercial"),
    "auto-reply": pgettext_lazy("class of message", "automatic reply"),
    "internal": pgettext_lazy("class of message", "internal"),
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
