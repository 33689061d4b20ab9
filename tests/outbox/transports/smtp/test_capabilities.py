from esmero.outbox.transports.smtp.capabilities import Capabilities


def test_what_postfix_says_is_read():
    lines = ["mail.example", "PIPELINING", "SIZE 10240000", "STARTTLS", "AUTH PLAIN LOGIN", "AUTH=PLAIN LOGIN"]
    read = Capabilities.read([*lines, "ENHANCEDSTATUSCODES", "8bitmime", "DSN", "SMTPUTF8", "CHUNKING", ""])
    assert read.size_limit == 10240000
    assert read.mechanisms == ("PLAIN", "LOGIN")
    assert read.pipelining
    assert read.chunking
    assert read.starttls
    assert read.eight_bit
    assert read.dsn
    assert read.smtputf8
    assert read.names[:3] == ("PIPELINING", "SIZE", "STARTTLS")


def test_nothing_is_assumed():
    assert Capabilities.read(["PIPELINING.example"]) == Capabilities()


def test_a_size_without_or_with_a_strange_limit_is_no_limit():
    for word in ("SIZE", "SIZE 0", "SIZE many", "SIZE -5", "SIZE ²"):
        read = Capabilities.read(["mail.example", word])
        assert read.size
        assert read.size_limit == 0
