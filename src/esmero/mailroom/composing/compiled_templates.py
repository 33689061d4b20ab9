"""Provide a message renderer per dispatch and language, compiled once and cached while the dispatch runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from esmero.content.models import TemplateText
from esmero.content.versions import register_links, source_of
from esmero.house.keys import create_dkim_key, token_keys
from esmero.house.models import Brand
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.outbox.models import Dispatch
from esmero.rendering.message import MessageRenderer, SharedHeaders
from esmero.rendering.mime.dkim import DkimKey
from esmero.rendering.templates.compile import compile_source
from esmero.rendering.templates.footer import Footer
from esmero.rendering.tokens import Signer


def open_signer() -> Signer:
    """Return the signer of this installation's tokens."""
    keys = token_keys(settings.HOME)
    return Signer(keys, current=max(keys))


@dataclass
class CompiledTemplates:
    """Hold the renderers of one dispatch by language. A missing language falls back to the brand's, then to any."""

    dispatch: Dispatch
    signer: Signer
    relay_signs: bool
    _texts: dict[str, TemplateText] = field(init=False)
    _ready: dict[str, MessageRenderer] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        texts = TemplateText.objects.filter(version=self.dispatch.version_id) if self.dispatch.version_id else []
        self._texts = {text.language: text for text in texts}

    def language_for(self, preferred: str) -> str:
        """Return the language of the message for a person who prefers `preferred`."""
        brand = self.dispatch.brand
        for language in (preferred, brand.language):
            if language in self._texts:
                return language
        return next(iter(self._texts))

    def renderer_for(self, preferred: str) -> MessageRenderer:
        """Return the renderer; raises TemplateFault or HeaderInjection if text or brand cannot be rendered."""
        language = self.language_for(preferred)
        renderer = self._ready.get(language)
        if renderer is None:
            renderer = self._ready[language] = self._make(language)
        return renderer

    def _make(self, language: str) -> MessageRenderer:
        dispatch, text = self.dispatch, self._texts[language]
        bulk = dispatch.topic is not None  # only a topic can be unsubscribed from
        reason = dispatch.reason.get(language) or next(iter(dispatch.reason.values()), "")
        with translation.override(language):
            footer = write_footer(dispatch.brand, reason=reason, leave=bulk)
            topic = pick(dispatch.topic.name, language) if dispatch.topic else ""
        compiled = compile_source(source_of(text), fields=known_fields(), footer=footer)
        frame = make_shared_headers(
            dispatch.brand,
            topic_code=dispatch.topic.code if dispatch.topic else "",
            topic_name=topic,
            feedback=f"{dispatch.pk}:{dispatch.message_class}",
            bulk=bulk,
            sign=not self.relay_signs,
        )
        return MessageRenderer(compiled, frame, link_ids=register_links(text, urls=compiled.links), signer=self.signer)


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
