"""Map generated pages of the documentation to their functions.

`bin/reference` writes the pages; a test compares them with the files in docs/.
"""

from collections.abc import Callable, Mapping

from esmero.mailroom.planning.objection_order import write_norms
from esmero.management.command_line import build_parser
from esmero.management.documentation.reference import (
    commands_page,
    events_page,
    happenings_page,
    settings_page,
    terms_page,
)

PAGES: Mapping[str, Callable[[], str]] = {
    "norms.md": write_norms,
    "reference/commands.md": lambda: commands_page(build_parser()),
    "reference/settings.md": settings_page,
    "reference/events.md": events_page,
    "reference/happenings.md": happenings_page,
    "reference/terms.md": terms_page,
}
