"""Settings: variables win over esmero.toml, esmero.toml over the defaults, and what is wrong is named."""

import re

import pytest

from esmero.house.configuration import Configuration, commented_file, list_settings, read_configuration
from esmero.refusal import InvalidValue


def read(tmp_path, toml="", **variables):
    (tmp_path / "esmero.toml").write_text(toml, encoding="utf-8")
    return read_configuration(tmp_path, variables)


def test_without_a_file_all_is_as_the_class_says(tmp_path):
    assert read_configuration(tmp_path, {}) == Configuration()


def test_the_file_of_a_new_house_changes_nothing_and_is_toml_when_uncommented(tmp_path):
    lines = commented_file().splitlines()
    assert read(tmp_path, "\n".join(lines)) == Configuration()
    settings = [line.removeprefix("# ") for line in lines if re.match(r"# \w+ = ", line)]
    assert len(settings) == len(list_settings())
    assert read(tmp_path, "\n".join(settings)) == Configuration()


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    toml = (
        'web_port = 81\ninbound_port = 26\nsecure = true\nhosts = ["a.example"]\nretry_minutes = [1, 2.5]\nother = 3\n'
    )
    found = read(tmp_path, toml, ESMERO_WEB_PORT="82", ESMERO_HOME="/x", ESMERO_DEMO="1", ESMERO_SECURE="off")
    assert (found.web_port, found.inbound_port, found.demo, found.secure) == (82, 26, True, False)
    assert (found.hosts, found.retry_minutes, found.lmtp_port) == (["a.example"], [1, 2.5], 0)


def test_lists_and_tables_are_json_in_a_variable(tmp_path):
    found = read(tmp_path, ESMERO_HOSTS='["b.example"]', ESMERO_HOOKS='{"brevo": "name:password"}')
    assert (found.hosts, found.hooks) == (["b.example"], {"brevo": "name:password"})


def test_no_configuration_shares_a_list_with_another():
    Configuration().hosts.append("x")
    assert "x" not in Configuration().hosts


@pytest.mark.parametrize(
    ("toml", "variables", "code", "facts"),
    [
        ('web_port = "eighty"', {}, "setting-of-wrong-kind",
         {"setting": "web_port", "variable": "ESMERO_WEB_PORT", "value": "eighty", "kind": "integer"}),
        ("web_port = true", {}, "setting-of-wrong-kind", {"value": True, "kind": "integer"}),
        ("public_url = 8", {}, "setting-of-wrong-kind", {"setting": "public_url", "value": 8, "kind": "text"}),
        ('hosts = "a.example"', {}, "setting-of-wrong-kind", {"value": "a.example", "kind": "list"}),
        ("hosts = [1]", {}, "setting-of-wrong-kind", {"setting": "hosts", "value": 1, "kind": "text"}),
        ("hooks = []", {}, "setting-of-wrong-kind", {"value": [], "kind": "table"}),
        ("", {"ESMERO_SECURE": "perhaps"}, "setting-of-wrong-kind", {"value": "perhaps", "kind": "boolean"}),
        ("", {"ESMERO_WEB_PORT": ""}, "setting-of-wrong-kind", {"value": "", "kind": "integer"}),
        ("", {"ESMERO_HOSTS": "a.example"}, "setting-not-json", {"setting": "hosts", "value": "a.example"}),
        ("secure = yes", {}, "settings-unreadable", {}),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(tmp_path, toml, variables, code, facts):
    with pytest.raises(InvalidValue) as wrong:
        read(tmp_path, toml, **variables)
    assert wrong.value.code == code
    assert wrong.value.facts.items() >= facts.items()


def test_a_file_that_is_not_toml_is_named_with_the_line(tmp_path):
    with pytest.raises(InvalidValue, match=r"esmero\.toml.*line 1"):
        read(tmp_path, "secure = yes")
