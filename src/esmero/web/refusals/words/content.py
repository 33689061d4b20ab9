"""Word the refusals of content/: pictures."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Words

WORDS: Mapping[str, Words] = {
    "picture-empty": _("The file is empty."),
    "picture-too-large": _(
        "The file has more than 8 MB. Make the picture smaller: mails need no more than 1,200 pixels."
    ),
    "picture-too-many-pixels": _("The picture has too many pixels. Mails need no more than 1,200 across."),
    "picture-unreadable": _("This is no PNG, JPEG, GIF or WebP picture that can be read wholly."),
}
