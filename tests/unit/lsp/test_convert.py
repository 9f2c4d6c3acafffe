"""Tests of findings as diagnostics, and of what is told to the client."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp

from quarterdeck.diagnostics.catalog import link_of
from quarterdeck.diagnostics.model import Finding, Place, Related, Severity
from quarterdeck.lsp.board import Board
from quarterdeck.lsp.convert import Abilities, Converter, Diagnostics
from quarterdeck.lsp.messages import Diagnostic, Position, Range
from quarterdeck.text.edits import Unit
from quarterdeck.text.uri import uri_from_path

TEXT = "one\n😀 two  \r\nthree"


def finding(place: Place, **fields: object) -> Finding:
    return Finding(**{"code": "QD1", "severity": Severity.HIGH, "place": place, "message": "bad", **fields})


def convert(*findings: Finding, unit: Unit = Unit.UTF16, related: bool = True) -> Diagnostics:
    abilities = Abilities(unit=unit, related_information=related)
    texts = {"/shop/a.yaml": TEXT}
    return Converter(abilities, texts.get, uri_from_path).diagnostics(findings, "/shop")


def span(place: Place, unit: Unit = Unit.UTF16) -> tuple[int, int, int, int]:
    ((diagnostic,),) = convert(finding(place), unit=unit).values()
    start, end = diagnostic.range.start, diagnostic.range.end
    return start.line, start.character, end.line, end.character


@pytest.mark.parametrize(
    ("unit", "columns"), [(Unit.UTF32, (2, 5)), (Unit.UTF16, (3, 6)), (Unit.UTF8, (5, 8))]
)
def test_columns_become_units_of_the_client(unit: Unit, columns: tuple[int, int]) -> None:
    assert span(Place("/shop/a.yaml", 2, 3, 2, 6), unit) == (1, columns[0], 1, columns[1])


def test_a_place_without_an_end_reaches_to_the_last_visible_character() -> None:
    assert span(Place("/shop/a.yaml", 2, 3)) == (1, 3, 1, 6)
    assert span(Place("/shop/a.yaml", 2, 8)) == (1, 8, 1, 8)


def test_places_behind_the_text_are_moved_into_it() -> None:
    assert span(Place("/shop/a.yaml", 99, 99)) == (2, 5, 2, 5)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/shop/charts/db-1.0.tgz/templates/a.yaml", "charts/db-1.0.tgz/templates/a.yaml:3:4: bad"),
        ("/shop/charts/db", "charts/db:3:4: bad"),
        ("/common/gone.yaml", "/common/gone.yaml:3:4: bad"),
        ("/shop", "bad"),
    ],
)
def test_a_place_that_no_editor_can_open_is_told_at_the_charts_own_file(path: str, message: str) -> None:
    ((shown, (diagnostic,)),) = convert(finding(Place(path, 3, 4))).items()
    assert shown == "/shop/Chart.yaml"
    assert diagnostic.message == message
    assert diagnostic.range == Range(Position(0, 0), Position(0, 0))


def test_the_message_says_what_to_do_and_what_helm_says() -> None:
    told = finding(Place("/shop/a.yaml"), proposal="Do this.", helm_message="template: x:1: oops")
    ((diagnostic,),) = convert(told).values()
    assert diagnostic.message == "bad\nDo this.\nHelm says: template: x:1: oops"


@pytest.mark.parametrize(
    ("message", "helm_message"),
    [("oops here", "oops"), ("oops", "template: shop/templates/a.yaml:1:2: oops"), ("oops", "")],
)
def test_helms_words_are_not_said_where_they_add_nothing(message: str, helm_message: str) -> None:
    told = finding(Place("/shop/a.yaml"), message=message, helm_message=helm_message)
    ((diagnostic,),) = convert(told).values()
    assert diagnostic.message == message


def test_related_places_are_links_or_else_lines_of_the_message() -> None:
    elsewhere = Related(Place("/shop/charts/db.tgz/values.yaml", 9), "and here")
    told = finding(
        Place("/shop/a.yaml"), related=(Related(Place("/shop/a.yaml", 3, 1, 3, 6), "set here"), elsewhere)
    )
    ((linked,),) = convert(told).values()
    (link,) = linked.related_information
    assert (link.location.uri, link.message) == ("file:///shop/a.yaml", "set here")
    assert link.location.range == Range(Position(2, 0), Position(2, 5))
    assert linked.message == "bad\n/shop/charts/db.tgz/values.yaml:9: and here"
    ((plain,),) = convert(told, related=False).values()
    assert plain.related_information is None
    assert plain.message == "bad\n/shop/a.yaml:3: set here\n/shop/charts/db.tgz/values.yaml:9: and here"


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.CRITICAL, lsp.DiagnosticSeverity.Error),
        (Severity.HIGH, lsp.DiagnosticSeverity.Error),
        (Severity.MEDIUM, lsp.DiagnosticSeverity.Warning),
        (Severity.LOW, lsp.DiagnosticSeverity.Information),
        (Severity.INFO, lsp.DiagnosticSeverity.Hint),
    ],
)
def test_every_severity_has_its_level(severity: Severity, level: lsp.DiagnosticSeverity) -> None:
    ((diagnostic,),) = convert(finding(Place("/shop/a.yaml"), severity=severity)).values()
    assert diagnostic.severity == level


def test_doubles_are_told_once_and_in_the_order_of_the_text() -> None:
    late, early = finding(Place("/shop/a.yaml", 3, 1)), finding(Place("/shop/a.yaml", 1, 1))
    ((first, second),) = convert(late, early, late).values()
    assert (first.range.start.line, second.range.start.line) == (0, 2)


def test_a_code_leads_to_what_it_means_and_a_tag_is_shown_where_the_client_can() -> None:
    old = Finding(code="QD224", severity=Severity.LOW, place=Place("/shop/a.yaml"), message="old")
    able = Abilities(code_description=True, tags=frozenset({1, 2}))
    for abilities, link, tags in ((able, link_of("QD224"), (2,)), (Abilities(), None, ())):
        converter = Converter(abilities, {"/shop/a.yaml": TEXT}.get, uri_from_path)
        ((told,),) = converter.diagnostics([old], "/shop").values()
        assert (told.code_description and told.code_description.href) == link
        assert told.tags == tags


def test_scenarios_are_named_at_the_end_of_the_message_and_not_too_many() -> None:
    place = Place("/shop/a.yaml")
    ((one,),) = convert(finding(place, scenarios=("prod",))).values()
    assert one.message == "bad\nin scenario prod"
    ((some,),) = convert(finding(place, scenarios=("prod", "test"))).values()
    assert some.message == "bad\nin scenarios prod, test"
    ((many,),) = convert(finding(place, scenarios=tuple("abcdefg"))).values()
    assert many.message == "bad\nin scenarios a, b, c, d, e and 2 more"


def test_a_converter_for_other_texts_keeps_what_is_the_same_and_only_that() -> None:
    other = "x\n" + TEXT
    texts = {"/shop/a.yaml": TEXT, "/shop/b.yaml": other}
    findings = [finding(Place("/shop/a.yaml", 2, 3, 2, 6)), finding(Place("/shop/b.yaml", 3, 3, 3, 6))]
    converter = Converter(Abilities(), texts.get, uri_from_path)
    before = converter.diagnostics(findings, "/shop")
    texts["/shop/b.yaml"] = "y\nz\n😀😀😀😀😀😀"
    after = converter.renewed(texts.get, uri_from_path).diagnostics(findings, "/shop")
    assert after["/shop/a.yaml"][0] is before["/shop/a.yaml"][0]
    fresh = Converter(Abilities(), texts.get, uri_from_path).diagnostics(findings, "/shop")
    assert after == fresh != before


def diagnostic(message: str) -> Diagnostic:
    span = Range(Position(0, 0), Position(0, 1))
    return Diagnostic(range=span, severity=1, code="QD1", source="quarterdeck", message=message)


def test_only_files_that_changed_are_told_and_clean_ones_get_an_empty_list() -> None:
    board, bad, worse = Board(), diagnostic("bad"), diagnostic("worse")
    assert board.replace("/shop", {"/a": (bad,), "/b": (bad,)}, {}) == {"/a": (bad,), "/b": (bad,)}
    assert board.replace("/shop", {"/a": (bad,), "/b": (worse,)}, {}) == {"/b": (worse,)}
    assert board.replace("/shop", {"/b": (worse,)}, {}) == {"/a": ()}
    assert board.replace("/shop", {"/b": (worse,)}, {}) == {}


def test_an_open_file_is_told_at_each_of_its_versions_and_once() -> None:
    board, bad = Board(), diagnostic("bad")
    assert board.replace("/shop", {}, {"/a": 1}) == {"/a": ()}
    assert board.replace("/shop", {}, {"/a": 1}) == {}
    assert board.replace("/shop", {"/a": (bad,)}, {"/a": 2}) == {"/a": (bad,)}
    assert board.replace("/shop", {"/a": (bad,)}, {"/a": 3}) == {"/a": (bad,)}
    assert board.replace("/shop", {"/a": (bad,)}, {}) == {}, "closed with the same text"
    assert board.replace("/shop", {}, {}) == {"/a": ()}
    assert board.replace("/shop", {}, {"/a": 3}) == {"/a": ()}, "opened again"


def test_two_charts_that_share_a_file_keep_their_own() -> None:
    board, one, two = Board(), diagnostic("one"), diagnostic("two")
    board.replace("/shop", {"/common": (one,)}, {})
    assert board.replace("/bank", {"/common": (two,)}, {}) == {"/common": (one, two)}
    assert board.replace("/shop", {}, {}) == {"/common": (two,)}
    assert board.replace("/bank", {}, {}) == {"/common": ()}
