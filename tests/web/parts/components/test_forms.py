from django import forms

from esmero.web.parts.components.forms import FormPart, group_fields


class Sheet(forms.Form):
    name = forms.CharField()
    port = forms.IntegerField(required=False, initial=8)
    path = forms.CharField(required=False, max_length=3)
    parts = (FormPart("Seldom needed", ("port", "path"), folded=True),)


def drawn(form):
    return [(part.title, [field.name for field in part.fields], part.is_open) for part in group_fields(form)]


def test_what_no_part_names_stands_first_and_the_seldom_needed_is_folded():
    assert drawn(Sheet()) == [("", ["name"], True), ("Seldom needed", ["port", "path"], False)]
    assert "<details" in str(Sheet())
    assert '<details class="part" open' not in str(Sheet())


def test_what_holds_something_or_is_wrong_is_open():
    assert drawn(Sheet(initial={"port": 9}))[1][2], "another value than the usual one"
    assert drawn(Sheet({"name": "x", "path": "too long"}))[1][2]
    assert not drawn(Sheet({"name": "x", "port": "8", "path": ""}))[1][2]
    assert '<details class="part" open' in str(Sheet({"name": "x", "path": "too long"}))


def test_a_form_without_parts_is_drawn_as_ever():
    class Plain(forms.Form):
        name = forms.CharField()

    assert [part.title for part in group_fields(Plain())] == [""]
    assert "<details" not in str(Plain())
