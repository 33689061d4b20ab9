"""Build the demo's templates: one layout, texts by template and language (letters/words.toml), colours by brand."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Any

from esmero.rendering.templates.compile import TemplateSource


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Hold the design of a brand's mails: its mark, colours for light and dark mode, signature and link target."""

    mark: str
    colour: str
    glow: str
    signed: str
    target: str


LETTERHEADS = {
    "novedades": Letterhead("Fibra Norte", "#0e5c59", "#62c4ba", "Marta Rincón", "https://fibra-norte.example/mi-linea"),
    "lettre": Letterhead(
        "Cercle Références", "#6b2f5c", "#d8a3ca", "Camille Delaunay", "https://cercle-references.example/lettre/novembre"
    ),
}  # fmt: skip


def write_letter(name: str) -> list[TemplateSource]:
    """Return a template's sources in its three languages, the brand's own first."""
    folder = files("esmero.demo").joinpath("letters")
    layout = Template(folder.joinpath("letter.mjml").read_text("utf-8"))
    words: dict[str, dict[str, Any]] = tomllib.loads(folder.joinpath("words.toml").read_text("utf-8"))[name]
    head = LETTERHEADS[name]
    return [
        TemplateSource(
            language=language,
            subject=said["subject"],
            preheader=said["preheader"],
            mjml=layout.substitute(
                {**said, "title": said["heading"], "rows": _write_rows(said["rows"])},
                mark=head.mark,
                colour=head.colour,
                glow=head.glow,
                signed=head.signed,
                target=f"{head.target}?l={language}",
            ),
        )
        for language, said in words.items()
    ]


def _write_rows(rows: list[list[str]]) -> str:
    """Return the rows of a table: label on the left, value on the right."""
    line = "border-bottom:1px solid #efece5;padding:9px 0;"
    return "\n          ".join(
        f'<tr><td style="{line}color:#525b64;">{what}</td><td style="{line}text-align:right;">{value}</td></tr>'
        for what, value in rows
    )
