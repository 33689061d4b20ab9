"""Store bytes under their SHA-256 on disk, synced before success is reported."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import ForeignObjectRel

from esmero.vault.models import StoredFile


class FileTampered(Exception):
    """Report that the bytes on disk do not match their hash."""


def seal(
    content: bytes, *, kind: str, media_type: str, name: str = "", keep_until: datetime | None = None
) -> StoredFile:
    """Store bytes and return their StoredFile. On return the file is synced; the row is in the caller's transaction."""
    digest = store(content)
    return StoredFile.objects.create(
        sha256=digest, size=len(content), media_type=media_type, name=name[:255], kind=kind, keep_until=keep_until
    )


def seal_file(path: Path, *, kind: str, media_type: str, name: str = "") -> StoredFile:
    """Store the content of a file, in constant memory, and return its StoredFile, as `seal` does."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        _write(digest, file)
    return StoredFile.objects.create(sha256=digest, size=size, media_type=media_type, name=name[:255], kind=kind)


def store(content: bytes) -> str:
    """Write bytes to the path of their hash, synced, and return the hash. Idempotent and safe in parallel."""
    digest = hashlib.sha256(content).hexdigest()
    _write(digest, BytesIO(content))
    return digest


def _write(digest: str, content: IO[bytes]) -> None:
    path = path_of(digest)
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{digest}.{os.getpid()}.{os.urandom(4).hex()}.part")
    with partial.open("wb") as file:
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())
    # Rename after fsync, then sync the folder: after a crash a file is complete or absent.
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(sealed: StoredFile) -> bytes:
    """Return the bytes; raise FileNotFoundError with the path, or FileTampered if they changed on disk."""
    content = path_of(sealed.sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != sealed.sha256:
        raise FileTampered(f"{path_of(sealed.sha256)} no longer matches its name. Restore it from the backup.")
    return content


def path_of(digest: str) -> Path:
    """Return the path of the bytes with this hash."""
    return Path(settings.HOME) / "vault" / digest[:2] / digest


def delete_unused(ids: Iterable[int]) -> list[int]:
    """Delete those of these files that no row refers to, inside the caller's transaction; return their ids.

    The bytes are deleted on commit, unless another row has the same.
    """
    gone: list[int] = []
    for sealed in StoredFile.objects.filter(pk__in=list(ids)):
        # Every foreign key to StoredFile, so that none is forgotten when models are added.
        if any(
            relation.related_model._default_manager.filter(**{relation.field.name: sealed}).exists()
            for relation in StoredFile._meta.get_fields(include_hidden=True)
            if relation.auto_created and not relation.concrete and isinstance(relation, ForeignObjectRel)
        ):
            continue
        gone.append(sealed.pk)
        digest = sealed.sha256
        sealed.delete()
        transaction.on_commit(lambda digest=digest: _unlink_unused(digest))  # type: ignore[misc]
    return gone


def drop_content(ids: Iterable[int], *, at: datetime) -> int:
    """Delete the bytes of these files but keep their rows, inside the caller's transaction; return their number.

    The bytes are deleted on commit, unless another row needs the same. `read` then raises FileNotFoundError.
    """
    rows = StoredFile.objects.filter(pk__in=list(ids), dropped_at=None)
    digests = set(rows.values_list("sha256", flat=True))
    number = rows.update(dropped_at=at)
    for digest in digests:
        transaction.on_commit(lambda digest=digest: _unlink_unused(digest))  # type: ignore[misc]
    return number


def _unlink_unused(digest: str) -> None:
    # Checked after the commit: another row may refer to the same bytes.
    if not StoredFile.objects.filter(sha256=digest, dropped_at=None).exists():
        path_of(digest).unlink(missing_ok=True)
