"""Word the refusals of imports (imports/, people/imports/): of a file, of its mapping, and of a step."""

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Sentence, Words

KINDS: Mapping[str, Sentence] = {
    "pdf": _("a PDF document"),
    "picture": _("a picture"),
    "compressed": _("a compressed file"),
    "database": _("a database"),
}
_LINE = _("Line %(line)s: ")
_CSV = _("Save it as CSV UTF-8 and bring it again.")
_SHEET_AS_CSV = _("Save the sheet as an Excel workbook (.xlsx) or as CSV UTF-8 and bring it again.")


def _say_no_list(*, kind: str) -> str:
    return f"{gettext('This is %(what)s, not a list in CSV.') % {'what': KINDS[kind]}} {_CSV}"


def _say_damaged(*, line: int) -> str:
    remedy = gettext("Mend that line. %(remedy)s") % {"remedy": _CSV}
    return f"{_LINE}".strip() % {"line": line} + f" {gettext('This is UTF-8, but an octet here is not.')} {remedy}"


WORDS: Mapping[str, Words] = {
    "file-without-list": _say_no_list,
    "file-not-text": (_("This is not text: it is full of control characters."), _CSV),
    "file-empty": (_("The file is empty."), _("Export the list again and look that it holds lines.")),
    "utf8-damaged": _say_damaged,
    "encoding-unknown": (_("The letters of this file are stored in an unknown way."), _CSV),
    "octet-unreadable": (
        _LINE,
        _("Octet %(value)s cannot be read as %(encoding)s."),
        _("Save the file as CSV UTF-8 and bring it again."),
    ),
    "line-too-long": (
        _LINE,
        _("The line is longer than %(most)s octets: this is hardly a list of people."),
        _("Look whether the file has one line per person, and bring it again."),
    ),
    "quotation-unclosed": (
        _LINE,
        _("A quotation mark is opened here and never closed, so that all that follows would be one cell."),
        _("Close or remove it and bring the file again."),
    ),
    "workbook-locked": (
        _("This workbook is protected by a password."),
        _("Open it, remove the password (File, Info, Protect Workbook), save it and bring it again."),
    ),
    "workbook-xls": (_("This is an old Excel workbook (.xls)."), _SHEET_AS_CSV),
    "workbook-ods": (_("This is a LibreOffice document (.ods), not an Excel workbook."), _SHEET_AS_CSV),
    "workbook-xlsb": (_("This is a binary Excel workbook (.xlsb)."), _SHEET_AS_CSV),
    "file-without-workbook": (_("This is not a workbook, but another kind of packed file."), _SHEET_AS_CSV),
    "workbook-empty": (_("The workbook is empty."), _("Look that its first sheet holds the list.")),
    "sheet-unknown": (_("The workbook has no sheet “%(sheet)s”."), _("It has: %(list)s.")),
    "sheet-too-wide": (
        _LINE,
        _("The sheet has more than %(most)s columns: this is hardly a list of people."),
        _("Delete what stands to the right of the list and bring it again."),
    ),
    "workbook-too-large": (
        _("This workbook is far larger inside than a list of people is."),
        _("Copy the list alone into a new workbook, or save it as CSV UTF-8, and bring that."),
    ),
    "workbook-broken": (
        _("This workbook is broken."),
        _("Open it in your spreadsheet program, save it anew and bring it again."),
    ),
    "source-missing": _("Say where the list is from: a permission without a source proves nothing."),
    "source-too-long": _("Say where the list is from in at most %(most)s characters; these are %(number)s."),
    "consent-without-topic": _("Say which topic the consent is for."),
    "column-named-twice": _("A column is mapped twice: two of the names given mean the same column."),
    "field-mapped-twice": _("Two columns are mapped to %(field)s: “%(first)s” and “%(second)s”. Leave one out."),
    "column-unknown": _("The file has no column “%(name)s”. Its columns: %(list)s."),
    "own-field-unnamed": _("“%(text)s” names no own field. Write own:KEY, for example own:tenure."),
    "own-field-type-unknown": _("“%(kind)s” is no type of an own field. Types: %(list)s."),
    "import-field-unknown": _("“%(text)s” is no field. Fields: %(list)s."),
    "mapping-unreadable": _("“%(text)s” is not COLUMN=FIELD."),
    "column-mapped-twice": _("The column “%(column)s” is mapped twice: to %(first)s and to %(second)s."),
    "exclusion-scope-missing": _("Say which mail the list excludes: commercial or all."),
    "exclusion-without-column": _("No column holds an address or a customer number. Say which one does."),
    "import-nothing-to-undo": _(
        "Nothing of “%(file)s” can be taken back: it changed nothing, or the term for taking it back is over."
    ),
    "import-unknown": _("There is no import %(id)s."),
    "import-brand-missing": _("Say for which brand the list is: --brand CODE."),
    "import-source-missing": _("Say who gathered the list, where and when: --source TEXT."),
    "import-without-sheets": _("“%(file)s” has no sheets to choose from."),
    "import-not-a-draft": _("“%(file)s” was checked or brought in already; bring the file again to read it anew."),
    "import-not-checked": _("“%(file)s” can be changed once it is checked, and before it is brought in."),
    "import-moved-on": _("“%(file)s” is not ready for that: somebody moved it on. Look at its page."),
}
