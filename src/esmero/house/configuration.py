"""Load the configuration from `ESMERO_…` variables, or from `esmero.toml` in the folder ESMERO_HOME."""

import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import urlsplit

from esmero.refusal import InvalidValue

_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def find_home() -> Path:
    """Return the folder of this installation: ESMERO_HOME, or `var/house` below the current folder."""
    return Path(os.environ.get("ESMERO_HOME") or "var/house").expanduser().absolute()


def _setting(default: Any, *, description: str) -> Any:
    """Return the field of a setting; a list or table is made anew for each configuration."""
    facts = {"default": default, "description": description}
    if isinstance(default, (list, dict)):
        return field(default_factory=default.copy, metadata=facts)
    return field(default=default, metadata=facts)


_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?")  # no user, no dot at the end


@dataclass(kw_only=True, slots=True)
class Configuration:
    """Hold all settings with their defaults; `esmero init` writes them, commented out, to esmero.toml."""

    database_url: str = _setting("", description="postgresql://user:password@host/name; empty: SQLite in this folder")
    public_url: str = _setting("http://127.0.0.1:8000", description="Where staff open the console")
    customer_url: str = _setting(
        "", description="Where customers sign in, a host of its own; empty: below /area/ of every host"
    )
    hosts: list[str] = _setting(["127.0.0.1", "localhost"], description="Host names that the web server answers to")
    web_host: str = _setting("127.0.0.1", description="Address the web server listens on")
    web_port: int = _setting(8000, description="Port the web server listens on")
    web_workers: int = _setting(1, description="Web processes")
    inbound_host: str = _setting("127.0.0.1", description="Address the listener for returns and replies listens on")
    inbound_port: int = _setting(2525, description="Port the listener for returns and replies listens on")
    lmtp_port: int = _setting(
        0, description="Port of the same address for LMTP (a mail server next to this one); 0: none"
    )
    inbound_max_bytes: int = _setting(50_000_000, description="The largest mail that the listener takes")
    forward_relay: str = _setting(
        "", description="Relay that forwards replies to a brand's mailbox; empty: the brand's own"
    )
    worker_name: str = _setting("", description="Name of this machine in claims and journals; empty: its host name")
    retry_minutes: list[float] = _setting(
        [5, 15, 30, 60, 120, 240, 480, 720], description="Minutes until each further try after a temporary refusal"
    )
    return_retry_hours: list[float] = _setting(
        [24],
        description="Hours until each further try after a relay reported that it gave up for now (full box, dead host)",
    )
    hooks: dict[str, str] = _setting(
        {},
        description=(
            "Providers whose webhooks are taken, with their secrets: "
            '{ mailgun = "signing key", brevo = "name:password" }'
        ),
    )
    secure: bool = _setting(False, description="Cookies only over HTTPS; set it as soon as public_url is https")
    debug: bool = _setting(False, description="Show errors in the browser; never on a machine that others can reach")
    demo: bool = _setting(False, description="The invented group, its catcher and its log-ins; set by `esmero demo`")
    quiet_hours: bool = _setting(
        True, description="Advertising waits for the morning of the recipient, calls for the hours of the law"
    )
    time_zone: str = _setting("Europe/Madrid", description="Zone of the house; each member of staff may have their own")
    language: str = _setting("en", description="Language of the console before sign-in: es, fr or en")


@dataclass(frozen=True, slots=True)
class Setting:
    """Describe one setting for the documentation and a new esmero.toml."""

    name: str
    variable: str
    default: Any
    description: str


def list_settings() -> list[Setting]:
    """Return every setting in the order of the class."""
    return [
        Setting(one.name, _name_variable(one.name), one.metadata["default"], one.metadata["description"])
        for one in fields(Configuration)
    ]


def read_configuration(home: Path, environment: Mapping[str, str] | None = None) -> Configuration:
    """Return the configuration of the installation in `home`: variables override the file, the file the defaults.

    Raises:
        InvalidValue: a value is not of its kind, or the file is not TOML.

    """
    given = os.environ if environment is None else environment
    file = _read_file(home / "esmero.toml")
    found: dict[str, Any] = {}
    for one in fields(Configuration):
        variable = _name_variable(one.name)
        if variable in given:
            text = _read_text(given[variable], kind=one.type, setting=one.name)
            found[one.name] = _check(text, kind=one.type, setting=one.name)
        elif one.name in file:
            found[one.name] = _check(file[one.name], kind=one.type, setting=one.name)
    configuration = Configuration(**found)
    _check_customer_url(configuration)
    return configuration


def _check_customer_url(configuration: Configuration) -> None:
    """Raise InvalidValue unless the customer area's address is empty, or a host of its own without a path.

    Otherwise links of customers' mails would lead nowhere, or the console would answer nobody.
    """
    url = configuration.customer_url
    parts = urlsplit(url)
    if not url:
        return
    host = parts.hostname or ""
    rest = parts.path.strip("/") + parts.query + parts.fragment
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc) or rest:
        raise InvalidValue("setting-no-host", setting="customer_url", value=url)
    if host == (urlsplit(configuration.public_url).hostname or "").rstrip("."):
        raise InvalidValue("setting-host-of-console", setting="customer_url", value=url)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as wrong:  # what is not TOML, and what is not UTF-8
        raise InvalidValue("settings-unreadable", file=str(path), trouble=str(wrong)) from wrong


def _name_variable(setting: str) -> str:
    return f"ESMERO_{setting.upper()}"


def _read_text(text: str, *, kind: Any, setting: str) -> Any:
    """Convert a variable's text to the type that TOML would give; lists and tables are JSON."""
    if kind is str:
        return text
    if kind is bool:
        return _WORDS.get(text.strip().lower(), text)
    if kind is int:
        return int(text) if text.strip().lstrip("-").isdecimal() else text
    try:
        return json.loads(text)
    except json.JSONDecodeError as wrong:
        raise InvalidValue(
            "setting-not-json", setting=setting, variable=_name_variable(setting), value=text, trouble=str(wrong)
        ) from wrong


def _check(value: Any, *, kind: Any, setting: str) -> Any:
    """Return the value if it is of this kind; raises InvalidValue otherwise."""
    whole = get_origin(kind) or kind
    if not _fits(value, kind=whole):
        raise InvalidValue(
            "setting-of-wrong-kind",
            setting=setting,
            variable=_name_variable(setting),
            value=value,
            kind=_KINDS[whole],
        )
    if whole is list:
        return [_check(one, kind=get_args(kind)[0], setting=setting) for one in value]
    if whole is dict:
        return {name: _check(one, kind=get_args(kind)[1], setting=setting) for name, one in value.items()}
    return value


def _fits(value: Any, *, kind: Any) -> bool:
    if isinstance(value, bool):  # which Python counts among the whole numbers
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


_KINDS = {
    str: "text",
    int: "integer",
    float: "decimal",
    bool: "boolean",
    list: "list",
    dict: "table",
}


def commented_file() -> str:
    """Return the text of a new esmero.toml: every setting with its description and default, commented out."""
    lines = [
        "# Settings of this house. A variable ESMERO_NAME in the environment wins over a line here.",
        "# Take the # away from a line to change it. `esmero doctor` says what is missing.",
        "",
    ]
    for one in list_settings():
        lines += [f"# {one.description}", f"# {one.name} = {write_toml(one.default)}", ""]
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
