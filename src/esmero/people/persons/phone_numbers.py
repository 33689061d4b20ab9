"""Parse phone numbers and write them as E.164 (ITU-T), with Google's libphonenumber."""

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat


def parse_phone(text: str, *, region: str | None, strict: bool) -> PhoneNumber | None:
    """Return the number in `text`, None where it is none; a number without +code belongs to `region` (ISO 3166-1).

    `strict` demands a number that the numbering plan of its country assigns. Lists are read without it, because plans
    change earlier than the data of the library; then only the length is checked.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    accepts = phonenumbers.is_valid_number if strict else phonenumbers.is_possible_number
    return number if accepts(number) else None


def write_e164(number: PhoneNumber) -> str:
    """Return a number as "+34910000000"."""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def write_international(number: PhoneNumber) -> str:
    """Return a number as people read it, with its country code: "+34 910 00 00 00"."""
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
