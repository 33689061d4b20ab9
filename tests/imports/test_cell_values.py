"""Cells as typed values: what fits a type, and what does not."""

from datetime import date

import pytest

from esmero.imports.cell_values import (
    ValueMisfit,
    is_blank,
    read_date,
    read_decimal,
    read_integer,
    read_value,
    read_yes_no,
)


@pytest.mark.parametrize(
    ("cell", "value"), [("0", 0), ("-7", -7), ("+12", 12), ("123456789012345678", 123456789012345678)]
)
def test_whole_numbers(cell, value):
    assert read_integer(cell) == value


@pytest.mark.parametrize("cell", ["007", "1.000", "1 000", "1e3", "", "٣", "1234567890123456789", "--1"])
def test_no_whole_numbers(cell):
    with pytest.raises(ValueMisfit):
        read_integer(cell)


@pytest.mark.parametrize(
    ("cell", "value"), [("29.85", 29.85), ("29,85", 29.85), (",5", 0.5), ("-0.1", -0.1), ("7", 7.0)]
)
def test_decimals_with_point_or_comma(cell, value):
    assert read_decimal(cell) == value


@pytest.mark.parametrize("cell", ["1.234,5", "1,234.5", "nan", "inf", "1e5", "."])
def test_no_decimals(cell):
    with pytest.raises(ValueMisfit):
        read_decimal(cell)


@pytest.mark.parametrize("cell", ["sí", "SI", "x", "1", "Oui", "vrai", "Yes", "TRUE"])
def test_yes(cell):
    assert read_yes_no(cell) is True


@pytest.mark.parametrize("cell", ["no", "NO", "0", "non", "faux", "false"])
def test_no(cell):
    assert read_yes_no(cell) is False


@pytest.mark.parametrize("cell", ["maybe", "2", "", "-"])
def test_neither_yes_nor_no(cell):
    with pytest.raises(ValueMisfit):
        read_yes_no(cell)


@pytest.mark.parametrize(
    ("cell", "day_first", "day"),
    [
        ("2026-11-25", True, date(2026, 11, 25)),
        ("2026-11-25T10:00:00Z", True, date(2026, 11, 25)),
        ("3/4/2026", True, date(2026, 4, 3)),
        ("3/4/2026", False, date(2026, 3, 4)),
        ("03.04.26", True, date(2026, 4, 3)),
        ("14/07/75", True, date(1975, 7, 14)),
        ("29/02/2024", True, date(2024, 2, 29)),
    ],
)
def test_dates(cell, day_first, day):
    assert read_date(cell, day_first=day_first) == day


@pytest.mark.parametrize("cell", ["31/02/2026", "29/02/2025", "2026-13-01", "25 de noviembre", "45000", ""])
def test_no_dates(cell):
    with pytest.raises(ValueMisfit):
        read_date(cell)


@pytest.mark.parametrize("cell", ["", "  ", "0/0/00", "0000-00-00"])
def test_blank(cell):
    assert is_blank(cell)


def test_a_date_is_kept_as_iso_says():
    assert read_value(" 3/4/2026 ", kind="date") == "2026-04-03"
