from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esmero.outbox.transports.smtp.replies import (
    LINE_LIMIT,
    REPLY_LIMIT,
    TEXT_LIMIT,
    GarbageReplyError,
    ReplyReader,
)

STREAM = b"250-first\r\n250 2.1.0 second\r\n354 go\r\n550-5.1.1 no\r\n550 such user\r\n221\r\n"


def read(data):
    return list(ReplyReader().feed(data))


@given(st.lists(st.integers(0, len(STREAM)), max_size=20).map(sorted))
def test_replies_are_the_same_however_the_network_cuts_them(cuts):
    reader = ReplyReader()
    edges = [0, *cuts, len(STREAM)]
    replies = [reply for start, end in pairwise(edges) for reply in reader.feed(STREAM[start:end])]
    assert [(reply.code, reply.text, reply.enhanced) for reply in replies] == [
        (250, "first 2.1.0 second", ""),
        (354, "go", ""),
        (550, "5.1.1 no such user", "5.1.1"),
        (221, "", ""),
    ]
    assert reader.is_empty


@given(st.binary(max_size=300))
def test_any_octets_give_replies_or_a_named_fault(data):
    replies = []
    with suppress(GarbageReplyError):
        replies.extend(ReplyReader().feed(data))
    assert all(200 <= reply.code <= 599 and reply.text.isprintable() for reply in replies)


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\r\n",
        b"\r\n",
        b"25\r\n",
        b"199 too low\r\n",
        b"600 too high\r\n",
        b"250_neither\r\n",
        b"250-one\r\n251 other\r\n",
        b"2\xb20 digit of another script\r\n",
        b"x" * (LINE_LIMIT + 1),
        b"250 " + b"x" * LINE_LIMIT + b"\r\n",
        b"250-more and more\r\n" * (REPLY_LIMIT // 16),
    ],
)
def test_what_is_no_reply_is_refused(garbage):
    with pytest.raises(GarbageReplyError):
        read(garbage)


def test_good_replies_before_rubbish_are_heard():
    replies = ReplyReader().feed(b"250 ok\r\n\x1b rubbish\r\n")
    assert next(replies).code == 250
    with pytest.raises(GarbageReplyError) as fault:
        next(replies)
    assert str(fault.value).isprintable()


def test_a_status_of_another_class_than_the_code_is_not_believed():
    assert read(b"550 4.2.2 mixed up\r\n")[0].enhanced == ""
    assert read(b"550 5.7.1.9 too long\r\n")[0].enhanced == ""
    assert read(b"450 4.2.2 full\r\n")[0].enhanced == "4.2.2"


def test_text_is_bounded_and_printable():
    (reply,) = read(b"250 \x1b[31mred\x07 \xff caf\xc3\xa9 " + b"x" * 2000 + b"\r\n")
    assert reply.text.startswith(" [31mred  \ufffd café xxx")
    assert reply.text.isprintable()
    assert len(reply.text) == TEXT_LIMIT
