"""Label what is written about topics."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.web.labels.nouns import NounLabels

LABELS = NounLabels(
    actions={
        "topic.created": _("made a topic"),
        "topic.changed": _("changed a topic"),
        "topic.archived": _("archived a topic"),
        "topic.brought-back": _("offered a topic again"),
    },
    subjects={"topic": pgettext_lazy("subject", "topic")},
)
