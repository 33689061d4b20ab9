"""Provide a message renderer per dispatch and language, compiled once and cached while the dispatch runs."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from esmero.content.models import TemplateText
from esmero.content.versions import register_links, source_of
from esmero.house.keys import create_dkim_key, token_keys
from esmero.house.models import Brand
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.outbox.models import Dispatch, MessageClass
from esmero.rendering.message import MessageRenderer, SharedHeaders
from esmero.rendering.mime.dkim import DkimKey
from esmero.rendering.templates.compile import CompiledTemplate, TemplateSource, compile_source
from esmero.rendering.templates.footer import Footer
from esmero.rendering.tokens import Signer
from esmero.rendering.written_message import WrittenRenderer


def open_signer() -> Signer:
    """Return the signer of this installation's tokens."""
    keys = token_keys(settings.HOME)
    return Signer(keys, current=max(keys))


# Compiled texts are shared by the dispatches of a version; a house has few of them at a time.
MOST_COMPILED = 64


def facts_of(dispatch: Dispatch) -> tuple[object, ...]:
    """Return everything outside the template version that the messages of a dispatch show or depend on."""
    brand, topic, relay = dispatch.brand, dispatch.topic, dispatch.relay
    return (
        tuple(getattr(brand, name) for name in _BRAND_FACTS),
        (topic.code, *sorted(topic.name.items())) if topic else None,
        bool(relay and relay.relay_signs),
    )


_BRAND_FACTS = (
    "slug", "name", "legal_name", "postal_address", "phone", "sender_name", "sender_address", "return_domain",
    "public_url", "language", "dkim_domain", "dkim_selector",
)  # fmt: skip


class CompiledTemplates:
    """Hold the renderers of one dispatch by language. A missing language falls back to the brand's, then to any.

    `facts` are those at the time of making; if they change, make a new one.
    """

    def __init__(self, dispatch: Dispatch, signer: Signer) -> None:
        self.facts = facts_of(dispatch)
        self._dispatch = dispatch
        self._signer = signer
        self._texts: dict[str, TemplateText] | None = None
        self._ready: dict[str, MessageRenderer] = {}
        self._written: WrittenRenderer | None = None

    def _read_texts(self) -> dict[str, TemplateText]:
        if self._texts is None:
            version = self._dispatch.version_id
            texts = TemplateText.objects.filter(version=version) if version else []
            self._texts = {text.language: text for text in texts}
        return self._texts

    def language_for(self, preferred: str) -> str:
        """Return the language of the message for a person who prefers `preferred`."""
        texts = self._read_texts()
        for language in (preferred, self._dispatch.brand.language):
            if language in texts:
                return language
        return next(iter(texts))

    def renderer_for(self, preferred: str) -> MessageRenderer:
        """Return the renderer; raises TemplateFault or HeaderInjection if text or brand cannot be rendered."""
        renderer = self._ready.get(preferred)
        if renderer is None:
            language = self.language_for(preferred)
            renderer = self._ready.get(language) or self._make(language)
            self._ready[preferred] = self._ready[language] = renderer
        return renderer

    def written_renderer(self) -> WrittenRenderer:
        """Return the renderer of texts that were written for one message; raises HeaderInjection."""
        if self._written is None:
            self._written = WrittenRenderer(self._make_frame("", bulk=False), signer=self._signer)
        return self._written

    def compile_language(self, language: str) -> CompiledTemplate:
        """Compile the text in a language that `language_for` returned, with its footer; raises TemplateFault."""
        dispatch, text = self._dispatch, self._read_texts()[language]
        reason = dispatch.reason.get(language) or next(iter(dispatch.reason.values()), "")
        with translation.override(language):
            # Only a topic can be unsubscribed from.
            footer = write_footer(dispatch.brand, reason=reason, leave=dispatch.topic is not None)
        return _compile(source_of(text), fields=known_fields(), footer=footer)

    def compile_for_paper(self, preferred: str) -> CompiledTemplate:
        """Compile the text for a person who prefers a language, without the footer; raises TemplateFault."""
        text = self._read_texts()[self.language_for(preferred)]
        return _compile(source_of(text), fields=known_fields(), footer=None)

    def _make(self, language: str) -> MessageRenderer:
        dispatch, text = self._dispatch, self._read_texts()[language]
        with translation.override(language):
            topic = pick(dispatch.topic.name, language) if dispatch.topic else ""
        compiled = self.compile_language(language)
        frame = self._make_frame(topic, bulk=dispatch.topic is not None)
        link_ids = register_links(text, urls=compiled.links)
        return MessageRenderer(compiled, frame, link_ids=link_ids, signer=self._signer)

    def _make_frame(self, topic_name: str, *, bulk: bool) -> SharedHeaders:
        dispatch = self._dispatch
        frame = make_shared_headers(
            dispatch.brand,
            topic_code=dispatch.topic.code if dispatch.topic else "",
            topic_name=topic_name,
            feedback=f"{dispatch.pk}:{dispatch.message_class}",
            bulk=bulk,
            sign=not (dispatch.relay and dispatch.relay.relay_signs),
        )
        # A person wrote it, unless the house did (RFC 3834).
        by_hand = dispatch.version_id is None and dispatch.message_class not in _AUTOMATIC
        automatic = _AUTOMATIC.get(dispatch.message_class, frame.auto_submitted)
        return replace(frame, auto_submitted="" if by_hand or bulk else automatic)


_AUTOMATIC: Mapping[str, str] = {MessageClass.INTERNAL: "auto-generated", MessageClass.AUTO_REPLY: "auto-replied"}


@lru_cache(maxsize=MOST_COMPILED)
def _compile(source: TemplateSource, *, fields: frozenset[str], footer: Footer | None) -> CompiledTemplate:
    """Compile a text, unless another dispatch has compiled the same; raises TemplateFault."""
    return compile_source(source, fields=fields, footer=footer)


def pick(words: Mapping[str, str], language: str) -> str:
    """Return the words in this language, or in any."""
    return words.get(language) or next(iter(words.values()), "")


def write_footer(brand: Brand, *, reason: str, leave: bool) -> Footer:
    """Write the footer of a mail in the active language: sender, reason, phone, address, and opt-out links."""
    return Footer(
        sender=(_("%(brand)s writes to you.") % {"brand": brand.legal_name or brand.name}).replace("..", "."),
        reason=_("You get this mail because: %(reason)s") % {"reason": reason} if reason else "",
        phone=_("Phone: %(phone)s") % {"phone": brand.phone} if brand.phone else "",
        postal=brand.postal_address,
        why_label=_("Why did I get this?"),
        preferences_label=_("What I get and how often") if leave else "",
        unsubscribe_label=_("Unsubscribe") if leave else "",
    )


def make_shared_headers(
    brand: Brand, *, topic_code: str, topic_name: str, feedback: str, bulk: bool, sign: bool, auto_submitted: str = ""
) -> SharedHeaders:
    """Return the headers that a brand's messages share."""
    keys: tuple[DkimKey, ...] = ()
    if sign and brand.dkim_domain and brand.dkim_selector:
        private = create_dkim_key(settings.HOME, domain=brand.dkim_domain, selector=brand.dkim_selector)
        keys = (DkimKey(domain=brand.dkim_domain, selector=brand.dkim_selector, private=private),)
    domain = brand.sender_address.rpartition("@")[2]
    return SharedHeaders(
        from_name=brand.sender_name,
        from_address=brand.sender_address,
        message_domain=domain,
        return_domain=brand.return_domain,
        reply_domain=brand.return_domain,
        base_url=brand.public_url.rstrip("/"),
        list_label=topic_code,
        list_name=topic_name,
        list_domain=domain if topic_code and bulk else "",
        feedback_id=f"{feedback}:{brand.slug[:15].ljust(5, '-')}",
        bulk=bulk,
        auto_submitted=auto_submitted or ("" if bulk else "auto-generated"),
        keys=keys,
    )
