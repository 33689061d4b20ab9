"""Reduce a file name that somebody gave to one that is safe in a header, on a disk, and before a reader's eyes."""

import re
import unicodedata

MOST_CHARACTERS = 120
_MOST_ENDING = 12
# Not allowed in names by Windows; "/" and "\" are cut as folders before.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def clean_name(name: str, *, otherwise: str = "file") -> str:
    """Return the last part of a path without control, formatting and forbidden characters, its ending kept.

    Formatting characters (category Cf) go because U+202E shows "exe.pdf" where "fdp.exe" stands.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Categories of control, formatting, surrogate, private and unassigned code points, and of line separators.
    shown = "".join(one for one in base if unicodedata.category(one)[0] != "C" and one not in "\u2028\u2029")
    shown = " ".join(_FORBIDDEN.sub("_", shown).split()).strip(" .")
    if _DEVICES.match(shown):
        shown = f"_{shown}"
    stem, dot, ending = shown.rpartition(".")
    if len(shown) > MOST_CHARACTERS and stem and len(ending) <= _MOST_ENDING:
        return f"{stem[: MOST_CHARACTERS - len(ending) - 1].rstrip()}{dot}{ending}"
    return shown[:MOST_CHARACTERS].rstrip(" .") or otherwise
