"""Name static files by their content, so that browsers cache each for ever."""

import logging

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Store the files collected into ESMERO_HOME/static at web server start, hashed and compressed.

    Without collected files (tests, a command that renders a page) a file keeps its own name, and WhiteNoise serves it
    from the package.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or the file's own without a manifest."""
        if not self.hashed_files:
            return name
        return str(super().stored_name(name))


def collect_static() -> None:
    """Copy, hash and compress the package's files; idempotent. Earlier versions stay for open pages."""
    from django.core.management import call_command

    logging.getLogger("whitenoise").setLevel(logging.WARNING)
    call_command("collectstatic", interactive=False, verbosity=0)
