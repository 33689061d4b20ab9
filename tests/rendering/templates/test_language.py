import pytest

from esmero.rendering.templates.language import check_language

FIELDS = frozenset({"city", "works"})


def check(text: str) -> list[str]:
    return [f"{problem.place}: {problem.what}" for problem in check_language(text, part="body", fields=FIELDS)[1]]


@pytest.mark.parametrize(
    "text",
    [
        "no braces } { at all %",
        "{{ city }} {{ city | fallback('x') }} {{ city | upper | trim }}",
        "{% for work in works if work.date %}{{ loop.index }}{{ work['street'] }}{% else %}-{% endfor %}",
        (
            "{% if city == 'León' and works | length > 2 or not city is defined %}x"
            "{% elif city in ['a', 'b'] %}y{% endif %}"
        ),
        "{{ 'a' if city else 'b' }} {{ city ~ '!' }} {{ works[0].street }} {# a remark #}",
    ],
)
def test_what_letters_need_is_allowed(text):
    assert check(text) == []


def test_fields_are_found_and_names_of_loops_are_not():
    used, _ = check_language(
        "{% for work in works %}{{ work.street }}{{ city }}{% endfor %}", part="body", fields=FIELDS
    )
    assert used == {"works", "city"}


def test_a_loops_name_outside_of_its_loop_is_unknown():
    assert check("{% for work in works %}{% endfor %}\n{{ work }}") == ["body line 2: the field “work” does not exist"]


def test_unknown_fields_filters_and_tests_are_all_named_with_their_lines():
    assert sorted(check("{{ cty | uper }}\n{% if city is odder %}{{ x }}{% endif %}")) == [
        "body line 1: the field “cty” does not exist",
        "body line 1: the filter “uper” does not exist",
        "body line 2: the field “x” does not exist",
        "body line 2: the test “odder” does not exist",
    ]


def test_every_field_that_cannot_be_read_is_named():
    found = check("{{ city | }}\n{{ city }}\n{{ 1 1 }}")
    assert [each.partition(": ")[0] for each in found] == ["body line 1", "body line 3"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{ city.__class__ }}", ""),
        ("{{ city.__class__.__mro__ }}", ""),
        ("{{ ''['__class__'] }}", ""),
        ("{{ works | map('upper') }}", "map"),
        ("{{ city | attr('__class__') }}", "attr"),
    ],
)
def test_nothing_behind_a_value_can_be_reached(text, name):
    from esmero.rendering.templates.language import SOURCE_ENVIRONMENT, TEXT_ENVIRONMENT

    if name:
        assert check(text) == [f"body line 1: the filter “{name}” does not exist"]
    else:
        assert "class" not in SOURCE_ENVIRONMENT.from_string(text).render(city="x")
        assert "map" not in TEXT_ENVIRONMENT.filters
