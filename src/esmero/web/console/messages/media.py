"""Manage the brand's pictures: upload, alternative text by language, archive, and choice in the editors."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from esmero.content.archiving import archive
from esmero.content.listing import MEDIA
from esmero.content.media import (
    add_picture,
    describe_picture,
    find_uses,
    public_address,
    public_path,
)
from esmero.content.models import MediaFile
from esmero.house.models import Brand
from esmero.house.roles import may
from esmero.house.upload_limits import PICTURE
from esmero.lists.filters import Rows
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, answer_edit
from esmero.web.console.generic_pages.list_pages import BulkAct, ListView, act_view, list_view
from esmero.web.console.page_frame import read_brand, take_brand
from esmero.web.console.undo.toast import offer_undo
from esmero.web.files.upload_field import UploadField
from esmero.web.parts.components.rates import fill
from esmero.web.parts.components.template_tags import chip, language_name
from esmero.web.parts.components.translated_fields import LANGUAGE_NAMES, add_wordings

MOST_OFFERED = 60
ABOVE = (("campaigns", gettext_lazy("Messages")), ("media", gettext_lazy("Pictures")))


def _draw_picture(row: MediaFile) -> SafeString:
    archived = chip("plain", _("archived")) if row.archived_at else ""
    return format_html(
        '<a class="pictured" href="{}"><img class="thumb" src="{}" alt="" loading="lazy" width="64" height="48">'
        "<span>{}</span></a> {}",
        reverse("console:picture", args=[row.pk]),
        public_path(row),
        row.name,
        archived,
    )


def _draw_missing_texts(row: MediaFile) -> str | SafeString:
    missing = [language_name(code) for code, _name in LANGUAGE_NAMES if not row.alt.get(code)]
    if not missing:
        return chip("kept", _("in all languages"))
    return chip("wait", _("missing: %(languages)s") % {"languages": ", ".join(missing)})


class DescribeForm(forms.Form):
    """Edit the name of a picture and its alternative text."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=140)

    def __init__(self, *args: Any, brand: Brand, alt: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = _("What is seen, in words (%(language)s)")
        add_wordings(self, "alt", label, first=brand.language, stored=alt or {}, most=300, required=False)

    def alt(self) -> dict[str, str]:
        """Return the alternative texts by language."""
        return {code: self.cleaned_data[f"alt_{code}"] for code, _name in LANGUAGE_NAMES}


class UploadForm(DescribeForm):
    """Upload a picture."""

    file = UploadField(
        rule=PICTURE, label=gettext_lazy("File"), help_text=gettext_lazy("PNG, JPEG, GIF or WebP, up to 8 MB.")
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=140,
        required=False,
        help_text=gettext_lazy("Left empty: the name of the file."),
    )
    field_order = ["file", "name"]


def _rows(request: HttpRequest) -> Rows:
    rows = MediaFile.objects.filter(brand=read_brand(request))
    return rows if request.GET.get("archived") else rows.filter(archived_at=None)


def _archive(request: HttpRequest, rows: Rows, _value: str) -> None:
    changed = archive(MediaFile, list(rows.values_list("pk", flat=True)), by=staff(request))
    if changed:
        words = ngettext("%(number)d picture is archived.", "%(number)d pictures are archived.", len(changed))
        offer_undo(request, fill(words, number=len(changed)), kind="media-archived", pictures=changed)


VIEW = ListView(
    listing=MEDIA,
    rows=_rows,
    subject="media",
    up=("campaigns", gettext_lazy("Messages")),
    title=gettext_lazy("Pictures"),
    lead=gettext_lazy("What the brand’s mails show, each with its words for those who do not see it."),
    new=("picture-new", gettext_lazy("Add a picture")),
    new_right="campaigns.write",
    drawn={"name": _draw_picture, "size": lambda row: filesizeformat(row.size), "alt": _draw_missing_texts},
    empty=(
        gettext_lazy("No picture yet"),
        gettext_lazy(
            "Bring the pictures that your mails show. They are kept once and lose what a camera wrote into them."
        ),
    ),
    begin=("picture-new", gettext_lazy("Add a picture")),
    acts_address="media-act",
    acts=(BulkAct(value="archive", title=gettext_lazy("Archive"), permission="campaigns.write", run=_archive),),
)
media = list_view(VIEW)
act_on_media = act_view(VIEW)


@requires("campaigns.write")
def new_picture(request: HttpRequest) -> HttpResponse:
    """Store a picture; open the existing one if it is already stored."""
    brand = take_brand(request)

    def save(edit: Edit[MediaFile]) -> MediaFile:
        file, name = edit.given["file"], edit.given["name"]
        kept, new = add_picture(file, brand=brand, name=name or file.name, alt=edit.form.alt(), by=edit.by)
        words = _("The picture is kept.") if new else _("This picture was here already, under the name “%(name)s”.")
        messages.success(request, words % {"name": kept.name})
        return kept

    view = EditView(
        subject="media",
        right="campaigns.write",
        form=lambda request, data, _row: UploadForm(data, request.FILES or None, brand=brand),
        save=save,
        above=ABOVE,
        new=_("Add a picture"),
        lead=_("Whoever has the mail can see it; nobody else finds it. What a camera wrote into it is taken out."),
        saved=None,
        go=lambda kept: ("picture", (kept.pk,)),
        button=_("Keep the picture"),
        layout="stack",
    )
    return answer_edit(request, view, row=None)


@requires()
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a picture, its alternative texts and its uses; who may write campaigns changes its name and texts."""
    shown = get_object_or_404(MediaFile.objects.select_related("brand"), pk=pk)
    writes = may(staff(request), "campaigns.write")
    facts = {
        "path": public_path(shown),
        "address": public_address(shown, brand=shown.brand),
        "uses": list(find_uses(shown)[:50]),
    }

    def save(edit: Edit[MediaFile]) -> MediaFile:
        describe_picture(shown, name=edit.given["name"], alt=edit.form.alt(), by=edit.by)
        return shown

    view = EditView(
        subject="media",
        right="campaigns.write",
        form=lambda _request, data, _row: DescribeForm(
            data if writes else None, initial={"name": shown.name}, brand=shown.brand, alt=shown.alt
        ),
        save=save,
        above=ABOVE,
        name=lambda row: row.name,
        saved=_("Kept."),
        go=lambda row: ("picture", (row.pk,)),
        facts=lambda _request, _row: facts,
        template="console/messages/picture.html",
    )
    return answer_edit(request, view, row=shown)


@require_safe
@requires()
def list_pictures(request: HttpRequest) -> JsonResponse:
    """Return the newest pictures for an editor, filtered by `q`, with the alternative text in `language`."""
    rows = MediaFile.objects.filter(brand=read_brand(request), archived_at=None).order_by("-created_at", "-id")
    words, language = request.GET.get("q", "").strip(), request.GET.get("language", "")
    if words:
        rows = rows.filter(name__icontains=words)
    offered = [
        {
            "src": public_path(row),
            "name": row.name,
            "alt": row.alt.get(language, ""),
            "width": row.width,
            "height": row.height,
        }
        for row in rows[:MOST_OFFERED]
    ]
    return JsonResponse({"pictures": offered})
