"""Who gets the newsletter, and who does not for which reason, worked out from `clientes.csv` alone.

    python plain_reasons.py clientes.csv

A separate plain script that knows nothing of Esmero: it is what a careful clerk would do with the file and a pencil,
and the dry run must come to the same. It prints a customer's number and the first of these that holds:

no-address   there is no address that could be written to
no-consent   they never said yes
withdrawn    they said yes, and took it back
twice        somebody before them, to whom nothing stands in the way, has the same address
go           nothing stands in the way
"""

import csv
import sys
from pathlib import Path

YES = {"sí", "si", "x", "1"}


def address_of(cell):
    """The address in a cell, in small letters, or None."""
    text = cell.replace("\u00a0", " ").strip()
    if "<" in text:
        text = text[text.index("<") + 1 : text.index(">")]
    text = text.removeprefix("mailto:").strip().lower()
    local, at, domain = text.partition("@")
    broken = not at or not local or "@" in domain or "." not in domain or ".." in text or text != "".join(text.split())
    if broken or text.endswith(",") or len(local.encode()) > 64 or not text.isascii():
        return None
    return text


def reasons(path):
    """{number: reason} of every customer of the file, in its order."""
    with Path(path).open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    first, taken = {}, set()
    for row in rows:
        number = row["Nº cliente"].strip()
        if not number or number in first:
            continue
        address = address_of(row["Correo electrónico"])
        if address is None:
            first[number] = "no-address"
        elif row["¿Acepta publicidad?"].strip().lower() not in YES:
            first[number] = "no-consent"
        elif row["Fecha baja publicidad"].strip():
            first[number] = "withdrawn"
        elif address in taken:
            first[number] = "twice"
        else:
            taken.add(address)
            first[number] = "go"
    return first


if __name__ == "__main__":
    for number, reason in reasons(sys.argv[1]).items():
        print(f"{number}\t{reason}")
