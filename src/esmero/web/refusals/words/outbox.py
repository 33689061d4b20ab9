"""Word the refusals of outbox/ and of the rendering package where it refuses a header."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Words

WORDS: Mapping[str, Words] = {
    "print-batch-not-printed": _("These letters are not printed yet, or were posted or discarded already."),
    "print-batch-closed": _("These letters were posted or discarded already."),
    "letter-number-unknown": _(
        "No letter has the number “%(number)s”. It stands above the address and at the foot of each page: digits, a"
        " hyphen, one digit."
    ),
    "letter-with-attachments": _(
        "A letter on paper has neither attachments nor copies. Send a mail, or leave them out."
    ),
    "letter-address-does-not-fit": _(
        "A postal address has 2 to %(lines)s lines and at most %(letters)s letters. Write it so."
    ),
    "letters-stopped": _("The letters were not printed: %(trouble)s"),
    "letter-without-address": _("There is no postal address."),
    "letter-not-posted": _("The letter %(number)s is not recorded as posted. Record first that its batch was posted."),
    "letter-returned-before": _("The return of the letter %(number)s is recorded already."),
    "brand-without-relay": _(
        "No relay can carry mail of %(name)s. Make one under Settings, Relays, or by `esmero relay create`."
    ),
    "house-without-relay": _(
        "This house cannot write to anybody yet: it has no brand with a relay. Make them: esmero brand create …,"
        " esmero relay create NAME --host HOST"
    ),
    "test-without-brand": _("A mail needs a sender: make a brand first."),
    "worker-name-taken": _(
        "A worker named “%(worker)s” is running already. Stop it, or give this one another name (ESMERO_WORKER_NAME)."
    ),
}
