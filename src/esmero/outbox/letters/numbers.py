"""Number the letters on paper: the id of the message with a check digit, so that a slip of the pen finds no other."""

import re

_NUMBER = re.compile(r"\s*(\d{1,17})\s*-\s*(\d)\s*")


def write_number(message: int) -> str:
    """Return the number that is printed on a letter, such as 10452-7."""
    return f"{message}-{_check_digit(message)}"


def read_number(text: str) -> int | None:
    """Return the id of the message of a number as it is printed; None if the check digit or the form is wrong."""
    found = _NUMBER.fullmatch(text)
    if found is None or int(found[2]) != _check_digit(int(found[1])):
        return None
    return int(found[1])


def _check_digit(number: int) -> int:
    """Return the digit by Luhn (ISO/IEC 7812-1, annex B): it finds each wrong digit and most swapped neighbours."""
    total = 0
    for place, digit in enumerate(reversed(str(number))):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
