"""Take a file from outside by a rule: its size, its type by content, pictures encoded anew, drawings sanitised.

The result is a CheckedFile: functions that keep a file from outside take nothing else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esmero.refusal import InvalidValue
from esmero.vault.file_names import clean_name
from esmero.vault.file_types import PROGRAM, RASTER, SVG, recognise_type
from esmero.vault.files import seal
from esmero.vault.models import StoredFile
from esmero.vault.pictures import reencode
from esmero.vault.svg import sanitise_svg


class UploadRefused(InvalidValue):
    """Refuse a file from outside that its rule does not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRule:
    """Say which files a place takes: at most `most` octets, of these types; None is any type but programs.

    `kind` is that of the StoredFile. `unchanged` keeps each octet, for evidence: nothing is encoded anew.
    """

    kind: str
    most: int
    types: frozenset[str] | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """Hold a file from outside that its rule takes, as it may be kept; width and height in pixels, of pictures."""

    content: bytes
    media_type: str
    name: str
    rule: UploadRule
    width: int = 0
    height: int = 0


class OpenFile(Protocol):
    """Give the octets of a file."""

    def read(self, size: int, /) -> bytes: ...


def check_upload(content: bytes, *, name: str, rule: UploadRule) -> CheckedFile:
    """Return a file as it may be kept.

    Raises:
        UploadRefused: it is empty, too large, a program, or of a type that the rule does not name.
        NotAPicture, NotADrawing: it cannot be read completely.

    """
    if not content:
        raise UploadRefused("upload-empty")
    if len(content) > rule.most:
        raise UploadRefused("upload-too-large", most=rule.most, kind=rule.kind)
    media_type, name = recognise_type(content), clean_name(name)
    if media_type == PROGRAM and rule.types is None:
        raise UploadRefused("upload-program")
    if rule.types is not None and media_type not in rule.types:
        raise UploadRefused("upload-of-wrong-type", found=media_type, types=sorted(rule.types))
    if rule.unchanged:
        return CheckedFile(content=content, media_type=media_type, name=name, rule=rule)
    if media_type in RASTER:
        picture = reencode(content)
        return CheckedFile(
            content=picture.content,
            media_type=picture.media_type,
            name=name,
            rule=rule,
            width=picture.width,
            height=picture.height,
        )
    if media_type == SVG:
        content = sanitise_svg(content)
    return CheckedFile(content=content, media_type=media_type, name=name, rule=rule)


def read_upload(file: OpenFile, *, size: int, name: str, rule: UploadRule) -> CheckedFile:
    """Read an open file and check it as `check_upload` does; of one that declares too large a size nothing is read."""
    if size > rule.most:
        raise UploadRefused("upload-too-large", most=rule.most, kind=rule.kind)
    # One octet more than allowed: the declared size may be wrong.
    return check_upload(file.read(rule.most + 1), name=name, rule=rule)


def keep_upload(file: CheckedFile, *, name: str = "", keep_until: datetime | None = None) -> StoredFile:
    """Store a checked file, under another name if one is given; the row is in the caller's transaction."""
    return seal(
        file.content,
        kind=file.rule.kind,
        media_type=file.media_type,
        name=name or file.name,
        keep_until=keep_until,
    )
