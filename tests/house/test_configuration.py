"""Settings: variables win over esmero.toml, esmero.toml over the defaults, and what is wrong is named."""

import re

import pytest

from esmero.house.configuration import Configuration, WrongSetting, commented_file, list_settings, read_configuration


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
    ("toml", "variables", "said"),
    [
        ('web_port = "eighty"', {}, ("web_port (ESMERO_WEB_PORT, or web_port in esmero.toml) is wrong:"
         " 'eighty' is not a whole")),
        ("web_port = true", {}, "True is not a whole number"),
        ("public_url = 8", {}, "public_url .* 8 is not text"),
        ('hosts = "a.example"', {}, "'a.example' is not a list"),
        ("hosts = [1]", {}, "1 is not text"),
        ("hooks = []", {}, "is not a table"),
        ("", {"ESMERO_SECURE": "perhaps"}, "'perhaps' is not true or false"),
        ("", {"ESMERO_WEB_PORT": ""}, "'' is not a whole number"),
        ("", {"ESMERO_HOSTS": "a.example"}, "'a.example' is not JSON"),
        ("secure = yes", {}, "esmero.toml cannot be read: .*line 1"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(tmp_path, toml, variables, said):
    with pytest.raises(WrongSetting) as wrong:
        read(tmp_path, toml, **variables)
    assert re.search(said.replace("(", r"\(").replace(")", r"\)"), str(wrong.value))
