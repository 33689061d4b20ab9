from esmero.postal_address import MOST_LINES, PARTS, PostalAddress

WHOLE = PostalAddress(
    street="Calle Mayor 1", line_2="2.º B", postal_code="28013", city="Madrid", region="Madrid", country="ES"
)


def test_an_address_is_read_from_its_parts_and_written_back():
    assert PostalAddress.read(WHOLE.as_parts()) == WHOLE
    assert PostalAddress.read({"street": "  Calle   Mayor 1\n", "other": "x", "city": None}).as_parts() == {
        "street": "Calle Mayor 1"
    }
    assert set(WHOLE.as_parts()) == set(PARTS)


def test_abroad_the_country_is_the_last_line_in_capitals():
    lines = WHOLE.as_lines(addressee=["Ada Gil"], country="España")
    assert lines == ["Ada Gil", "Calle Mayor 1", "2.º B", "28013 Madrid", "Madrid", "ESPAÑA"]
    assert WHOLE.as_lines(addressee=["Ada Gil"])[-1] == "Madrid"


def test_the_region_gives_way_when_the_lines_are_too_many():
    lines = WHOLE.as_lines(addressee=["Sra. Ada Gil", "Acme, S.L."], country="España")
    assert len(lines) == MOST_LINES
    assert lines == ["Sra. Ada Gil", "Acme, S.L.", "Calle Mayor 1", "2.º B", "28013 Madrid", "ESPAÑA"]


def test_only_street_and_town_make_it_complete():
    assert WHOLE.is_complete
    assert not PostalAddress(street="Calle Mayor 1", postal_code="28013").is_complete
    assert PostalAddress(street="Calle Mayor 1", city="Madrid").as_line() == "Calle Mayor 1, Madrid"
