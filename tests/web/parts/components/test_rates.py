from django.utils.translation import ngettext, override

from esmero.web.parts.components.rates import fill


def test_counted_words_group_their_numbers_as_the_reader_does() -> None:
    words = "%(number)d address may be written to again.", "%(number)d addresses may be written to again."
    for language, grouped in (("en", "2,204"), ("es", "2\u00a0204"), ("fr", "2\u00a0204")):
        with override(language):
            assert grouped in fill(ngettext(*words, 2204), number=2204)


def test_what_is_no_number_is_said_as_it_is() -> None:
    assert fill("%(number)d %% of “%(tag)s”", number=1234567, tag="2204") == "1,234,567 % of “2204”"
