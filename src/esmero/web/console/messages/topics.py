"""Manage topics: subject, purpose, and names in the readers' languages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_POST

from esmero.house.models import Brand
from esmero.people.models import Purpose, Topic
from esmero.people.permissions.listing import TOPICS
from esmero.people.permissions.topics import archive_topic, has_entries, save_purpose, save_topic
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, edit_view
from esmero.web.console.generic_pages.list_pages import answer_list
from esmero.web.console.page_frame import read_brand
from esmero.web.console.settings.first_steps import next_step
from esmero.web.console.undo.toast import offer_undo
from esmero.web.parts.components.template_tags import said, state
from esmero.web.parts.components.translated_fields import add_wordings, read_wordings
from esmero.web.parts.labels.states import LANGUAGE_NAMES


class TopicForm(forms.Form):
    """Edit a topic: brand, code, names and purpose."""

    brand = forms.ModelChoiceField(
        label=gettext_lazy("Brand"), queryset=Brand.objects.order_by("name"), empty_label=gettext_lazy("Choose one")
    )
    code = forms.SlugField(
        label=gettext_lazy("Short code"),
        max_length=60,
        help_text=gettext_lazy("Small letters, digits and hyphens. It stands in addresses and does not change later."),
    )
    purpose = forms.ModelChoiceField(
        label=gettext_lazy("Purpose"),
        queryset=Purpose.objects.order_by("code"),
        empty_label=gettext_lazy("Choose one"),
        help_text=gettext_lazy("What the permission is for; it decides whether the rules for advertising apply."),
    )

    archive_is_public = forms.BooleanField(
        label=gettext_lazy("Anybody may read its issues on the web"),
        required=False,
        help_text=gettext_lazy("A public page and a feed, with everything personal and all advertising left out."),
    )

    def __init__(self, data: Any, *, topic: Topic | None, brand: Brand | None) -> None:
        purposes = list(Purpose.objects.values_list("pk", flat=True)[:2])
        initial: dict[str, Any] = {"brand": brand, "purpose": purposes[0] if len(purposes) == 1 else None}
        if topic is not None:
            initial = {"purpose": topic.purpose_id, "archive_is_public": topic.archive_is_public}
        super().__init__(data, initial=initial)
        self._topic = topic
        fields: dict[str, Any] = self.fields
        fields["purpose"].label_from_instance = _purpose_label
        own = (topic.brand if topic else brand).language if topic or brand else "en"  # type: ignore[union-attr]
        add_wordings(self, "name", _("Name (%(language)s)"), first=own, stored=topic.name if topic else {}, most=120)
        words = topic.description if topic else {}
        label = _("What one gets (%(language)s)")
        add_wordings(self, "description", label, first=own, stored=words, most=300, required=False)
        fields["archive_is_public"] = fields.pop("archive_is_public")  # last: the rarest question
        if topic is not None:
            del fields["brand"], fields["code"]
            if has_entries(topic):
                fields["purpose"].disabled = True
                fields["purpose"].help_text = _(
                    "People gave their permission for this purpose; it cannot change any more."
                )

    def clean(self) -> dict[str, Any]:
        """Refuse a code that the brand already has."""
        given: dict[str, Any] = super().clean() or {}
        if self._topic is None and given.get("brand") and given.get("code"):
            given["code"] = given["code"].lower()
            if Topic.objects.filter(brand=given["brand"], code=given["code"]).exists():
                self.add_error("code", _("This brand has a topic with this code."))
        return given


def _purpose_label(purpose: Purpose) -> str:
    kind = _("advertising") if purpose.commercial else _("no advertising")
    return f"{said(purpose.name) or purpose.code} ({kind})"


def _say_first_purpose() -> dict[str, str]:
    words = {}
    for code, _name in LANGUAGE_NAMES:
        with override(code):
            words[code] = _("News and offers")
    return words


class PurposeForm(forms.Form):
    """Edit a purpose: code, names, and whether it is advertising."""

    code = forms.SlugField(label=gettext_lazy("Short code"), max_length=40)
    commercial = forms.BooleanField(
        label=gettext_lazy("It is advertising"),
        required=False,
        initial=True,
        help_text=gettext_lazy("If in doubt, it is. This cannot be changed later."),
    )

    def __init__(self, data: Any, *, purpose: Purpose | None) -> None:
        super().__init__(data)
        # Nearly every installation starts with this purpose; its texts can be changed.
        suggested: dict[str, str] = {} if Purpose.objects.exists() else _say_first_purpose()
        stored = purpose.name if purpose else suggested
        add_wordings(self, "name", _("Name (%(language)s)"), first="", stored=stored, most=120)
        self.fields["code"].initial = "news" if suggested else ""
        if purpose is not None:
            del self.fields["code"], self.fields["commercial"]

    def clean_code(self) -> str:
        """Refuse a code that is taken."""
        code: str = self.cleaned_data["code"].lower()
        if Purpose.objects.filter(code=code).exists():
            raise forms.ValidationError(_("Another purpose has this code."))
        return code


@requires()
def topics(request: HttpRequest) -> HttpResponseBase:
    """List the topics of all brands, and the purposes below."""
    new = reverse("console:topic-new")
    return answer_list(
        request,
        "console/messages/topics.html",
        listing=TOPICS,
        rows=Topic.objects.select_related("brand", "purpose"),
        subject="topics",
        purposes=list(Purpose.objects.order_by("code")),
        next_step=next_step(request, here="topic"),
        empty_title=_("No topic yet"),
        empty_text=_("A topic is what a brand writes about regularly, and what people can choose: news, offers, tips."),
        empty_url=new,
        empty_action=_("New topic"),
    )


@requires("house.settings")
def edit_topic(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Create or change a topic."""
    if pk is None and not Purpose.objects.exists():
        return redirect("console:purpose-new")  # which says why
    return _edit_topic(request, pk=pk)


def _save_topic(edit: Edit[Topic]) -> Topic:
    given = edit.given
    return save_topic(
        edit.row or Topic(brand=given["brand"], code=given["code"]),
        name=read_wordings(given, "name"),
        description=read_wordings(given, "description"),
        purpose=given["purpose"],
        archive_is_public=given["archive_is_public"],
        by=edit.by,
        seen=edit.seen,
    )


def _describe_topic(_request: HttpRequest, topic: Topic | None) -> Mapping[str, Any]:
    if topic is None:
        return {}
    status = state("topic", "archived" if topic.archived_at else "offered")
    return {"topic": topic, "lead": format_html("{} {} · {}", status, topic.brand.name, topic.code)}


_TOPICS_PAGE = (("campaigns", gettext_lazy("Messages")), ("topics", gettext_lazy("Topics")))
_edit_topic = edit_view(
    EditView(
        rows=lambda: Topic.objects.select_related("brand", "purpose"),
        subject="topics",
        right="house.settings",
        form=lambda request, data, topic: TopicForm(data, topic=topic, brand=read_brand(request)),
        save=_save_topic,
        above=_TOPICS_PAGE,
        new=gettext_lazy("New topic"),
        lead=gettext_lazy("Readers see its name and description where they choose what they get."),
        name=lambda topic: said(topic.name) or topic.code,
        fields={"purpose-fixed": "purpose"},
        facts=_describe_topic,
        beside="console/messages/topic_archive.html",
    )
)


@require_POST
@requires("house.settings")
def toggle_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Archive a topic, or restore it; a toast offers undo."""
    topic = get_object_or_404(Topic, pk=pk)
    archive = topic.archived_at is None
    archive_topic(topic, at=timezone.now() if archive else None, by=staff(request))
    name = said(topic.name) or topic.code
    words = (
        _("“%(name)s” is no longer offered. What people said about it stays.")
        if archive
        else _("“%(name)s” is offered again.")
    )
    offer_undo(
        request, words % {"name": name}, kind="topic-archived" if archive else "topic-brought-back", topic=topic.pk
    )
    return redirect("console:topics")


def _save_purpose(edit: Edit[Purpose]) -> Purpose:
    given, purpose = edit.given, edit.row
    return save_purpose(
        purpose or Purpose(code=given["code"]),
        name=read_wordings(given, "name"),
        commercial=bool(given.get("commercial", purpose.commercial if purpose else False)),
        by=edit.by,
    )


def _explain_first_purpose(_request: HttpRequest, _purpose: Purpose | None) -> Mapping[str, Any]:
    if Purpose.objects.exists():
        return {}
    words = _("A topic needs a purpose. One is suggested here; change it as you like, then name the topic.")
    return {"before": words}


edit_purpose = edit_view(
    EditView(
        rows=Purpose.objects.all,
        subject="topics",
        right="house.settings",
        form=lambda _request, data, purpose: PurposeForm(data, purpose=purpose),
        save=_save_purpose,
        above=_TOPICS_PAGE,
        new=gettext_lazy("New purpose"),
        lead=gettext_lazy(
            "What a permission is for. People who allow offers have not allowed surveys: each purpose is asked for"
            " apart."
        ),
        name=lambda purpose: said(purpose.name) or purpose.code,
        go=lambda _purpose: ("topics" if Topic.objects.exists() else "topic-new", ()),
        facts=_explain_first_purpose,
    )
)
