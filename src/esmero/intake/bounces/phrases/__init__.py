"""The words of refusals, as servers write them, in the order in which a doubt is resolved.

What was said of the message or the sender is no proof against the address, so it is looked for before "user unknown";
a bare "rejected" (REFUSED) says less than any number. The phrases are matched against lower-case text on one line without addresses and links
(see `meaning.simplify`). To teach the reader a new wording, add a line to the table of its meaning and a sample to
tests/intake/bounces/test_meaning.py.
"""

import re

from esmero.intake.bounces.phrases import address, mailbox, sender, server
from esmero.intake.phrase_tables import compile_phrases

# Words that name two reasons at once, resolved by hand: the whole phrase is one hosting panel's standard text.
_BOTH = r"""
account or domain may not exist
"""

WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
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
"""A refusal without a reason: somebody's policy."""
