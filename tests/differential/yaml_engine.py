"""The official engine as an oracle for YAML: what it reads from a text, and what it writes for a value."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from official_engine import ask_helm

if TYPE_CHECKING:
    from collections.abc import Sequence

END = "\n<<< end of one answer >>>\n"


class Read(NamedTuple):
    """A text's value (None with an error), and Helm's error."""

    value: Any
    error: str | None


@cache
def _chart(template: str) -> tuple[Path, tempfile.TemporaryDirectory[str]]:
    folder = tempfile.TemporaryDirectory(prefix="quarterdeck-yaml-")
    chart = Path(folder.name, "yaml")
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: yaml\nversion: 1.0.0\n", "utf-8")
    (chart / "templates" / "out.txt").write_text(template, "utf-8")
    return chart, folder


def _ask(template: str, values: dict[str, Any]) -> list[str]:
    answer = ask_helm(_chart(template)[0], {**values, "end": END})
    assert not answer.error
    (text,) = (text for path, text in answer.templates.items() if path.endswith("out.txt"))
    return text.split(END)[:-1]


def read_all(texts: Sequence[str]) -> list[Read]:
    """Read the texts, each of which holds a map in its first document, as `fromYaml` does."""
    template = "{{ range .Values.texts }}{{ fromYaml . | toJson }}{{ $.Values.end }}{{ end }}"
    return [_answer(json.loads(answer, parse_int=float)) for answer in _ask(template, {"texts": list(texts)})]


def write_all(function: str, values: Sequence[Any]) -> list[str]:
    """Write the values with `toYaml` or another function; numbers arrive there as float64."""
    written = f'{{{{ {function} (index (fromJson .) "v") }}}}'
    template = f"{{{{ range .Values.values }}}}{written}{{{{ $.Values.end }}}}{{{{ end }}}}"
    return _ask(template, {"values": [json.dumps({"v": value}) for value in values]})


def _answer(value: dict[str, Any]) -> Read:
    if isinstance(value.get("Error"), str):
        return Read(None, value["Error"])
    return Read(value, None)
