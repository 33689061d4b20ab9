"""Commands as processes: what a help loads, and how a command ends when its reader or its user has had enough."""

import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from esmero.management.command_line import COMMANDS, build_parser
from esmero.management.fault_messages import SELF_EXPLAINED_FAULTS
from tests.foundation import lay

pytestmark = pytest.mark.slow  # each starts a process or several

ESMERO = [sys.executable, "-m", "esmero"]
LOADED = (
    "import json, sys, esmero.__main__ as entry\n"
    "try: entry.main()\n"
    "except SystemExit: print(json.dumps(sorted(sys.modules)))"
)


def load(*words, **settings):
    """Return the names of the modules that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True, env=os.environ | settings
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def parsers():
    below = next(action for action in build_parser()._actions if action.dest == "command")
    return below.choices


def start(*words, home, **streams):
    facts = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.Popen([*ESMERO, *map(str, words)], env={**facts, "ESMERO_HOME": str(home)}, **streams)


@pytest.fixture
def home(foundation, tmp_path):
    return lay(tmp_path / "house", of=foundation)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_a_help_loads_neither_django_nor_another_command(command):
    loaded = load(*filter(None, [command]), "--help")
    assert not loaded & {"django", "asyncio", "esmero.settings", "esmero.models"}
    own = COMMANDS[command][0] if command else "esmero.management.command_line"
    packages = {own.rsplit(".", count)[0] for count in range(1, own.count(".") + 1)}
    assert {name for name in loaded if name.startswith("esmero.management.")} <= {
        "esmero.management.command_line",
        "esmero.management.command",
        own,
        *packages,
    }


@pytest.mark.parametrize(("words", "loads"), [("brand list", False), ("campaign list", False), ("segment count", True)])
def test_only_a_command_of_segments_loads_what_validates_their_conditions(home, words, loads):
    assert ("pydantic" in load(*words.split(), ESMERO_HOME=str(home))) is loads


def test_the_lines_of_the_help_are_the_commands_own():
    own = parsers()
    assert list(own) == list(COMMANDS)
    for name, (_module, line) in COMMANDS.items():
        assert own[name].description.startswith(line), name


def test_every_fault_that_speaks_for_itself_is_there():
    for name in SELF_EXPLAINED_FAULTS:
        module, _dot, fault = name.rpartition(".")
        assert issubclass(getattr(import_module(module), fault), Exception)


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["campaign", "create", "--help"],
        ["brand", "list"],
        ["privacy", "records", "--format", "json"],
        ["serve"],
        ["manage", "diffsettings"],
    ],
)
def test_a_reader_that_has_gone_is_no_fault(home, words):
    reading, writing = os.pipe()
    os.close(reading)
    command = start(*words, home=home, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    _nothing, said = command.communicate()
    assert (command.returncode, said) == (141, b"")


def test_advice_that_nobody_reads_is_no_fault(home):
    reading, writing = os.pipe()
    os.close(reading)
    command = start("why", "77", home=home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=writing)
    os.close(writing)
    assert command.communicate() == (b"", None)
    assert command.returncode == 141


def test_a_full_disk_is_one_line(home):
    with Path("/dev/full").open("wb") as full:
        command = start("brand", "list", home=home, stdout=full, stderr=subprocess.PIPE)
        _nothing, said = command.communicate()
    assert command.returncode == 1
    assert said.startswith(b"esmero: No space left on device")
    assert said.count(b"\n") == 1


def test_ctrl_c_ends_a_command_quietly(home, tmp_path):
    os.mkfifo(tmp_path / "mail")
    # A test run in the background of a shell ignores SIGINT, and its children inherit that.
    heeds = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    command = start("receive", tmp_path / "mail", home=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **heeds)
    with (tmp_path / "mail").open("wb"):  # opened as soon as the command reads it
        command.send_signal(signal.SIGINT)
        said = command.communicate(timeout=60)
    assert said == (b"", b"")
    assert command.returncode == 130


@pytest.mark.parametrize("language", ["C", "es_ES.UTF-8", "fr_FR.UTF-8"])
def test_without_a_house_a_command_says_so_before_django_is_set_up(tmp_path, monkeypatch, language):
    monkeypatch.setenv("LC_ALL", language)
    command = start("brand", "list", home=tmp_path / "none", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, said = command.communicate()
    assert (command.returncode, out, said.count(b"\n")) == (1, b"", 1)
    assert said.startswith(b"esmero: ")
    assert str(tmp_path / "none").encode() in said
    if language == "C":
        assert said.startswith(b"esmero: There is no house in /")


def test_a_wrong_setting_is_one_line_although_django_has_no_settings_then(home, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("ESMERO_WEB_PORT", "eighty")
    command = start("brand", "list", home=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, said = command.communicate()
    assert (command.returncode, out) == (1, b"")
    assert said.decode() == (
        "esmero: The setting web_port (ESMERO_WEB_PORT, or web_port in esmero.toml) is wrong: 'eighty' is not a whole"
        " number.\n"
    )
