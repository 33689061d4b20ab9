"""The labelled mail of many systems, scored as its own tool scores it; the bars are those of acceptance.

One auto-reply of twelve is an Exim report of a failed delivery with Auto-Submitted, which we call a bounce.
"""

import collections
import csv
import email
import os
import re
from datetime import date
from pathlib import Path

import pytest

from esmero.intake.mail_folders import classify_file, name_kind, name_recipients

pytestmark = pytest.mark.slow

ROOT = Path(os.environ.get("ESMERO_CORPUS") or Path(__file__).parents[3] / "shared" / "data") / "mail"
BARS = {
    "parsed": 1.0,
    "bounce precision": 0.98,
    "kind bounce": 0.97,
    "kind reply": 0.98,
    "kind complaint": 0.95,
    "kind autoreply": 0.90,
    "recipients": 0.95,
    "hard/soft": 0.92,
    "reply text": 0.90,
}


def family(kind):
    for name in ("autoreply", "reply"):
        if kind.startswith(name):
            return name
    return "other" if kind in {"odd", "not-bounce"} else kind


def squeeze(text):
    return re.sub(r"[\s>]+", " ", text).strip()


@pytest.mark.corpus
@pytest.mark.skipif(not (ROOT / "labels.tsv").is_file(), reason="ESMERO_CORPUS names no folder with mail/labels.tsv")
def test_scores_of_the_corpus():
    truth = collections.defaultdict(list)
    with (ROOT / "labels.tsv").open(encoding="utf8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            truth[row["file"]].append(row)
    right, count = collections.Counter(), collections.Counter()

    def score(name, hit):
        count[name] += 1
        right[name] += bool(hit)

    for name, rows in truth.items():
        verdict = classify_file(name, (ROOT / name).read_bytes(), today=date(2026, 11, 22))
        kind, got = family(rows[0]["kind"]), family(name_kind(verdict))
        score("parsed", True)
        if rows[0]["kind"] != "odd":
            score(f"kind {kind}", got == kind)
        if got == "bounce":
            score("bounce precision", kind == "bounce")
        hard = {row["hard"] for row in rows if row["hard"]}
        if kind == "bounce" and len(hard) == 1:
            score("hard/soft", verdict.hard is not None and hard == {str(int(verdict.hard))})
        if rows[0]["label_source"].startswith("flufl"):
            wanted = {address.lower() for row in rows for address in row["recipients"].split()}
            score("recipients", wanted == {address.lower() for address in name_recipients(verdict)})
        expected = ROOT / "reply-expected" / Path(name).name
        if expected.is_file():
            score("reply text", squeeze(expected.read_text("utf8", "replace")) == squeeze(verdict.reply_text))
    shares = {name: right[name] / count[name] for name in sorted(count)}
    for name, share in shares.items():
        print(f"{name}\t{right[name]}/{count[name]}\t{share:.3f}")
    assert not {name: share for name, share in shares.items() if share < BARS.get(name, 0)}


@pytest.mark.corpus
@pytest.mark.skipif(not (ROOT / "odd").is_dir(), reason="ESMERO_CORPUS names no folder with mail/odd")
def test_sender_and_text_of_each_odd_message_are_found():
    """The oracle is the standard library: an address of the From line, and words wherever a text part has any."""
    missing, files = [], sorted((ROOT / "odd").iterdir())
    for path in files:
        raw = path.read_bytes()
        verdict = classify_file(f"odd/{path.name}", raw, today=date(2026, 11, 22))
        mail = email.message_from_bytes(raw)
        named = re.findall(r"[\w.+=&'*/%!#$-]+@[\w.-]+", str(mail.get("From") or ""))
        if named and verdict.sender.lower() not in {one.lower() for one in named}:
            missing.append((path.name, "sender", named, verdict.sender))
        texts = [part for part in mail.walk() if part.get_content_maintype() == "text" and not part.get_filename()]
        if any((part.get_payload(decode=True) or b"").strip() for part in texts) and not verdict.text.strip():
            missing.append((path.name, "text"))
    assert files
    assert missing == []
