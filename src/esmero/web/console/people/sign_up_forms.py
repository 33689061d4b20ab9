"""Manage sign-up forms: fields, wording, embedding, and the number of sign-ups."""

import io
from typing import Any

import qrcode
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from qrcode.image.svg import SvgPathImage

from esmero.asks.listing import FORMS
from esmero.asks.models import Form
from esmero.asks.sign_up_forms import close_form, form_rows, form_url, open_form, save_form
from esmero.asks.submissions import STANDARD_FIELDS
from esmero.house.models import Brand
from esmero.house.roles import may
from esmero.people.models import CustomField, Topic
from esmero.vault.file_types import SVG
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, edit_view
from esmero.web.console.generic_pages.list_pages import answer_list
from esmero.web.console.page_frame import read_brand, take_brand
from esmero.web.files.serving import serve_made
from esmero.web.parts.components.forms import DrawnFormPart, group_fields
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.components.translated_fields import add_wordings, read_wordings

MOST_FIELDS = 6


class SignUpForm(forms.Form):
    """Edit the texts, topics and fields of a sign-up form."""

    template_name = "console/people/form_fields.html"

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        help_text=gettext_lazy("For you and your colleagues; readers do not see it."),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Last part of its address"),
        max_length=60,
        help_text=gettext_lazy("Small letters, digits and hyphens. Do not change it once it is printed somewhere."),
    )
    topics = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Topics to choose from"),
        queryset=Topic.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing is ticked beforehand."),
    )
    asks_frequency = forms.BooleanField(label=gettext_lazy("Ask how often"), required=False)

    def __init__(self, data: Any, *, brand: Brand, form: Form | None) -> None:
        super().__init__(data, initial=_initial(form))
        self._form, self._language = form, brand.language
        fields: dict[str, Any] = self.fields
        fields["topics"].queryset = Topic.objects.filter(brand=brand, archived_at=None).order_by("id")
        fields["topics"].label_from_instance = lambda topic: said(topic.name) or topic.code
        proof = _("Stored with each permission as its proof; a change is a new version.")
        for name, label, hint, lines in (
            ("title", _("Title (%(language)s)"), "", 1),
            ("intro", _("What one gets, and why (%(language)s)"), "", 2),
            ("wording", _("What they agree to (%(language)s)"), proof, 2),
        ):
            add_wordings(
                self, name, label, first=brand.language, stored=getattr(form, name) if form else {}, most=1000,
                required=name != "intro", hint=hint, lines=lines,
            )  # fmt: skip
        choices = [("", _("nothing more")), *_field_choices()]
        for number in range(MOST_FIELDS):
            fields[f"field_{number}"] = forms.ChoiceField(
                label=_("Field %(number)d") % {"number": number + 1},
                choices=choices,
                required=False,
                widget=forms.Select(attrs={"class": "select"}),
            )
            fields[f"required_{number}"] = forms.BooleanField(
                label=_("must be filled in"), required=False, widget=forms.CheckboxInput(attrs={"class": "input"})
            )

    def clean_slug(self) -> str:
        """Refuse a slug that another form has."""
        slug: str = self.cleaned_data["slug"].lower()
        others = Form.objects.filter(slug=slug)
        if (others.exclude(pk=self._form.pk) if self._form else others).exists():
            raise forms.ValidationError(_("Another form has this address."))
        return slug

    def facts(self) -> dict[str, Any]:
        """Return the column values of the form."""
        given = self.cleaned_data
        words = {name: read_wordings(given, name) for name in ("title", "intro", "wording")}
        asked = [
            {"name": given[f"field_{number}"], "required": given[f"required_{number}"]}
            for number in range(MOST_FIELDS)
            if given[f"field_{number}"]
        ]
        return {**words, **{name: given[name] for name in ("name", "slug", "asks_frequency")}, "fields": asked}

    @property
    def own(self) -> list[Any]:
        """Return the texts in the brand's own language and the fields without text."""
        words = [f"{name}_{self._language}" for name in ("title", "intro", "wording")]
        return [self[name] for name in ("name", "slug", "topics", "asks_frequency", *words)]

    @property
    def others(self) -> list[DrawnFormPart]:
        """Return the texts of the other languages, collapsed, by language."""
        return [part for part in group_fields(self) if part.folded]

    @property
    def asked(self) -> list[tuple[Any, Any]]:
        """Return the rows of requested fields: which field, and whether it is required."""
        return [(self[f"field_{number}"], self[f"required_{number}"]) for number in range(MOST_FIELDS)]


@requires()
def sign_ups(request: HttpRequest) -> HttpResponseBase:
    """List the brand's forms."""
    brand = read_brand(request)
    rows = form_rows(brand=brand) if brand else Form.objects.none()
    return answer_list(
        request,
        "console/list.html",
        listing=FORMS,
        rows=rows,
        subject="forms",
        up=(reverse("console:people"), _("People")),
        title=_("Forms"),
        lead=_("Where people entrust you their address, and say what they want and how often."),
        new=(reverse("console:form-new"), _("New form")) if may(staff(request), "campaigns.write") else None,
        empty_title=_("No form yet"),
        empty_text=_(
            "A form lets people entrust you their address: on your own site, by a link, or by a code on the counter."
        ),
        empty_url=reverse("console:form-new"),
        empty_action=_("New form"),
    )


def _save(edit: Edit[Form]) -> Form:
    return save_form(
        edit.row,
        brand=edit.row.brand if edit.row else take_brand(edit.request),
        topics=list(edit.given["topics"]),
        facts=edit.form.facts(),
        by=edit.by,
        seen=edit.seen,
    )


VIEW = EditView(
    rows=lambda: Form.objects.select_related("brand"),
    subject="forms",
    right="campaigns.write",
    form=lambda request, data, form: SignUpForm(data, brand=form.brand if form else take_brand(request), form=form),
    save=_save,
    above=(("people", gettext_lazy("People")), ("forms", gettext_lazy("Forms"))),
    new=gettext_lazy("New form"),
    lead=gettext_lazy(
        "Every permission that comes of it keeps the words that were shown, their version, and when it was confirmed."
    ),
    name=lambda form: form.name,
    saved=gettext_lazy("Kept."),
    go=lambda form: ("form", (form.pk,)),
    facts=lambda _request, form: _embedding(form) if form else {},
    heading=gettext_lazy("What it says and asks"),
    beside="console/people/form_places.html",
    wide=True,
    template="console/people/form.html",
)


edit_form = edit_view(VIEW)


@require_POST
@requires("campaigns.write")
def act_on_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a form to the public, or close it."""
    moved = get_object_or_404(Form, pk=pk)
    (close_form if request.POST.get("act") == "close" else open_form)(moved, by=staff(request))
    return redirect("console:form", pk=pk)


@require_safe
@requires()
def form_code(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """Return the form's address as a QR code in SVG."""
    form = get_object_or_404(Form.objects.select_related("brand"), pk=pk)
    picture = io.BytesIO()
    qrcode.make(form_url(form), image_factory=SvgPathImage, border=2).save(picture)
    return serve_made(picture.getvalue(), name=f"{form.slug}.svg", media_type=SVG, shown=True)


def _address(form: Form) -> str:
    return f"{form.brand.public_url.rstrip('/')}/s/{form.slug}"


def _embedding(form: Form) -> dict[str, Any]:
    """Return the form's address and the HTML to embed it in another site."""
    address = form_url(form)
    topics = form.topics.filter(archived_at=None).order_by("id")
    boxes = "\n".join(
        f'  <label><input type="checkbox" name="topics" value="{topic.pk}"> {said(topic.name) or topic.code}</label>'
        for topic in topics
    )
    words = form.wording.get(form.brand.language, "")
    embed = (
        f'<form action="{address}" method="post">\n'
        f'  <label>E-mail <input type="email" name="email" required></label>\n{boxes}\n'
        f'  <label><input type="checkbox" name="agree" required> {words}</label>\n'
        f"  <button>OK</button>\n</form>"
    )
    return {"address": address, "embed": embed}


def _field_choices() -> list[tuple[str, str]]:
    names = {"given_name": _("Given name"), "family_name": _("Family name"), "organisation": _("Company")}
    own = [(f"own:{one.key}", said(one.label) or one.key) for one in CustomField.objects.order_by("key")]
    return [(name, names[name]) for name in STANDARD_FIELDS] + own


def _initial(form: Form | None) -> dict[str, Any]:
    if form is None:
        return {"asks_frequency": True}
    initial: dict[str, Any] = {name: getattr(form, name) for name in ("name", "slug", "asks_frequency")}
    initial["topics"] = list(form.topics.values_list("pk", flat=True))
    for number, asked in enumerate(form.fields[:MOST_FIELDS]):
        initial[f"field_{number}"], initial[f"required_{number}"] = asked.get("name", ""), asked.get("required", False)
    return initial
