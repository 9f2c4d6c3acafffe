"""Documents keep what they promise: commands that run, decisions in order, links that lead somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tidy.readme_commands import README, Claim, claims, run_claim
from tidy.source_files import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

DECISIONS = REPOSITORY / "docs" / "decisions"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PROGRAM = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DECISION_PARTS = ("## Context", "## Decision", "## Consequences")


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.command[:60])
def test_readme_command_does_what_the_readme_shows(claim: Claim, tmp_path: Path) -> None:
    run = run_claim(claim, tmp_path)
    assert run.returncode == claim.exit_status, run.stdout + run.stderr
    actual = [line.rstrip() for line in run.stdout.split("\n")]
    missing = [line for line in claim.expected if line not in actual]
    assert not missing, f"not in the output of {claim.command!r}: {missing}\n{run.stdout}"


@pytest.mark.parametrize("program", PROGRAM.findall(README.read_text("utf-8")))
def test_readme_programs_run(program: str, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "replicas: 3" in done.stdout


def test_readme_holds_commands() -> None:
    assert len(claims()) >= 2


def test_every_command_block_of_the_readme_is_claimed_or_says_why_not() -> None:
    blocks = re.findall(r"^(.*)\n\n?```(?:console|sh|shell|bash)\n", README.read_text("utf-8"), re.MULTILINE)
    assert blocks
    unmarked = [line for line in blocks if not line.startswith(("<!-- run", "<!-- not run: "))]
    assert not unmarked, "a command block needs `<!-- run -->` or `<!-- not run: why -->` above it"


def test_make_targets_that_the_readme_names_exist() -> None:
    named = set(re.findall(r"`make ([a-z-]+)`|^\$ make ([a-z-]+)", README.read_text("utf-8"), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {first or second for first, second in named} <= targets


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted(DECISIONS.glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", sorted(DECISIONS.glob("[0-9]*.md")), ids=lambda path: path.stem)
def test_a_decision_says_context_decision_and_consequences(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert [part for part in DECISION_PARTS if part not in text] == []


def test_links_between_documents_lead_to_files() -> None:
    documents = [README, REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    broken = [
        f"{document.name}: {target}"
        for document in documents
        for target in LINK.findall(document.read_text("utf-8"))
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert not broken


def test_commands_of_the_readme_can_be_read_by_a_shell() -> None:
    assert all(shlex.split(claim.command) for claim in claims())
