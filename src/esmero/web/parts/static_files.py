"""Names of static files that change with their bytes, so that a browser keeps each for ever and asks for it once."""

import logging

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Files collected into ESMERO_HOME/static when the web server starts: hashed, and compressed beside themselves.

    Where nothing was collected (tests, a command that draws a page) a file goes by its own name, and WhiteNoise serves
    it from the package.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or the file's own where there is no manifest."""
        if not self.hashed_files:
            return name
        return str(super().stored_name(name))


def collect_static() -> None:
    """Copy, hash and compress the package's files; safe to repeat. Files of earlier versions stay for open pages."""
    from django.core.management import call_command

    logging.getLogger("whitenoise").setLevel(logging.WARNING)
    call_command("collectstatic", interactive=False, verbosity=0)
