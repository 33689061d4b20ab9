"""Label the retention rules: data concerned, start of the term, action, and reasons for data kept longer."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.house.retention_terms import RetentionAction, TermSource

type Words = str | Promise

# rule → (data concerned, event from which its days count)
RULES: Mapping[str, tuple[Words, Words]] = {
    "arrived-mail": (_("Arrived mail as it came"), _("after it arrived")),
    "unread-mail": (_("Arrived mail that could not be read"), _("after it arrived")),
    "caught-mail": (_("Messages in the catcher"), _("after they were caught")),
    "own-letters": (
        _("Our own letters with links to data or passwords, and forwarded replies"),
        _("after their link ended"),
    ),
    "messages": (
        _("Address and wording of faults in the ledger of messages"),
        _("after the message was sent or judged"),
    ),
    "import-files": (_("Files of imports that prove no permission"), _("after the import ended")),
    "import-lines": (_("What stood in refused lines of imports"), _("after the import ended")),
    "sign-ups": (_("Sign-ups that nobody confirmed"), _("after they were entered")),
    "confirmed-sign-ups": (
        _("What was entered into confirmed sign-ups; the proof of the permission stays"),
        _("after they were confirmed"),
    ),
    "conversations": (_("What was written in conversations that wait for nobody of us"), _("after the last letter")),
    "dry-runs": (
        _("What dry runs said of each person; the sums stay"),
        _("after the campaign ended, or was checked and not started"),
    ),
    "click-traces": (_("Networks of clicks, as hashes"), _("after the click")),
    "data-links": (_("Links to one’s own data, and changes of address"), _("after they were asked for")),
    "data-requests": (_("Answered requests about one’s own data"), _("after the answer")),
    "audit": (_("Audit log"), _("after the change")),
    "sessions": (_("Log-ins of the staff that have ended"), _("after they ended")),
    "happenings": (_("Happenings that everything has reacted to"), _("after they happened")),
    "dmarc": (_("Reports of receivers about our domains (DMARC)"), _("after their period")),
}

DEEDS: Mapping[str, Words] = {
    RetentionAction.ERASE: _("erased"),
    RetentionAction.ANONYMISE: _("emptied of what names somebody"),
    RetentionAction.DROP: _("the file is destroyed, that it existed stays"),
}

# source of the number of days
RESTS: Mapping[str, Words] = {
    TermSource.CONVENTION: _("number of days: our convention"),
    TermSource.ADVICE: _("number of days: an authority’s recommendation, not binding"),
    TermSource.LIMITATION: _("number of days: so long one may be called to account"),
}

# data without a term → reason
KEPT: tuple[tuple[Words, Words], ...] = (
    (
        _("Proofs of permission, withdrawal and objection"),
        _(
            "Whoever writes must be able to show at any time that they were allowed to (Regulation (EU) 2016/679"
            " art. 7(1) and 5(2)); the papers go when a person is erased."
        ),
    ),
    (
        _("Hashes of addresses that are left alone"),
        _(
            "Without them a list could bring back whoever objected or was erased (art. 21(3) and 17(3)); an address"
            " cannot be read out of a hash without the key of this house."
        ),
    ),
    (
        _("People and their permissions"),
        _("They stay while there is a reason to write; each person can have them erased, and the staff can, too."),
    ),
)
