"""Read and encode the attachments of messages. A shared file is encoded once while it is in the cache."""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence

from esmero.outbox.models import MessageAttachment
from esmero.rendering.mime.attachment import EncodedAttachment, encode_attachment
from esmero.vault.files import FileTampered, read

CACHED_OCTETS = 8_000_000


class AttachmentUnreadable(Exception):
    """Report that the stored file of an attachment is missing or changed; the text names it.

    `may_return`: the disk did not answer; the file may be there again later.
    """

    def __init__(self, text: str, *, may_return: bool) -> None:
        super().__init__(text)
        self.may_return = may_return


def list_attachments(ids: Sequence[int]) -> Mapping[int, Sequence[MessageAttachment]]:
    """Return the attachments of these messages, by message id, in their order."""
    found: dict[int, list[MessageAttachment]] = defaultdict(list)
    if ids:
        rows = MessageAttachment.objects.filter(message__in=ids).select_related("file").order_by("message", "position")
        for row in rows:
            found[row.message_id].append(row)
    return found


class AttachmentCache:
    """Keep the last encoded attachments, up to CACHED_OCTETS."""

    def __init__(self) -> None:
        self._encoded: OrderedDict[tuple[str, str, str], EncodedAttachment] = OrderedDict()
        self._octets = 0

    def encode(self, attached: MessageAttachment) -> EncodedAttachment:
        """Return an attachment as a MIME part; raises AttachmentUnreadable."""
        file = attached.file
        key = (file.sha256, file.media_type, attached.name)
        found = self._encoded.get(key)
        if found is not None:
            self._encoded.move_to_end(key)
            return found
        try:
            content = read(file)
        except (OSError, FileTampered) as fault:
            may_return = isinstance(fault, OSError) and not isinstance(fault, FileNotFoundError)
            text = f"The attachment {attached.name} cannot be read: {fault}"
            raise AttachmentUnreadable(text, may_return=may_return) from fault
        made = encode_attachment(content, media_type=file.media_type, name=attached.name)
        self._keep(key, made)
        return made

    def _keep(self, key: tuple[str, str, str], made: EncodedAttachment) -> None:
        self._encoded[key] = made
        self._octets += len(made.octets)
        while self._octets > CACHED_OCTETS and self._encoded:
            _, old = self._encoded.popitem(last=False)
            self._octets -= len(old.octets)
