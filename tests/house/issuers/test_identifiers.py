"""Numbers that authorities, banks and registers publish as examples; and each of them with one digit changed."""

import pytest

from esmero.house.issuers.identifiers import (
    IdentifierInvalid,
    read_creditor_id,
    read_iban,
    read_siren,
    read_tax_number,
)

# The IBAN registry of SWIFT (release 96) and the examples of national banks.
IBANS = (
    "ES91 2100 0418 4502 0005 1332", "FR14 2004 1010 0505 0001 3M02 606", "DE89 3704 0044 0532 0130 00",
    "PT50 0002 0123 1234 5678 9015 4", "BE68 5390 0754 7034", "NL91 ABNA 0417 1643 00",
    "IT60 X054 2811 1010 0000 0123 456",
    "GB29 NWBK 6016 1331 9268 19", "AD12 0001 2030 2003 5910 0100", "CH93 0076 2011 6238 5295 7",
)  # fmt: skip
# EPC262-08 v9 and the rules of the Bundesbank and of Iberpay.
CREDITORS = ("DE98ZZZ09999999999", "ES50ZZZM23456789", "FR72ZZZ123456")
# INSEE: La Poste, SNCF Mobilités, EDF.
SIRENS = ("356 000 000", "552 049 447", "552 081 317")
TAX = (
    ("ES", "12345678Z"), ("ES", "X1234567L"), ("ES", "A-58818501"), ("ES", "ES B58378431"), ("FR", "FR 83 404 833 048"),
    ("FR", "552 081 317"), ("PT", "PT 501 964 843"), ("DE", "DE 136 695 976"), ("IT", "00743110157"),
    ("BE", "BE 0403.019.261"),
)  # fmt: skip


def mutate(text):
    """Change the last digit but one of a number."""
    place = [n for n, sign in enumerate(text) if sign.isdigit()][-2]
    return f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}"


@pytest.mark.parametrize(
    ("read", "text"),
    [*((read_iban, one) for one in IBANS), *((read_siren, one) for one in SIRENS)],
)
def test_a_published_number_is_taken_and_with_another_digit_refused(read, text):
    assert read(f" {text.lower()} ") == text.replace(" ", "")
    with pytest.raises(IdentifierInvalid):
        read(mutate(text))


@pytest.mark.parametrize("text", CREDITORS)
def test_a_creditor_identifier_is_checked_without_its_business_code(text):
    assert read_creditor_id(text) == text
    assert read_creditor_id(f"{text[:4]}001{text[7:]}")[4:7] == "001"
    with pytest.raises(IdentifierInvalid, match="creditor-id-invalid"):
        read_creditor_id(mutate(text))


@pytest.mark.parametrize(("country", "text"), TAX)
def test_a_tax_number_is_checked_by_the_rules_of_its_country(country, text):
    found = read_tax_number(text, country=country)
    assert found.isalnum()
    assert read_tax_number(found, country=country) == found
    with pytest.raises(IdentifierInvalid, match="tax-number-invalid"):
        read_tax_number(mutate(text), country=country)


def test_without_a_rule_the_shape_is_enough():
    assert read_tax_number(" 12-345.678/9 ", country="") == "123456789"
    assert read_tax_number("abc 123", country="XX") == "ABC123"
    for wrong in ("12", "abcdef", "1" * 41, "١٢٣٤"):
        with pytest.raises(IdentifierInvalid, match="tax-number-shape"):
            read_tax_number(wrong, country="")


def test_a_blank_one_stays_blank():
    assert [read(" ") for read in (read_iban, read_siren, read_creditor_id)] == ["", "", ""]
    assert read_tax_number(" ", country="ES") == ""
