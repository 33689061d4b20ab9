"""Load the dispatches whose messages may leave, with their compiled templates."""

from dataclasses import dataclass

from esmero.mailroom.composing.compiled_templates import CompiledTemplates, facts_of
from esmero.mailroom.composing.public_archive import find_share_url
from esmero.outbox.models import Dispatch
from esmero.people.dispatch_reason import DispatchReason
from esmero.people.models import Channel
from esmero.rendering.tokens import Signer


@dataclass
class OpenDispatch:
    """Hold an open dispatch with its compiled templates and its address in the public archive ("" for none)."""

    dispatch: Dispatch
    templates: CompiledTemplates
    share_url: str = ""

    def reason(self) -> DispatchReason:
        """Return the facts of the dispatch that the gate needs."""
        dispatch = self.dispatch
        return DispatchReason(
            brand=dispatch.brand,
            message_class=dispatch.message_class,  # type: ignore[arg-type]
            channel=dispatch.channel,  # type: ignore[arg-type]
            purpose=dispatch.purpose,
            topic=dispatch.topic,
            promotion=dispatch.promotion_topic,
            words=dispatch.reason,
            dispatch_id=dispatch.pk,
        )


def load_open_dispatches(
    *, signer: Signer, known: dict[int, OpenDispatch], channel: str = Channel.EMAIL
) -> dict[int, OpenDispatch]:
    """Return the open dispatches of a channel by id.

    Known compiled templates are reused while brand, topic and relay are the same.
    Standing dispatches live for years, so a change of the brand's phone number must reach them.
    """
    rows = Dispatch.objects.filter(state=Dispatch.State.OPEN, channel=channel).select_related(
        "brand__issuer", "purpose", "topic__brand", "promotion_topic__purpose", "relay"
    )
    fresh: dict[int, OpenDispatch] = {}
    for dispatch in rows:
        old = known.get(dispatch.pk)
        if old is not None and facts_of(dispatch) == old.templates.facts:
            # The topic may have become private meanwhile.
            old.dispatch, old.share_url = dispatch, find_share_url(dispatch)
            fresh[dispatch.pk] = old
            continue
        fresh[dispatch.pk] = OpenDispatch(dispatch, CompiledTemplates(dispatch, signer), find_share_url(dispatch))
    return fresh
