"""Manage custom fields: data about people beyond the standard fields, each declared with its kind."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from esmero.mailroom.composing.recipient_fields import FORM_FIELDS, SHARE_URL
from esmero.people.models import CustomField, Person
from esmero.people.persons.custom_fields import (
    ValuesUnfit,
    change_field,
    count_values,
    declare_field,
    delete_field,
    list_segments,
)
from esmero.people.persons.listing import FIELDS
from esmero.refusal import Refusal
from esmero.rendering.templates.placeholders import TOKEN_FIELDS
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.list_pages import ListView, list_view
from esmero.web.console.page_frame import show, show_part, wants_part
from esmero.web.parts.components.rates import fill
from esmero.web.parts.components.tables import draw_link
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.components.translated_fields import add_wordings, read_wordings
from esmero.web.refusals.say import say
from esmero.web.refusals.words.people import FIELD_KINDS


class FieldForm(forms.Form):
    """Edit a field: key, labels, kind and, for a choice, its options."""

    key = forms.RegexField(
        r"[a-z][a-z0-9_]{0,59}",
        label=gettext_lazy("Key"),
        help_text=gettext_lazy(
            "Small letters, digits and underscores: contract_end. Templates and imports name it so."
        ),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(FIELD_KINDS.items()))
    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line; only for the kind “choice”."),
    )

    def __init__(self, data: Any, *, field: CustomField | None) -> None:
        initial = {"kind": field.kind, "choices": "\n".join(field.choices)} if field else None
        super().__init__(data, initial=initial)
        add_wordings(self, "label", _("Name (%(language)s)"), first="", stored=field.label if field else {}, most=80)
        if field is not None:
            del self.fields["key"]

    def clean_key(self) -> str:
        """Refuse a key that is taken, also by a standard field or a letter's link placeholder."""
        key: str = self.cleaned_data["key"]
        taken = {one.name for one in Person._meta.get_fields()} | {*FORM_FIELDS, SHARE_URL, *TOKEN_FIELDS}
        if CustomField.objects.filter(key=key).exists() or key in taken:
            raise forms.ValidationError(_("This key is taken."))
        return key

    def clean(self) -> dict[str, Any]:
        """Split the options into lines; a choice field needs at least one."""
        given: dict[str, Any] = super().clean() or {}
        lines = [line.strip() for line in given.get("choices", "").splitlines() if line.strip()]
        given["choices"] = list(dict.fromkeys(lines)) if given.get("kind") == CustomField.Kind.CHOICE else []
        if given.get("kind") == CustomField.Kind.CHOICE and not given["choices"]:
            self.add_error("choices", _("Name at least one choice."))
        return given


fields = list_view(
    ListView(
        listing=FIELDS,
        rows=lambda _request: CustomField.objects.all(),
        subject="fields",
        right="house.settings",
        up=("settings", gettext_lazy("Settings")),
        title=gettext_lazy("Own fields"),
        lead=gettext_lazy(
            "What you want to know of people beyond name and address: for imports, segments and templates."
        ),
        drawn={"name": lambda field: draw_link("field", field.pk, said(field.label) or field.key)},
        new=("field-new", gettext_lazy("New field")),
        empty=(
            gettext_lazy("No own field yet"),
            gettext_lazy("For example the day a contract ends, or a tariff. An import can make fields, too."),
        ),
    )
)


@requires("house.settings")
def edit_field(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Declare or change a field; stored values that do not fit are refused with counts and examples."""
    field = get_object_or_404(CustomField, pk=pk) if pk else None
    if field is not None and request.method == "GET" and wants_part(request):
        # Counting scans all people, so it follows the page in a request of its own and stops at 10,000.
        return show_part(
            request, "console/settings/field_delete.html", field=field, **_describe_values(count_values(field))
        )
    form = FieldForm(request.POST or None, field=field)
    unfit: ValuesUnfit | None = None
    if request.method == "POST" and form.is_valid():
        try:
            saved, rewritten = _save(request, form, field=field)
        except ValuesUnfit as refusal:
            unfit = refusal
        except Refusal as refusal:
            form.add_error("kind", say(refusal))
        except ValidationError as invalid:
            form.add_error(None, invalid.messages)
        else:
            words = _("“%(name)s” is kept.") % {"name": said(saved.label)}
            if rewritten:
                rewrites = ngettext("%(number)d value was rewritten.", "%(number)d values were rewritten.", rewritten)
                words = f"{words} {fill(rewrites, number=rewritten)}"
            messages.success(request, words)
            return redirect("console:fields")
    return show(
        request,
        "console/settings/field.html",
        subject="fields",
        form=form,
        field=field,
        unfit={"words": say(unfit), **unfit.facts} if unfit else None,
        segments=list_segments(field) if field else [],
    )


def _describe_values(number: int | None) -> dict[str, str]:
    """Return how many people have a value, and the question before the deletion; None is more than 10,000."""
    if number is None:
        return {
            "values": _("more than 10,000 people have a value"),
            "ask": _("Delete the field, and with it the values of more than 10,000 people?"),
        }
    values = ngettext("%(shown)s person has a value", "%(shown)s people have a value", number)
    ask = ngettext(
        "Delete the field, and with it the value of %(shown)s person?",
        "Delete the field, and with it the values of %(shown)s people?",
        number,
    )
    return {"values": fill(values, shown=number), "ask": fill(ask, shown=number)}


def _save(request: HttpRequest, form: FieldForm, *, field: CustomField | None) -> tuple[CustomField, int]:
    given = form.cleaned_data
    label, by = read_wordings(given, "label"), staff(request)
    if field is None:
        made = declare_field(given["key"], label=label, kind=given["kind"], choices=given["choices"], by=by)
        return made, 0
    number = change_field(field, label=label, kind=given["kind"], choices=given["choices"], by=by)
    return field, number


@require_POST
@requires("house.settings")
def remove_field(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a field with its values."""
    field = get_object_or_404(CustomField, pk=pk)
    name = said(field.label) or field.key
    number = delete_field(field, by=staff(request))
    words = ngettext(
        "“%(name)s” is deleted, with the value of %(number)d person.",
        "“%(name)s” is deleted, with the values of %(number)d people.",
        number,
    )
    messages.success(request, fill(words, name=name, number=number))
    return redirect("console:fields")
