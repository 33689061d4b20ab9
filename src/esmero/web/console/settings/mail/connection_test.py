"""Describe the result of a connection test of a relay or mailbox: steps, states, remedies.

The steps are those of outbox/relay_check.py and mailroom/arriving/channels/mailbox_test.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.web.labels.connection_troubles import translate_trouble
from esmero.web.parts.labels import StateLabel

PATIENCE = timedelta(seconds=60)  # a test that has not ended by then was interrupted

STEPS: Mapping[str, str | Promise] = {
    "name": _("Find the machine by its name"),
    "connect": _("Connect, and be greeted"),
    "ehlo": _("Introduce ourselves, and hear what it can do"),
    "tls": _("Encrypt, and check its certificate"),
    "auth": _("Sign in"),
    "folders": _("Open the folders, and count what is in them"),
}

STEP_STATES: Mapping[str, StateLabel] = {
    "ok": StateLabel("kept", _("works")),
    "warned": StateLabel("wait", _("in the clear")),
    "broken": StateLabel("broken", _("does not work")),
    "open": StateLabel("plain", _("not reached")),
}

_REMEDIES: Mapping[str, str | Promise] = {
    "Check the host": _("Check the host: it may be misspelt."),
    "Check port and security": _("Check port and security."),
    "Check port and security: 465 is usually tls, 587 and 25 starttls": _(
        "Check port and security: 465 is usually TLS from the start, 587 and 25 STARTTLS."
    ),
    "Check host and port, and that no firewall stands between": _(
        "Check host and port, and that no firewall stands between."
    ),
    "Check host and port, and that the relay is running": _("Check host and port, and that the relay is running."),
    "Set the host to a name in its certificate, or ca_file to the authority that signed it": _(
        "Take as host a name that stands in its certificate, or name the file of the authority that signed it."
    ),
    "Set ca_file to a readable file of PEM certificates, or leave it out to use the system's": _(
        "The file of certificates cannot be read. Name another, or leave it empty for the system’s."
    ),
    "Check the port (587 for STARTTLS, 465 for security tls), or that nothing between strips STARTTLS": _(
        "Check the port: 587 for STARTTLS, 465 for TLS from the start. Or something between takes the encryption away."
    ),
    "Somebody may be putting words into the connection; look at the network before sending through it": _(
        "Somebody may be putting words into the connection. Look at the network before you send through it."
    ),
    "Try again later, or with fewer connections": _("Try again later, or with fewer connections."),
    "Ask the relay's operator to admit us": _("Ask whoever runs the relay to let this machine in."),
    "Set another mechanism or security, or remove the user name if the relay wants none": _(
        "It offers no way to sign in here. Choose another security, or take the user name away if it wants none."
    ),
    "Set the relay's security to starttls or tls": _(
        "A password is never sent in the clear. Choose STARTTLS or TLS from the start."
    ),
    "Try again later": _("Try again later."),
    "Check user name and password, or the token's validity": _("Check user name and password."),
    "Write the address itself as the host if you mean that machine": _(
        "This name of the outside leads into a private network. If you mean that machine, write its address as the"
        " host."
    ),
    "Enter the password again": _("Enter the password again."),
    "Check port and security: 993 is usually tls, 143 starttls": _(
        "Check port and security: 993 is usually TLS from the start, 143 STARTTLS."
    ),
    "Choose security tls": _("It offers no STARTTLS. Choose TLS from the start, usually port 993."),
    "Check name and password": _("Check user name and password. Many providers want a password made for programs."),
    "Enter it again": _("Enter the password again."),
    "Name folders that are there": _("Name folders that are there."),
    "Tokens are never sent in the clear": _("Tokens are never sent in the clear: the address must begin with https."),
    "Sign in to it anew": _("Sign in at the provider anew, and enter the new refresh token."),
    "Use security starttls or tls": _("Passwords and mails can be read on the way. Choose STARTTLS or TLS."),
}


def describe_remedy(remedy: str) -> str:
    """Translate a remedy into the reader's language; return it unchanged if it has no translation."""
    return str(_REMEDIES.get(remedy, remedy))


def is_checking(result: Mapping[str, Any]) -> bool:
    """Tell whether a test with this (unfinished) result is running."""
    since = result.get("since", "")
    return bool(since) and timezone.now() - datetime.fromisoformat(since) < PATIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWords:
    """Hold the sentences of a test: while it runs, of its two results, and before the first one."""

    running: str | Promise
    good: str | Promise
    bad: str | Promise
    untested: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStep:
    """Describe one step of a test: its title, its state, the server's answer and the remedy."""

    title: str | Promise
    word: StateLabel
    said: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTest:
    """Describe a test: `verdict` in the colour `look`, with its time and steps; without them the sentence `note`."""

    is_running: bool
    note: str | Promise = ""
    verdict: str | Promise = ""
    look: str = ""
    at: str = ""
    steps: Sequence[CheckStep] = ()


def describe_test(result: Mapping[str, Any], *, words: CheckWords, at: str) -> ConnectionTest:
    """Describe a stored test result; `at` is the formatted time of the test."""
    if is_checking(result):
        return ConnectionTest(is_running=True, note=words.running)
    if result.get("since"):
        return ConnectionTest(is_running=False, note=_("The last test was interrupted. Test again."))
    if not result.get("steps"):
        return ConnectionTest(is_running=False, note=words.untested)
    steps = [
        CheckStep(
            title=STEPS[one["step"]],
            word=STEP_STATES[one["state"]],
            said=translate_trouble(one["said"]),
            remedy=translate_trouble(describe_remedy(one["remedy"])),
        )
        for one in result["steps"]
    ]
    is_good = bool(result.get("good"))
    return ConnectionTest(
        is_running=False,
        verdict=words.good if is_good else words.bad,
        look="kept" if is_good else "broken",
        at=at,
        steps=steps,
    )
