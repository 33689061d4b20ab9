"""Word the refusals of vault/: files from outside, and files that cannot be served."""

from collections.abc import Mapping, Sequence

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Sentence, Words

TYPES: Mapping[str, Sentence] = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WebP",
    "image/svg+xml": "SVG",
    "image/tiff": "TIFF",
    "image/heic": "HEIC",
    "application/pdf": "PDF",
    "application/zip": _("a packed file"),
    "application/x-executable": _("a program"),
    "text/html": _("a web page"),
    "text/plain": _("text"),
}
_REMEDIES: Mapping[str, Sentence] = {
    "media": _("Make the picture smaller: mails need no more than 1,200 pixels."),
    "logo": _("Make the picture smaller: mails need no more than 1,200 pixels."),
    "import": _("Bring it by the command line, `esmero import`."),
}


def _say_too_large(*, most: int, kind: str) -> str:
    size = filesizeformat(most)
    words = gettext("This is larger than %(size)s, the most that is taken here.") % {"size": size}
    return f"{words} {_REMEDIES[kind]}" if kind in _REMEDIES else words


def _say_wrong_type(*, found: str, types: Sequence[str]) -> str:
    taken = ", ".join(str(TYPES.get(one, one)) for one in types)
    if found not in TYPES:
        return gettext("Files of this type are not taken here, but these are: %(types)s.") % {"types": taken}
    facts = {"found": TYPES[found], "types": taken}
    return gettext("By its content this is %(found)s. These are taken here: %(types)s.") % facts


WORDS: Mapping[str, Words] = {
    "upload-empty": _("The file is empty."),
    "upload-too-large": _say_too_large,
    "upload-of-wrong-type": _say_wrong_type,
    "upload-program": _("This is a program. Programs are not kept here."),
    "picture-too-many-pixels": _("The picture has too many pixels. Mails need no more than 1,200 across."),
    "picture-unreadable": _("This is no PNG, JPEG, GIF or WebP picture that can be read wholly."),
    "svg-unreadable": _("This is no SVG drawing that can be read wholly."),
    "svg-with-entities": _(
        "The drawing declares entities or a document type. Save it as plain SVG and bring it again."
    ),
    "svg-with-style-sheet": _(
        "The drawing has a style sheet. Save it with presentation attributes (“plain SVG”) and bring it again."
    ),
    "svg-too-large": _("The drawing has too many shapes, or too many in each other. Make it simpler."),
    "file-term-over": _("The file “%(name)s” is gone since %(at)s: its term of storage was over."),
    "file-lost": _("The file “%(name)s” is missing on the disk (%(file)s). Restore it from the backup."),
    "file-changed-on-disk": _(
        "The file “%(name)s” was changed on the disk since it was stored (%(file)s). Restore it from the backup."
    ),
}
