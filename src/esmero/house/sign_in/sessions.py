"""Store sessions in the database, signed for one kind of users: the other kind reads an empty session."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from esmero.house.sign_in.kinds import current_kind


class SessionStore(DatabaseStore):
    """Sign session data with a salt per kind of users, so that a key of one kind opens nothing for the other."""

    @property
    def key_salt(self) -> str:
        return f"esmero.sessions.{current_kind()}"
