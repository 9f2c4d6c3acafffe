"""The open corpus: real charts that others publish, and what the official engine makes of them.

It is kept apart from the project, next to it (`../shared/corpus`) or where `QUARTERDECK_CORPUS` points.
Without it the tests that need it are skipped with `MISSING` as their reason; in CI that fails.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import tarfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("QUARTERDECK_CORPUS") or REPOSITORY.parent / "shared" / "corpus")
MISSING = f"the open corpus is not at {FOLDER}; QUARTERDECK_CORPUS names its folder"
SHARE = 5
"""One chart in so many is tested when only a share of the long tests runs."""


class Scenario(NamedTuple):
    """One set of overrides and what Helm renders with them (release `rel`, namespace `ns`, first install)."""

    name: str
    values: dict[str, Any]
    templates: dict[str, str]
    """Template path -> text, partials left out."""
    volatile: dict[str, list[int] | str]
    """Template path -> 0-based indexes of lines that differ from run to run, or `"all"`."""
    error: str
    """Helm's message when it refuses, else empty."""


def is_present() -> bool:
    """Tell whether the corpus is there."""
    return FOLDER.is_dir()


def chart_names() -> list[str]:
    """Name all charts in order; none without the corpus."""
    return sorted(path.name.removesuffix(".tgz") for path in FOLDER.glob("charts/*.tgz"))


def shared_names() -> list[str]:
    """Name the charts that this run tests: all, or a share drawn with the run's seed."""
    names = chart_names()
    if os.environ.get("QUARTERDECK_PROFILE", "share") != "share":
        return names
    drawn = random.Random(os.environ.get("QUARTERDECK_SEED")).sample(names, len(names) // SHARE)
    return sorted(drawn)


def archive(name: str) -> Path:
    """Give the packed chart."""
    return FOLDER / "charts" / f"{name}.tgz"


def unpack(name: str, folder: Path) -> Path:
    """Unpack a chart below `folder`, once, and give the chart's own folder."""
    target = folder / name
    if not target.is_dir():
        with tarfile.open(archive(name)) as packed:
            packed.extractall(folder, filter="data")
    return target


@cache
def scenarios(name: str) -> tuple[Scenario, ...]:
    """Read the goldens of one chart."""
    golden = json.loads(gzip.decompress((FOLDER / "golden" / f"{name}.json.gz").read_bytes()))
    return tuple(
        Scenario(
            name=scenario,
            values=content["values"],
            templates=content.get("templates", {}),
            volatile=content.get("volatile", {}),
            error=content.get("error", ""),
        )
        for scenario, content in golden.items()
    )


def stable_lines(text: str, volatile: list[int] | str) -> list[str]:
    """Give the lines of a rendered text that are the same in each of Helm's runs, numbered."""
    if volatile == "all":
        return []
    left_out = set(volatile)
    return [f"{index + 1}: {line}" for index, line in enumerate(text.split("\n")) if index not in left_out]
