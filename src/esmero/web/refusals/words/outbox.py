"""Word the refusals of outbox/ and of the rendering package where it refuses a header."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Words

WORDS: Mapping[str, Words] = {
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
