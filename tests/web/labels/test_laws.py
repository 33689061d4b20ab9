from django.utils.translation import override

from esmero.house.jurisdictions import all_profiles
from esmero.mailroom.planning.rule_counts import list_rules
from esmero.web.labels.law.citations import split_remark, translate_citation


def pieces():
    sources = [one.norm for one in list_rules()]
    sources += [term.norm for profile in all_profiles().values() for term in profile.terms.values()]
    for profile in all_profiles().values():
        cited = [one.citation for one in (*profile.tax_rates, *profile.clocks.values(), *profile.withdrawal.values())]
        sources += [one.source for one in (*cited, *profile.citations.values())]
    return {piece.rstrip(".") for one in sources for piece in one.split("; ")}


def test_every_remark_beside_a_law_is_known_and_so_translated():
    prose = ("good practice", " is ", " the ", " of ", " years ")
    left = {piece: split_remark(piece)[0] for piece in pieces()}
    assert len(left) > 20
    assert [piece for piece, citation in left.items() if any(word in citation for word in prose)] == []


def test_a_source_keeps_its_numbers_in_every_language():
    source = "Regulation (EU) 2016/679 art. 7(1) (the controller demonstrates it); RFC 8058 (one click is enough)."
    assert translate_citation(source) == source.rstrip(".")
    with override("es"):
        assert "2016/679 art. 7(1)" in translate_citation(source)
