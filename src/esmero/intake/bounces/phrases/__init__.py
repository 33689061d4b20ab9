"""Compile the phrases that servers use in refusals, in an order that resolves ambiguity.

A refusal because of the message or the sender is no proof against the address, so these phrases come before "user
unknown"; a plain "rejected" (REFUSED) counts less than any status number. The phrases are matched against lower-case
text on one line without addresses and links (see `meaning.simplify`). To add a phrase, add a line to the table of its
meaning and a sample to tests/intake/bounces/test_meaning.py.
"""

from esmero.intake.bounces.phrases import address, mailbox, sender, server
from esmero.intake.phrase_tables import Phrases, compile_phrases

# A phrase that names two reasons at once, resolved by hand: it is the standard text of one hosting panel.
_BOTH = r"""
account or domain may not exist
"""

WORDS: tuple[tuple[str, Phrases], ...] = tuple(
    (meaning, compile_phrases(table))
    for meaning, table in (
        ("unknown-host", _BOTH),
        ("mailbox-full", mailbox.BOX_LIMIT),
        ("restricted", mailbox.GROUP),
        ("system", server.PROGRAM),
        ("authentication", sender.AUTHENTICATION),
        ("reputation", sender.REPUTATION),
        ("throttled", sender.THROTTLED),
        ("too-large", sender.TOO_LARGE),
        ("content", sender.CONTENT),
        ("sender", sender.SENDER),
        ("mailbox-full", mailbox.MAILBOX_FULL),
        ("disabled", mailbox.DISABLED),
        ("restricted", mailbox.RESTRICTED),
        ("policy", sender.POLICY),
        ("no-mail-host", address.NO_MAIL_HOST),
        ("network", server.NETWORK),
        ("unknown-host", address.UNKNOWN_HOST),
        ("moved", address.MOVED),
        ("unknown-user", address.UNKNOWN_USER),
        ("expired", server.EXPIRED),
        ("system", server.SYSTEM),
    )
)
"""Meaning and phrases; the first row that matches decides."""

REFUSED = compile_phrases(sender.REFUSED)
"""A refusal without a reason, which counts as policy."""
