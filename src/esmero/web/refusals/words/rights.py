"""Word the rights of staff, for refusals and for pages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from esmero.house.rights import Right

RIGHT_WORDS: Mapping[Right, str | Promise] = {
    "house.read": _("read in the console"),
    "house.settings": _("configure: brands, relays, mailboxes, topics, terms"),
    "staff.manage": _("manage staff: access, roles, teams, absences"),
    "people.change": _("change what is known of people"),
    "people.accounts": _("open and close accounts in the customer area"),
    "people.import": _("bring lists, and take them back"),
    "people.export": _("take people’s data along as a file"),
    "people.erase": _("erase people, and answer requests about their data"),
    "files.read": _("open personal files: attachments and proofs"),
    "conversations.answer": _("answer people"),
    "conversations.supervise": _("supervise conversations"),
    "gestures.approve": _("approve gestures"),
    "campaigns.write": _("write messages, templates, segments and forms"),
    "campaigns.start": _("send: start and end campaigns, print letters"),
    "invoices.issue": _("bill"),
    "pages.publish": _("publish pages and stories"),
    "doubts.resolve": _("decide what is in doubt"),
    "work.retry": _("let failed work be tried again"),
    "returns.lift": _("lift the silence of addresses"),
}
