"""Commands that the README shows, with their output.

A block of this form is run by a test, in a folder with a copy of `examples/`, with the `quarterdeck` of the
Python that runs the tests::

    <!-- run -->
    ```console
    $ quarterdeck check examples/healthy
    a line that the command must print
    …
    ```

`<!-- run exit=1 -->` expects that exit status. Each line of the block must be a line of the output; `…`
stands for any lines. A block with `<!-- not run: why -->` above it is left alone.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from tidy.source_files import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

README = REPOSITORY / "README.md"
BLOCK = re.compile(r"^<!-- run(?: exit=(\d))? -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY_LINES = "…"


class Claim(NamedTuple):
    """One command of the README and what it is said to print."""

    command: str
    expected: tuple[str, ...]
    exit_status: int


def claims() -> list[Claim]:
    """Read all claims; a block may hold several commands."""
    found: list[Claim] = []
    for status, block in BLOCK.findall(README.read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *output = part.rstrip("\n").split("\n")
            expected = tuple(line.rstrip() for line in output if line.strip() not in {"", ANY_LINES})
            found.append(Claim(command, expected, int(status or 0)))
    return found


def run_claim(claim: Claim, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a claim's command in `folder`, which gets a copy of the examples.

    Only `quarterdeck …` is run, without a shell: the README's text is not handed to one.
    """
    words = shlex.split(claim.command)
    if words[0] != "quarterdeck":
        message = f"only quarterdeck can be run for the README, not {words[0]}"
        raise ValueError(message)
    shutil.copytree(REPOSITORY / "examples", folder / "examples")
    environment = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "quarterdeck", *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
