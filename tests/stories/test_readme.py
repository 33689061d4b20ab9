"""README's way to one's own first campaign, command by command, on an empty house with a sink for a relay."""

import re
import shlex

import pytest

from tests.postfix import wait_for
from tests.sink import free_port, open_sink
from tests.stories.houses import ROOT, OwnHouse

LIST = (
    "Email;Name;Opt-in\nana@cliente.example;Ana Güell;yes\nluis@cliente.example;Luis;no\neva@cliente.example;Eva;yes\n"
)
README = (ROOT / "README.md").read_text()


def section():
    return README[README.index("## Your own first campaign") :]


def commands():
    """Give the commands of the section, without their remarks."""
    lines = re.findall(r"^ {4}esmero (.+)$", section(), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


def letter():
    return "".join(re.findall(r"^ {4}(<mjml>.*|  <mj-.*|</mj-.*)$", section(), re.MULTILINE))


def adapted(words, *, port, folder):
    """Give a command for the sink in place of a relay, and for the files where they lie."""
    instead = {
        "smtp.example.org": ["127.0.0.1", "--port", str(port), "--security", "none"],
        "list.csv": [str(folder / "list.csv")],
        "letter.mjml": [str(folder / "letter.mjml")],
    }
    if "--username" in words:  # a sink asks for none
        at = words.index("--username")
        words = words[:at] + words[at + 2 :]
    return [one for word in words for one in instead.get(word, [word])]


def serve_until_sent(house):
    """Run the house until nobody waits any more; give its process, which goes on."""

    def states():
        return dict(house.ask("SELECT state, count(*) FROM esmero_message GROUP BY 1"))

    serving = house.start("serve")
    wait_for(lambda: states() == {"sent": 3, "refused": 1}, what="all have left", progress=states)
    return serving


@pytest.mark.relay
@pytest.mark.slow
@pytest.mark.long
def test_the_way_of_the_readme_leads_to_delivered_mail(tmp_path):
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "letter.mjml").write_text(letter())
    facts = {"public_url": "https://mail.example.org", "secure": "true", "hosts": '["mail.example.org"]'}
    house = OwnHouse(tmp_path / "house", web_port=free_port(), inbound_port=free_port(), **facts)
    house.environment["ESMERO_STAFF_PASSWORD"] = "a-long-password"
    told, serving = {}, None
    with open_sink(tmp_path) as sink:
        for words in (adapted(one, port=sink.port, folder=tmp_path) for one in commands()):
            if words == ["serve"]:
                serving = serve_until_sent(house)
            else:
                told[" ".join(words[:2])] = house.run(*words)
        arrived = sink.recipients()
        serving.terminate()
        serving.wait(60)
    assert arrived == {"ana@cliente.example": 1, "eva@cliente.example": 1, "you@example.org": 1}
    assert "WRONG" not in told["doctor"], "the way leaves nothing out that must be there"
    assert "v=DKIM1" in told["doctor"]
    assert re.search(r"\b2 +get it", told["campaign dry-run"])
    assert re.search(r"\b1 +G03", told["campaign dry-run"])
    assert re.search(r"\b2 +sent", told["campaign status"])
    mail = sink.dump.read_text("latin-1")
    assert "<https://mail.example.org/u/" in mail
    assert "127.0.0.1:8000" not in mail, "readers are answered at the brand's own address"
