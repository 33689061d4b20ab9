"""Create, change, open and close sign-up forms; a changed wording gets a new version, which each proof names."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from esmero.asks.models import Form, FormState, Submission
from esmero.house.audit import note
from esmero.house.editing.row_versions import advance_version
from esmero.house.models import Brand, User
from esmero.people.models import Topic
from esmero.refusal import Refusal


def save_form(
    form: Form | None,
    *,
    brand: Brand,
    topics: Sequence[Topic],
    facts: Mapping[str, Any],
    by: User | str,
    seen: int | None = None,
) -> Form:
    """Create a form (None: a draft) or change one, with its topics; `facts` are its columns.

    Raises StaleWrite if somebody changed it since the row version `seen` (house/editing/row_versions.py).
    """
    with transaction.atomic():
        if form is not None:
            advance_version(form, seen=seen)
        kept = form or Form(brand=brand, created_by=str(by))
        changed = form is not None and dict(form.wording) != dict(facts["wording"])
        for name, value in facts.items():
            setattr(kept, name, value)
        if changed:
            kept.wording_version += 1
        kept.save()
        kept.topics.set(topics)
        note("form.changed" if form else "form.created", by=by, subject=kept, facts={"wording": kept.wording_version})
    return kept


def open_form(form: Form, *, by: User | str) -> Form:
    """Open a form for sign-ups; raises Refusal with the missing parts."""
    missing = [
        code
        for code, there in (
            ("topic", form.topics.filter(archived_at=None).exists()),
            ("wording", any(text.strip() for text in form.wording.values())),
        )
        if not there
    ]
    if missing:
        raise Refusal("form-incomplete", missing=missing)
    return _move(form, to=Form.State.OPEN, by=by)


def close_form(form: Form, *, by: User | str) -> Form:
    """Close a form to new entries; pending confirmations stay valid."""
    return _move(form, to=Form.State.CLOSED, by=by)


def _move(form: Form, *, to: FormState, by: User | str) -> Form:
    with transaction.atomic():
        if Form.objects.filter(pk=form.pk).exclude(state=to).update(state=to):
            note(f"form.{to.value}", by=by, subject=form)
    form.refresh_from_db()
    return form


def form_rows(*, brand: Brand) -> QuerySet[Form]:
    """Return a brand's forms with the number of `waiting` and `confirmed` entries."""
    return Form.objects.filter(brand=brand).annotate(
        waiting=_count(Submission.State.PENDING),
        confirmed=_count(Submission.State.CONFIRMED),
    )


def _count(state: str) -> Any:
    entries = Submission.objects.filter(form=OuterRef("pk"), state=state).order_by().values("form")
    return Coalesce(Subquery(entries.annotate(number=Count("pk")).values("number"), output_field=IntegerField()), 0)


def form_url(form: Form) -> str:
    """Return the public URL of a form."""
    return f"{form.brand.public_url.rstrip('/')}/s/{form.slug}"
