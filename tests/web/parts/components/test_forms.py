from django import forms

from esmero.web.parts.components.forms import FormPart, group_fields
from tests.web.document import read_document


class Sheet(forms.Form):
    name = forms.CharField()
    port = forms.IntegerField(required=False, initial=8)
    path = forms.CharField(required=False, max_length=3)
    parts = (FormPart("Seldom needed", ("port", "path"), folded=True),)


def drawn(form):
    return [(part.title, [field.name for field in part.fields], part.is_open) for part in group_fields(form)]


def test_what_no_part_names_stands_first_and_the_seldom_needed_is_folded():
    assert drawn(Sheet()) == [("", ["name"], True), ("Seldom needed", ["port", "path"], False)]
    assert read_document(Sheet()).texts("details.part > summary") == ["Seldom needed"]
    assert not read_document(Sheet()).has("details[open]")


def test_what_holds_something_or_is_wrong_is_open():
    assert drawn(Sheet(initial={"port": 9}))[1][2], "another value than the usual one"
    assert drawn(Sheet({"name": "x", "path": "too long"}))[1][2]
    assert not drawn(Sheet({"name": "x", "port": "8", "path": ""}))[1][2]
    assert read_document(Sheet({"name": "x", "path": "too long"})).has("details.part[open]")


def test_a_form_without_parts_is_drawn_as_ever():
    class Plain(forms.Form):
        name = forms.CharField()

    assert [part.title for part in group_fields(Plain())] == [""]
    assert not read_document(Plain()).has("details")
