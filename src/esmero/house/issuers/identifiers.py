"""Check identifiers of companies and bank accounts: tax numbers, SIREN, IBAN, SEPA creditor identifiers.

The rules are those of python-stdnum. Each function returns the number in its compact form, "" for a blank one.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from stdnum import get_cc_module, iban
from stdnum.eu import at_02
from stdnum.exceptions import ValidationError
from stdnum.fr import siren

from esmero.refusal import InvalidValue

LONGEST_TAX_NUMBER = 40
# Numbers besides the VAT number under which tax offices know companies and natural persons (modules of stdnum).
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "BE": ("nn",),
    "DE": ("idnr", "stnr"),
    "FR": ("siren", "siret"),
    "GB": ("utr",),
    "IT": ("codicefiscale",),
    "NL": ("bsn",),
}


class IdentifierInvalid(InvalidValue):
    """Refuse an identifier that is not formed as its standard says, or whose check digits are wrong."""


def read_tax_number(text: str, *, country: str) -> str:
    """Return a tax number without blanks and marks, in capitals; a number of `country` (ISO 3166-1) is checked.

    For a country without a known rule, or none, letters and digits with three of them at least will do.

    Raises:
        IdentifierInvalid: the number is not one of this country.

    """
    compact = "".join(sign for sign in text if sign.isalnum()).upper()
    if not compact:
        return ""
    found = (get_cc_module(country.lower(), name) for name in ("vat", *_OTHERS.get(country, ()))) if country else ()
    modules: list[Any] = [module for module in found if module is not None]
    if modules:
        wrong = IdentifierInvalid("tax-number-invalid", text=text.strip()[:60], country=country)
        return _check([module.validate for module in modules], text, wrong=wrong)
    if not (3 <= len(compact) <= LONGEST_TAX_NUMBER and compact.isascii() and any(map(str.isdigit, compact))):
        raise IdentifierInvalid("tax-number-shape")
    return compact


def read_siren(text: str) -> str:
    """Return a SIREN (nine digits, Luhn; Code de commerce art. D123-235); raise IdentifierInvalid."""
    return _check([siren.validate], text, wrong=IdentifierInvalid("siren-invalid", text=text[:60]))


def read_iban(text: str) -> str:
    """Return an IBAN (ISO 13616: length of its country, modulo 97); raise IdentifierInvalid."""
    # Without the national checks: one refuses accounts of banks that its table does not know.
    validate = partial(iban.validate, check_country=False)
    return _check([validate], text, wrong=IdentifierInvalid("iban-invalid", text=text[:60]))


def read_creditor_id(text: str) -> str:
    """Return a SEPA creditor identifier (EPC262-08, AT-02: modulo 97 without the business code)."""
    return _check([at_02.validate], text, wrong=IdentifierInvalid("creditor-id-invalid", text=text[:60]))


def _check(validators: Sequence[Callable[[str], str]], text: str, *, wrong: IdentifierInvalid) -> str:
    """Return the result of the first validator that accepts the text, "" for a blank one; else raise `wrong`."""
    given = text.strip().upper()
    for validate in validators if given else ():
        with contextlib.suppress(ValidationError):
            return validate(given)
    if given:
        raise wrong
    return ""
