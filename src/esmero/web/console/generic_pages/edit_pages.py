"""Answer the form pages of the console: get, form, save, refusal, message, redirect; and the deletion beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esmero.house.editing.row_versions import StaleWrite
from esmero.house.models import User
from esmero.house.rights import Right
from esmero.lists.columns import Words
from esmero.refusal import Refusal
from esmero.web.console.access import View, requires, staff
from esmero.web.console.page_frame import show
from esmero.web.parts.components.stale_notes import StaleNote, compare_forms, read_seen
from esmero.web.refusals.say import say

type PageAbove = tuple[str, Words, *tuple[int, ...]]
type MakeForm[Row] = Callable[[HttpRequest, Any, Row | None], forms.Form]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit[Row: Model]:
    """Hold one change: its request, the form's values, the row (None: a new one), and the version that was seen."""

    request: HttpRequest
    form: Any
    row: Row | None
    seen: int | None

    @property
    def by(self) -> User:
        """Return the author."""
        return staff(self.request)

    @property
    def given(self) -> dict[str, Any]:
        """Return the values of the form."""
        given: dict[str, Any] = self.form.cleaned_data
        return given


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAct[Row: Model]:
    """Describe a button below the form that does something else with the row; `value` is sent as `act`.

    `run` also tells the user about the outcome.
    """

    value: str
    title: Words
    run: Callable[[HttpRequest, Row], object]
    grave: bool = False

    @property
    def variant(self) -> str:
        """Return the look of the button."""
        return "word" if self.grave else "outline"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditView[Row: Model]:
    """Describe the page on which an object is made or changed.

    `form` makes the form from a request, its data (None: unbound) and the row; `save` writes a change and returns the
    row. `above` are the pages above this one with the ids in their routes, the last of them the list; `name` returns
    the title of a row, `new` is the title without one. `rows` are the objects that may be changed (None: the caller of
    answer_edit finds the row). `saved` are the words after saving, with %(name)s; None: `save` tells the user. `go`
    returns the route that follows and its arguments, the list unless it is given.

    `fields` names the field of a refusal by its code; others stand above the form. `heading` stands above the form,
    `button` on its main button; `acts` are further buttons for a row. `remove` is the route that deletes a row, with
    the words beside its button. `facts` adds to the context, also of `beside`, a template with further cards. `layout`
    is the class of the box around the cards.
    """

    subject: str
    right: Right
    form: MakeForm[Row]
    save: Callable[[Edit[Row]], Row]
    above: tuple[PageAbove, ...]
    rows: Callable[[], QuerySet[Row]] | None = None
    new: Words = ""
    lead: Words = ""
    name: Callable[[Row], Words] = str
    saved: Words | None = ""
    go: Callable[[Row], tuple[str, tuple[Any, ...]]] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    acts: tuple[PageAct[Row], ...] = ()
    button: Words = ""
    heading: Words = ""
    remove: str = ""
    remove_text: Words = ""
    facts: Callable[[HttpRequest, Row | None], Mapping[str, Any]] = lambda _request, _row: {}
    beside: str = ""
    wide: bool = False
    layout: str = "split"
    template: str = "console/edit.html"

    def find(self, pk: int) -> Row:
        """Return the row; 404 without it."""
        assert self.rows is not None
        return get_object_or_404(self.rows(), pk=pk)

    @property
    def pages_above(self) -> list[tuple[str, Words]]:
        """Return the addresses and words of the pages above this one."""
        return [(reverse(f"console:{route}", args=ids), words) for route, words, *ids in self.above]

    def next_page(self, row: Row) -> HttpResponse:
        """Return the redirect after saving."""
        if self.go is None:
            return redirect(self.pages_above[-1][0])
        route, arguments = self.go(row)
        return redirect(f"console:{route}", *arguments)


def edit_view[Row: Model](view: EditView[Row]) -> View:
    """Return the view function of a form page, for a new object and for one that exists."""

    @requires(view.right)
    def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return answer_edit(request, view, row=view.find(pk) if pk else None)

    return edit


def answer_edit[Row: Model](request: HttpRequest, view: EditView[Row], *, row: Row | None) -> HttpResponse:
    """Answer a form page, whose right the caller has asked for: form, act, save, refusal, message, redirect."""
    act = request.POST.get("act", "") if view.acts else ""
    if act and row is not None:
        for offered in view.acts:
            if offered.value == act:
                offered.run(request, row)
                return view.next_page(row)
    form, stale = view.form(request, None if act else request.POST or None, row), None
    if request.method == "POST" and form.is_valid():
        # The version that the reader saw; rows without one are written as they come.
        version = getattr(row, "row_version", None)
        seen = read_seen(request.POST, otherwise=version) if version is not None else None
        try:
            saved = view.save(Edit(request=request, form=form, row=row, seen=seen))
        except StaleWrite as refusal:
            assert row is not None
            row = view.find(row.pk)
            theirs = view.form(request, None, row)
            stale = StaleNote(words=say(refusal), differences=compare_forms(form, theirs=theirs))
        except Refusal as refusal:
            form.add_error(view.fields.get(refusal.code), say(refusal))
        except ValidationError as invalid:
            add_faults(form, invalid)
        else:
            if view.saved is not None:
                words = str(view.saved) or _("“%(name)s” is kept.")
                messages.success(request, words % {"name": view.name(saved)})
            return view.next_page(saved)
    return show_edit(request, view, form=form, row=row, stale=stale)


def show_edit[Row: Model](
    request: HttpRequest,
    view: EditView[Row],
    *,
    form: forms.Form,
    row: Row | None,
    stale: StaleNote | None = None,
    **context: Any,
) -> HttpResponse:
    """Show a form page; `context` replaces facts of the view."""
    above = view.pages_above
    facts = {
        "form": form,
        "row": row,
        "stale": stale,
        "title": view.name(row) if row is not None else view.new,
        "lead": view.lead,
        "above": above,
        "back": above[-1][0],
        "wide": view.wide,
        "layout": view.layout,
        "button": view.button,
        "heading": view.heading,
        "acts": view.acts if row is not None else (),
        "beside": view.beside if row is not None else "",
        "remove": reverse(f"console:{view.remove}", args=[row.pk]) if view.remove and row is not None else "",
        "remove_text": view.remove_text,
        **view.facts(request, row),
        **context,
    }
    return show(request, view.template, subject=view.subject, **facts)


def remove_view[Row: Model](view: EditView[Row], remove: Callable[[Row, User], object], *, removed: Words = "") -> View:
    """Return the view function that deletes a row; a refusal is shown by the middleware of refusals."""

    @require_POST
    @requires(view.right)
    def delete(request: HttpRequest, pk: int) -> HttpResponse:
        row = view.find(pk)
        name = view.name(row)
        remove(row, staff(request))
        messages.success(request, (str(removed) or _("“%(name)s” is deleted.")) % {"name": name})
        return redirect(view.pages_above[-1][0])

    return delete


def add_faults(form: forms.Form, invalid: ValidationError) -> None:
    """Add the faults of a model to the form: each to its field, others above the form."""
    if not hasattr(invalid, "error_dict"):
        form.add_error(None, invalid.messages)
        return
    for name, faults in invalid.message_dict.items():
        form.add_error(name if name in form.fields else None, faults)
