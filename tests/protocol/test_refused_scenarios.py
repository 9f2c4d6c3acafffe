"""Scenarios that cannot be rendered: told once, where they are declared, and nothing else is doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from protocol.raw import RawEditor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BAD = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n  x: {{ undefinedFunction 1 }}\n"
SETTINGS = "scenarios:\n  prod:\n    values: [gone.yaml]\n"


@pytest.mark.parametrize("focus", ["", "focus: prod\n"], ids=["in the background", "focused"])
def test_a_missing_values_file_is_told_where_it_is_named(make_chart: Callable[..., Path], focus: str) -> None:
    chart = make_chart(**{"templates/a.yaml": BAD, ".quarterdeck.yaml": SETTINGS + focus})
    with RawEditor() as editor:
        editor.start(chart)
        editor.open(chart / "templates/a.yaml")
        editor.until_idle()
        (missing,) = editor.shown[(chart / ".quarterdeck.yaml").as_uri()]
        assert "gone.yaml" in missing["message"]
        assert missing["range"]["start"]["line"] == 2
        (mistake,) = editor.shown[(chart / "templates/a.yaml").as_uri()]
        assert "undefinedFunction" in mistake["message"]
        assert "scenario" not in mistake["message"], "the other scenario was not rendered"
