"""Settings files: what is right counts, what is wrong is told at its place, nothing raises."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.diagnostics.model import Place
from quarterdeck.settings.model import DEFAULTS, Settings
from quarterdeck.settings.read import MAX_FILE_LENGTH, fields_of, read_settings, settings_from_data

PATH = "/work/.quarterdeck.yaml"
NAMES_NOTHING = "an entry of `ignore` that names neither codes nor paths is not used"
WHOLE = """\
scenarios:
  prod:
    values: [environments/common.yaml, environments/prod.yaml]
    set: image.tag=1.2.3
    setString: [a=1, b=2]
    setJson: ['c={"d": 1}']
    setFile: [e=run.sh]
    setLiteral: f=1,2
    releaseName: shop
    namespace: shop-prod
    kubeVersion: 1.30
    apiVersions: [monitoring.coreos.com/v1]
    charts: ["charts/*"]
  empty:
focus: prod
discover: ["environments/**"]
rules:
  QD304: off
ignore:
  - codes: QD402
    paths: templates/tests/**
    reason: by hand
kubeVersion: "1.33"
apiVersions: one/v1
"""


def read(text: str) -> Settings:
    """Read a file that has no mistake."""
    settings, findings = read_settings(text, PATH)
    assert findings == []
    return settings


def check_reports(text: str, *expected: str) -> Settings:
    """Read a file; `expected` are `line:column-end code message`, and the proposal after ` | `."""
    settings, findings = read_settings(text, PATH)
    assert all(one.path == PATH for one in findings)
    shown = [
        f"{one.line}:{one.column}-{one.place.end_column} {one.code} {one.message}"
        + (f" | {one.proposal}" if one.proposal else "")
        for one in findings
    ]
    assert shown == list(expected)
    return settings


def test_every_setting_is_read() -> None:
    settings = read(WHOLE)
    prod = settings.scenarios["prod"]
    assert [one.text for one in prod.values] == ["environments/common.yaml", "environments/prod.yaml"]
    flags = (*prod.set, *prod.set_string, *prod.set_json, *prod.set_file, *prod.set_literal)
    assert [one.text for one in flags] == ["image.tag=1.2.3", "a=1", "b=2", 'c={"d": 1}', "e=run.sh", "f=1,2"]
    assert (prod.release_name, prod.namespace) == ("shop", "shop-prod")
    assert prod.api_versions == ("monitoring.coreos.com/v1",)
    assert [one.text for one in prod.charts] == ["charts/*"]
    assert settings.scenarios["empty"].values == ()
    assert settings.focus is not None
    assert settings.focus.text == "prod"
    assert not isinstance(settings.discover, bool)
    assert [one.text for one in settings.discover] == ["environments/**"]
    assert settings.rules == {"QD304": "off"}
    (ignore,) = settings.ignore
    assert (ignore.codes, ignore.paths, ignore.reason) == (("QD402",), ("templates/tests/**",), "by hand")
    assert settings.api_versions == ("one/v1",)
    assert settings.given == {one.field for one in fields_of(Settings)}


def test_what_is_reported_later_knows_its_place() -> None:
    prod = read(WHOLE).scenarios["prod"]
    assert prod.place == Place(PATH, 2, 3, 2, 7)
    assert prod.values[1].place == Place(PATH, 3, 40, 3, 62)
    assert prod.values[1].folder == "/work"


def test_versions_and_levels_count_as_they_are_written() -> None:
    settings = read("kubeVersion: 1.30\nrules: {QD304: off}\n")
    assert settings.kube_version is not None
    assert settings.kube_version.text == "1.30"
    assert settings.rules == {"QD304": "off"}


def test_an_empty_file_and_empty_settings_are_the_defaults() -> None:
    assert read("") == read("# nothing\n") == DEFAULTS
    assert read("scenarios:\nfocus:\nrules: ~\n") == DEFAULTS


def test_unknown_names_are_told_and_the_rest_counts() -> None:
    settings = check_reports(
        "kubeVersoin: 1.30\nfocus: prod\nscenarios:\n  prod:\n    valeus: a.yaml\n    namespace: here\n",
        "1:1-12 QD802 there is no setting `kubeVersoin` | Did you mean `kubeVersion`?",
        "5:5-11 QD802 there is no setting `scenarios.prod.valeus` | Did you mean `values`?",
    )
    assert settings.focus is not None
    assert settings.scenarios["prod"].namespace == "here"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scenarios: 3", "1:12-13 QD803 `scenarios` must be a map, not a number"),
        ("scenarios: {a: []}", "1:16-18 QD803 `scenarios.a` must be a map, not a list"),
        ("focus: [a]", "1:8-11 QD803 `focus` must be a text, not a list"),
        ("focus: {}", "1:8-10 QD803 `focus` must be a text, not a map"),
        ("discover: 3", "1:11-12 QD803 `discover` must be true, false or a list, not a number"),
        ("apiVersions: {}", "1:14-16 QD803 `apiVersions` must be a list of texts, not a map"),
        ("apiVersions: [{}]", "1:15-17 QD803 `apiVersions[0]` must be a text, not a map"),
        ("ignore: [a]", "1:10-11 QD803 `ignore[0]` must be a map, not a text"),
        (
            "rules: {QD304: lo}",
            "1:16-18 QD803 `rules.QD304` cannot be `lo` | Did you mean `low`?",
        ),
        (
            "rules: {QD304: [low]}",
            "1:16-21 QD803 `rules.QD304` must be one of off, info, low, medium, high, critical, not a list",
        ),
        (
            "scenarios: {a: {values: [null]}}",
            "1:26-30 QD803 `scenarios.a.values[0]` must be a text, not empty",
        ),
        ("scenarios: {'': {}}", "1:13-15 QD803 an entry of `scenarios` has no name"),
        ("- a", "1:1-4 QD801 settings must be a map of names to values, not a list"),
        ("text", "1:1-5 QD801 settings must be a map of names to values, not a text"),
        (
            "ignore: {}",
            f"1:9-11 QD803 {NAMES_NOTHING} | Say what is to be ignored.",
        ),
        ("ignore: {paths: ../x}", "1:9-22 QD803 `../x` is no pattern: a pattern has no `.` or `..` in it"),
    ],
)
def test_values_of_a_wrong_type_leave_the_default(text: str, message: str) -> None:
    settings = check_reports(text, message)
    left = (settings.focus, settings.rules, settings.ignore, settings.discover, settings.api_versions)
    assert left == (None, {}, (), True, ())


def test_codes_that_no_finding_has_are_told() -> None:
    settings = check_reports(
        "rules: {QD40: low, QD304: off}\nignore:\n  - codes: [QD9999, QD304]\n  - codes: QD3O4\n",
        "1:9-13 QD804 no finding has the code `QD40` | Did you mean `QD405`?",
        "3:13-19 QD804 no finding has the code `QD9999` | docs/findings.md lists the codes.",
        "4:12-17 QD804 no finding has the code `QD3O4` | Did you mean `QD304`?",
    )
    assert settings.rules == {"QD304": "off"}
    assert [one.codes for one in settings.ignore] == [("QD304",)]


def test_a_name_that_is_written_twice_is_told_and_the_last_counts() -> None:
    settings = check_reports(
        "focus: a\nfocus: b\nrules: {QD304: low, QD304: off}\n",
        "2:1-6 QD803 `focus` is written twice; the last one counts | Delete one of them.",
        "3:21-26 QD803 `rules.QD304` is written twice; the last one counts",
    )
    assert settings.focus is not None
    assert settings.focus.text == "b"
    assert settings.rules == {"QD304": "off"}


def test_damage_is_told_once_and_what_stands_before_it_counts() -> None:
    settings, findings = read_settings("focus: prod\nrules: {QD304: off\nscenarios: x\n", PATH)
    assert [(one.code, one.line) for one in findings] == [("QD801", 3)]
    assert settings.focus is not None
    assert settings.focus.text == "prod"


def test_only_the_first_document_counts() -> None:
    check_reports(
        "focus: a\n---\nfocus: b\n",
        "2:4-4 QD801 only the first document of a settings file counts | Put all settings above the `---`.",
    )


def test_anchors_and_merges_may_share_what_scenarios_have_in_common() -> None:
    settings = read(
        "scenarios:\n  a: &a\n    values: [x.yaml]\n    namespace: one\n"
        "  b:\n    <<: *a\n    namespace: two\n"
    )
    assert settings.scenarios["b"].namespace == "two"
    assert [one.text for one in settings.scenarios["b"].values] == ["x.yaml"]


def test_aliases_of_aliases_end() -> None:
    letters = "abcdefgh"
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in pairwise(letters)]
    findings = read_settings("\n".join(lines), PATH)[1]
    assert "aliases multiply" in " ".join(one.message for one in findings)


def test_a_file_without_end_is_not_used() -> None:
    settings, findings = read_settings("focus: a\n" + "#" * MAX_FILE_LENGTH, PATH)
    assert (settings, [one.code for one in findings]) == (DEFAULTS, ["QD801"])


WORDS = [
    "scenarios",
    "prod",
    "values",
    "set",
    "rules",
    "QD304",
    "off",
    "ignore",
    "codes",
    "discover",
    "focus",
]
PIECES = st.sampled_from(
    [*WORDS, ":", " ", "\n", "  ", "- ", "[", "]", "{", "}", ",", "&a", "*a", "<<", "'", "1.30"]
)


@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    settings, findings = read_settings(text, PATH)
    assert isinstance(settings, Settings)
    assert [one.place for one in findings] == sorted(one.place for one in findings)


# --- what an editor sends ---


def test_an_editors_configuration_is_read_with_its_types_checked() -> None:
    settings, complaints = settings_from_data(
        {"focus": "prod", "rules": {"QD304": "offf", "QD402": "low"}, "discover": {}, "kubeVersion": None}
    )
    assert settings.focus is not None
    assert settings.focus == ("prod", None)
    assert settings.rules == {"QD402": "low"}
    assert settings.discover is True
    assert settings.given == {"focus", "rules"}
    assert complaints == [
        "`rules.QD304` cannot be `offf`. Did you mean `off`?",
        "`discover` must be true, false or a list, not a map.",
    ]


def test_settings_of_the_client_itself_are_left_alone() -> None:
    assert settings_from_data({"server": {"path": "x"}, "scenarios": {"a": {}}}) == (DEFAULTS, [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_no_data_raises(data: object) -> None:
    assert isinstance(settings_from_data(data)[0], Settings)
