"""A refusal becomes a problem of RFC 9457 that any program can read."""

import json
from datetime import date
from urllib.parse import urljoin, urlsplit

from django.utils import translation

from esmero.imports.files.problem import FileProblem
from esmero.refusal import NotThere, Refusal
from esmero.web.refusals.problem import as_problem


def test_a_problem_has_the_members_of_the_standard_and_the_facts_beside_them():
    with translation.override("es"):
        problem = as_problem(FileProblem("line-too-long", line=7, most=1_000_000))
    assert json.loads(json.dumps(problem)) == problem
    assert (problem["status"], problem["line"], problem["most"]) == (422, 7, 1_000_000)
    assert problem["title"] == "Line too long"
    assert "1\u00a0000\u00a0000" in problem["detail"]
    assert urlsplit(problem["type"]).netloc == ""
    assert urljoin("https://house.example/api/people", problem["type"]).endswith("/problems/line-too-long")


def test_the_status_tells_the_kind_of_refusal():
    assert as_problem(Refusal("merge-undone"))["status"] == 409
    assert as_problem(NotThere("campaign-unknown", id=4))["status"] == 404


def test_any_fact_becomes_json():
    problem = as_problem(Refusal("never-heard-of", day=date(2026, 11, 30), pairs=[(1, "a")], what=object))
    assert json.loads(json.dumps(problem))["pairs"] == [[1, "a"]]
    assert problem["day"] == "2026-11-30"
