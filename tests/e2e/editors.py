"""The set-ups of docs/editors.md, taken from the page and run in the real editors, without a screen.

Not collected with the other tests, as it needs the editors: `tests/e2e/run.sh` installs them and runs this.
`QUARTERDECK` names the server's program.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "editors.md"
MISTAKE, REPAIR = "undefinedFunction", "quote"
TEMPLATE = f"""apiVersion: v1
kind: ConfigMap
metadata:
  name: words
data:
  ä: {{{{ "x" | {MISTAKE} }}}}
"""
FILES = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    "values.yaml": "{}\n",
    "templates/words.yaml": TEMPLATE,
}


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / "my shop" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "my shop"


def snippets(*names: str) -> str:
    """Give the code blocks of the page that stand behind the comments with these names."""
    page = PAGE.read_text("utf-8")
    blocks: list[str] = []
    for name in names:
        found = re.findall(rf"<!-- {re.escape(name)} -->\n```\w+\n(.*?)```", page, re.DOTALL)
        assert len(found) == 1, name
        blocks += found
    return "\n".join(blocks)


def run(command: list[str], chart: Path, setup: str) -> dict[str, Any]:
    """Run an editor on the chart's template with this set-up; give all that it tells."""
    home = chart.parent / "home"
    programs = chart.parent / "bin"
    for folder in (home, programs):
        folder.mkdir()
    server = shutil.which(os.environ["QUARTERDECK"])
    assert server, "QUARTERDECK names no program"
    (programs / "quarterdeck").symlink_to(Path(server).absolute())
    (home / "setup").write_text(setup, encoding="utf-8")
    environment = {
        **os.environ,
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "SETUP": str(home / "setup"),
        "TEMPLATE": str(chart / "templates" / "words.yaml"),
        "MISTAKE": MISTAKE,
        "REPAIR": REPAIR,
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False, cwd=chart
    )
    told: dict[str, Any] = {}
    for line in done.stdout.split("\n"):
        if line.startswith("{"):
            told |= json.loads(line)
    assert {"before", "after"} <= told.keys(), done.stdout + done.stderr
    return told


def check(told: dict[str, Any], filetype: str, *, bytes_count: bool) -> None:
    """The mistake was shown at its place, and no longer once it was mended."""
    assert told["filetype"] == filetype
    (mistake,) = told["before"]
    line = TEMPLATE.split("\n")[5]
    before = line[: line.index(MISTAKE)]
    column = len(before.encode()) if bytes_count else len(before)
    assert (mistake["line"], mistake["column"], mistake["to"]) == (5, column, column + len(MISTAKE))
    assert mistake["source"] == "quarterdeck"
    assert MISTAKE in mistake["message"]
    assert not told["after"]


def test_neovim(chart: Path) -> None:
    command = ["nvim", "--headless", "--clean", "-u", str(HERE / "neovim.lua")]
    told = run(command, chart, snippets("neovim filetype", "neovim start"))
    check(told, "helm", bytes_count=True)


@pytest.mark.parametrize("client", ["eglot", "lsp-mode"])
def test_emacs(chart: Path, client: str) -> None:
    setup = f"(require '{client})\n" + snippets("emacs mode", f"emacs {client}")
    told = run(["emacs", "-q", "--batch", "-l", str(HERE / "emacs.el")], chart, setup)
    check(told, "helm-template-mode", bytes_count=False)
