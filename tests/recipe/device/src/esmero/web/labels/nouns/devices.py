"""Label what is written about devices."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from esmero.web.labels.nouns import NounLabels

LABELS = NounLabels(
    actions={
        "device.lent": _("lent a device"),
        "device.changed": _("changed a device"),
        "device.given-back": _("took a device back"),
        "device.restored": _("recorded a device as lent again"),
    },
    subjects={"device": pgettext_lazy("subject", "device")},
    facts={"serial": pgettext_lazy("fact", "serial number")},
    holdings={"lent devices": pgettext_lazy("held", "Devices lent to them")},
)
