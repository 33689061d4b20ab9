"""Load the configuration from `ESMERO_…` variables, or from `esmero.toml` in the folder ESMERO_HOME."""

import os
import secrets
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


def find_home() -> Path:
    """Return the folder of this installation: ESMERO_HOME, or `var/house` below the current folder."""
    return Path(os.environ.get("ESMERO_HOME") or "var/house").expanduser().absolute()


class Configuration(BaseSettings):
    """Hold all settings with their defaults; `esmero init` writes them, commented out, to esmero.toml."""

    model_config = SettingsConfigDict(env_prefix="ESMERO_", extra="ignore")

    database_url: str = Field("", description="postgresql://user:password@host/name; empty: SQLite in this folder")
    public_url: str = Field("http://127.0.0.1:8000", description="Where staff open the console")
    hosts: list[str] = Field(["127.0.0.1", "localhost"], description="Host names that the web server answers to")
    web_host: str = Field("127.0.0.1", description="Address the web server listens on")
    web_port: int = Field(8000, description="Port the web server listens on")
    web_workers: int = Field(1, description="Web processes")
    inbound_host: str = Field("127.0.0.1", description="Address the listener for returns and replies listens on")
    inbound_port: int = Field(2525, description="Port the listener for returns and replies listens on")
    lmtp_port: int = Field(0, description="Port of the same address for LMTP (a mail server next to this one); 0: none")
    inbound_max_bytes: int = Field(50_000_000, description="The largest mail that the listener takes")
    forward_relay: str = Field(
        "", description="Relay that forwards replies to a brand's mailbox; empty: the brand's own"
    )
    worker_name: str = Field("", description="Name of this machine in claims and journals; empty: its host name")
    retry_minutes: list[float] = Field(
        [5, 15, 30, 60, 120, 240, 480, 720], description="Minutes until each further try after a temporary refusal"
    )
    return_retry_hours: list[float] = Field(
        [24],
        description="Hours until each further try after a relay reported that it gave up for now (full box, dead host)",
    )
    hooks: dict[str, str] = Field(
        {},
        description=(
            "Providers whose webhooks are taken, with their secrets: "
            '{ mailgun = "signing key", brevo = "name:password" }'
        ),
    )
    secure: bool = Field(False, description="Cookies only over HTTPS; set it as soon as public_url is https")
    debug: bool = Field(False, description="Show errors in the browser; never on a machine that others can reach")
    demo: bool = Field(False, description="The invented group, its catcher and its log-ins; set by `esmero demo`")
    time_zone: str = Field("Europe/Madrid", description="Zone of the house; each member of staff may have their own")
    language: str = Field("en", description="Language of the console before sign-in: es, fr or en")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: variables override the file, the file overrides the defaults."""
        del dotenv_settings, file_secret_settings
        file = TomlConfigSettingsSource(settings_cls, toml_file=find_home() / "esmero.toml")
        return init_settings, env_settings, file


def commented_file() -> str:
    """Return the text of a new esmero.toml: every setting with its description and default, commented out."""
    lines = [
        "# Settings of this house. A variable ESMERO_NAME in the environment wins over a line here.",
        "# Take the # away from a line to change it. `esmero doctor` says what is missing.",
        "",
    ]
    for name, field in Configuration.model_fields.items():
        lines += [f"# {field.description}", f"# {name} = {write_toml(field.default)}", ""]
    return "\n".join(lines)


def write_toml(value: Any) -> str:
    """Return a value in the syntax of esmero.toml."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {write_toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(write_toml(item) for item in value) + "]"
    return str(value) if isinstance(value, (int, float)) else f'"{value}"'


def read_secret(home: Path) -> str:
    """Return the signing secret of this installation; a random one before `esmero init`, when nothing is served."""
    path = home / "keys" / "secret.key"
    return path.read_text("ascii").strip() if path.is_file() else secrets.token_urlsafe(48)
