import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.web.shells.brand_colours import NIGHT, PAPER, READABLE, contrast, correct, style_sheet


def test_contrast_of_known_pairs():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_any_colour_ends_up_readable(colour):
    assert contrast(correct(colour, ground=PAPER, towards=(0, 0, 0)), PAPER) >= READABLE
    assert contrast(correct(colour, ground=NIGHT, towards=(255, 255, 255)), NIGHT) >= READABLE


def test_a_readable_colour_stays_as_it_is():
    assert "light-dark(#0e5c59," in style_sheet("#0e5c59")


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#0e5c59;}body{display:none"])
def test_what_is_no_colour_changes_nothing(colour):
    assert style_sheet(colour) == ""


@pytest.mark.django_db
def test_the_style_sheet_of_a_brand(client):
    from tests.house_facts import build_house

    brand = build_house().brand
    response = client.get(f"/brand/{brand.slug}.css")
    assert response["Content-Type"].startswith("text/css")
    assert b"--act:" in response.content
    assert client.get("/brand/nobody.css").status_code == 404
