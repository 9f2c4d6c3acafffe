"""Findings of several scenarios joined: each once, with where it occurs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.diagnostics.model import Finding, Place, Related, Severity
from quarterdeck.findings.scenarios import merge_scenarios


def finding(
    code: str = "QD301",
    line: int = 1,
    message: str = "fails",
    severity: Severity = Severity.HIGH,
    related: tuple[Related, ...] = (),
) -> Finding:
    return Finding(
        code=code, severity=severity, place=Place("a.yaml", line), message=message, related=related
    )


def test_what_occurs_in_all_scenarios_names_none() -> None:
    assert merge_scenarios({"default": [finding()], "prod": [finding()]}) == [finding()]


def test_what_occurs_in_some_names_them_in_the_order_of_the_scenarios() -> None:
    merged = merge_scenarios({"prod": [finding()], "default": [], "ci": [finding()]})
    assert [one.scenarios for one in merged] == [("prod", "ci")]


def test_one_scenario_alone_is_left_as_it_is() -> None:
    assert merge_scenarios({"prod": [finding(line=2), finding(line=1)]}) == [finding(line=1), finding(line=2)]


def test_places_codes_and_messages_tell_findings_apart() -> None:
    findings = [finding(), finding(code="QD302"), finding(line=2), finding(message="fails otherwise")]
    merged = merge_scenarios({"default": findings, "prod": []})
    assert sorted((one.code, one.line, one.message) for one in merged) == sorted(
        (one.code, one.line, one.message) for one in findings
    )


def test_a_finding_is_as_bad_as_where_it_is_worst() -> None:
    merged = merge_scenarios({"a": [finding(severity=Severity.LOW)], "b": [finding(severity=Severity.HIGH)]})
    assert [(one.severity, one.scenarios) for one in merged] == [(Severity.HIGH, ())]


def test_notes_of_all_scenarios_are_kept() -> None:
    notes = [Related(Place(f"{name}.yaml"), "the value is written here") for name in "ab"]
    merged = merge_scenarios({"a": [finding(related=(notes[0],))], "b": [finding(related=(notes[1],))]})
    assert merged[0].related == tuple(notes)


FINDINGS = st.lists(
    st.builds(
        finding,
        code=st.sampled_from(["QD301", "QD302"]),
        line=st.integers(1, 3),
        severity=st.sampled_from([Severity.HIGH, Severity.LOW]),
        related=st.lists(
            st.builds(Related, st.builds(Place, st.sampled_from("ab")), st.just("here")), max_size=2
        ).map(tuple),
    ),
    max_size=5,
)


@given(st.dictionaries(st.sampled_from(["default", "ci", "prod"]), FINDINGS, min_size=1))
def test_the_order_of_scenarios_and_findings_changes_only_the_order_of_names(
    by_scenario: dict[str, list[Finding]],
) -> None:
    def plain(findings: list[Finding]) -> list[tuple[Place, str, str, frozenset[str]]]:
        return [(one.place, one.code, one.message, frozenset(one.scenarios)) for one in findings]

    backwards = {name: list(reversed(by_scenario[name])) for name in reversed(by_scenario)}
    merged = merge_scenarios(by_scenario)
    assert plain(merged) == plain(merge_scenarios(backwards))
    assert [one.place for one in merged] == sorted(one.place for one in merged)
    for one in merged:
        met = {
            name
            for name, found in by_scenario.items()
            if plain([one])[0][:3] in {each[:3] for each in plain(found)}
        }
        assert set(one.scenarios) == (met if len(met) < len(by_scenario) else set())
