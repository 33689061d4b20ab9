"""Translate error messages of relays, mailboxes and jobs for display.

Processes store faults of machines in English, because a log has no reader's language, and refusals by code and facts.
This module recognises the project's own sentences and translates them; text quoted from a foreign server stays
unchanged.
"""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from esmero.refusal import Refusal
from esmero.web.refusals.say import WORDS, say

_SENTENCES = (
    # Messages that cannot leave (outbox/claims.py).
    gettext_noop("Its content was of use until a time that is over"),
    # Relay sessions (outbox/transports/smtp).
    gettext_noop("The password for %(host)s would travel in the clear"),
    gettext_noop("Set the relay's security to starttls or tls"),
    gettext_noop("The relay %(host)s does not offer %(wanted)s for signing in (it offers: %(offered)s)"),
    gettext_noop("Set another mechanism or security, or remove the user name if the relay wants none"),
    gettext_noop("The relay %(host)s refused to sign in %(name)s by %(how)s: %(said)s"),
    gettext_noop("Check user name and password, or the token's validity"),
    gettext_noop("Try again later, or with fewer connections"),
    gettext_noop("Try again later"),
    gettext_noop("Ask the relay's operator to admit us"),
    gettext_noop("The relay %(host)s does not offer STARTTLS, and nothing is sent in the clear"),
    gettext_noop("Check the port (587 for STARTTLS, 465 for security tls), or that nothing between strips STARTTLS"),
    gettext_noop("The relay %(host)s sent more in the clear after it agreed to TLS"),
    gettext_noop("Somebody may be putting words into the connection; look at the network before sending through it"),
    gettext_noop("The file of authorities %(file)s cannot be read: %(said)s"),
    gettext_noop("Set ca_file to a readable file of PEM certificates, or leave it out to use the system's"),
    gettext_noop("The relay %(host)s does not accept the name %(name)s: %(said)s"),
    gettext_noop("The relay %(host)s does not receive us: %(said)s"),
    gettext_noop("The relay %(host)s refuses STARTTLS: %(said)s"),
    gettext_noop("%(host)s ended the session while it was being opened: %(said)s"),
    gettext_noop("Check port and security: 465 is usually tls, 587 and 25 starttls"),
    gettext_noop("Check port and security"),
    gettext_noop("The certificate of %(host)s is not to be trusted: %(said)s"),
    gettext_noop("Set the host to a name in its certificate, or ca_file to the authority that signed it"),
    gettext_noop("TLS with %(host)s failed: %(said)s"),
    gettext_noop("%(host)s did not open a session within %(number)s seconds"),
    gettext_noop("Check host and port, and that no firewall stands between"),
    gettext_noop("The name %(host)s was not found: %(said)s"),
    gettext_noop("Check the host"),
    gettext_noop("No connection to %(host)s: %(said)s"),
    gettext_noop("Check host and port, and that the relay is running"),
    gettext_noop("Use security starttls or tls"),
    gettext_noop("The relay closed the connection"),
    gettext_noop("The relay ended the session"),
    gettext_noop("The connection was lost: %(said)s"),
    gettext_noop("The relay said nothing for %(number)s seconds"),
    gettext_noop(
        "The password of the relay %(name)s cannot be read: the key of this house changed. Enter it again: %(command)s"
    ),
    # Single messages (outbox/ledger.py, outbox/journal_recovery.py, envelope.py).
    gettext_noop("The connection was lost after the message; the relay may have it."),
    gettext_noop("The machine that was sending it did not come back; the relay may have it."),
    gettext_noop(
        "The message has %(number)s octets, the relay takes %(most)s: make it smaller, with links for attachments,"
        " or let"
        " the relay's limit be raised"
    ),
    gettext_noop(
        "The address needs SMTPUTF8 (letters beyond ASCII before the @), which the relay does not offer: use a"
        " relay that"
        " offers it, or ask for another address"
    ),
    gettext_noop("This message could not be made: %(said)s"),
    # Mailboxes (mailroom/arriving/channels).
    gettext_noop("%(host)s shows a certificate that nobody vouches for (%(said)s)."),
    gettext_noop("The connection to %(host)s broke (%(said)s)."),
    gettext_noop("%(host)s offers no STARTTLS. Choose security tls."),
    gettext_noop(
        "%(host)s leads to the private address %(said)s. Write the address itself as the host if you mean that machine."
    ),
    gettext_noop("The password cannot be read: the key of this house changed. Enter it again."),
    gettext_noop("%(host)s refuses %(name)s (%(said)s). Sign in to it anew."),
    gettext_noop("%(host)s refuses %(name)s (%(said)s). Check name and password."),
    gettext_noop("%(host)s is not https. Tokens are never sent in the clear."),
    gettext_noop("%(host)s gives no access token (%(said)s). Sign in to it anew."),
    gettext_noop("%(host)s keeps back message %(number)s of %(name)s."),
)
_PLACE = re.compile(r"%\\\((\w+)\\\)s")
_STAGE = re.compile(r"(?:connect|greeting|ehlo|helo|tls|auth|mail|rcpt|data|bdat|body|rset): ")


def _patterns() -> Iterator[tuple[re.Pattern[str], str]]:
    for sentence in _SENTENCES:
        yield re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(sentence)), re.DOTALL), sentence


_PATTERNS = tuple(_patterns())


def translate_trouble(text: str | None) -> str:
    """Translate an error message if it is a refusal or a sentence of this project; a leading SMTP stage stays."""
    if not text:
        return ""
    refusal = Refusal.read(text)
    if refusal is not None and refusal.code in WORDS:
        return say(refusal)
    stage = match[0] if (match := _STAGE.match(text)) else ""
    rest = text[len(stage) :]
    for pattern, sentence in _PATTERNS:
        if found := pattern.fullmatch(rest):
            facts = {
                name: translate_trouble(value) if name == "said" else value for name, value in found.groupdict().items()
            }
            return stage + _(sentence) % facts
    return text
