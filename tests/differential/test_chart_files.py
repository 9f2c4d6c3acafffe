"""`.Files` and `.Capabilities` in templates, compared with the official engine."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import helm_python as helm
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.runtime.jsontext import encode_json

PATHS = ("a", "b", "ab", "ba", "a.b", "d/a", "d/b", "d/e/a", "a-b", "x{a}", "x[a]", "x,a", "c!d")
MISTAKEN = re.compile(r"[{,](\\?$|[{},])|\{([^}]*$|[^}]*\?\*)")
"""Alternatives that are empty, unclosed or hold `?*`: Helm's library panics over some, or misses files."""
PATTERNS = st.text(st.sampled_from("ab*?[]{},!-/x.\\"), max_size=9)


def write_probe(folder: Path, template: str) -> None:
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: probe\nversion: 1.0.0\n")
    (folder / "templates/probe.yaml").write_text(template)


def ask_helm(folder: Path) -> str:
    with helm.Chart.load(folder) as chart:
        return chart.render({}, name="x", namespace="ns")["probe/templates/probe.yaml"]


@given(patterns=st.lists(PATTERNS.filter(lambda text: not MISTAKEN.search(text)), min_size=1, max_size=40))
@settings(max_examples=25)
@example(["{a,b}*", "*{b,ab}", "d/**", "[!a]*", "x\\{a}"])
def test_globs_choose_the_files_that_helm_chooses(patterns: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = "".join(
            f"{{{{ range $path, $_ := .Files.Glob {json.dumps(pattern)} }}}}{{{{ $path }}}} {{{{ end }}}}\n"
            for pattern in patterns
        )
        write_probe(folder, asked)
        for path in PATHS:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("x")
        files = prepare(read_chart(folder), {}, Release(), make_capabilities()).context.get("Files")
        ours = "".join(f"{' '.join([*files.glob(pattern), ''])}\n" for pattern in patterns)
        assert ours == ask_helm(folder)


def test_capabilities_are_those_of_the_engine(tmp_path: Path) -> None:
    write_probe(
        tmp_path,
        '{{ toJson .Capabilities }}\n{{ .Capabilities }}\n{{ printf "%v" .Capabilities.KubeVersion }}\n',
    )
    capabilities = make_capabilities()
    as_json, as_text, version = ask_helm(tmp_path).splitlines()
    assert encode_json(capabilities) == as_json
    assert capabilities.format() == as_text
    assert version == "{v1.36.0 v1.36.0 1 36}"
