"""Templates as they are while somebody types: any text gives findings, nothing raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies

from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.workspace.check import check_chart

if TYPE_CHECKING:
    from pathlib import Path

PIECES = (
    *("x: y", " ", "\n", "\r\n", "ä", "\u2028", "{{ ", "}}", "{{- ", " -}}", '"', "`", "{{/*", "*/}}"),
    *("if ", "else", "else if ", "range ", "with ", "end", "define ", "block ", "template ", "include "),
    *("break", "continue", "undefinedFunction ", "quote ", "tpl ", "toYaml ", ".Values.a", ".", "$", "$x"),
    *(":=", "=", ",", "|", "(", ")", "1", '"a"', "nil", "{{ end }}", "{{ if .Values.a }}"),
)


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("charts") / "shop"
    (root / "templates").mkdir(parents=True)
    (root / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    (root / "templates/a.yaml").write_text("")
    check_chart(root)  # the first check raises Python's recursion limit, which hypothesis would complain of
    return root


def findings_of(chart: Path, text: str) -> list[str]:
    """Give `line:column: message` of each finding."""
    found = check_chart(chart, overlay={"templates/a.yaml": text})
    return [f"{one.line}:{one.column}: {one.message}" for one in found]


@given(strategies.lists(strategies.sampled_from(PIECES), max_size=25).map("".join))
def test_any_row_of_words_gives_findings_and_never_raises(chart: Path, text: str) -> None:
    findings_of(chart, text)


@pytest.mark.parametrize("arguments", ["", "nil", ". .", "(list) nil", "1 2 3 4 5", ".Values.nobody"])
def test_functions_that_are_typed_with_too_few_or_odd_arguments_never_raise(
    chart: Path, arguments: str
) -> None:
    for name in function_table():
        findings_of(chart, f"a: {{{{ {name} {arguments} }}}}")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("{{u", '1:3: function "u" not defined'),
        ("{{if}}x{{end}}", "1:5: missing value for if"),
        ("a: b\n{{if true}}\n{{if}}x{{end}}\n{{end}}", "3:5: missing value for if"),
        ("{{ with $x := }}a{{end}}", "1:15: missing value for with"),
        ('{{if."}}x{{end}}', "1:5: bad character U+0022 '\"'"),
    ],
)
def test_a_damaged_action_is_reported_once(chart: Path, text: str, finding: str) -> None:
    assert findings_of(chart, text) == [finding]
