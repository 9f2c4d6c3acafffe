"""How much workers take of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quarterdeck.workers import modesty

if TYPE_CHECKING:
    from pathlib import Path

GIGABYTE = 1 << 30


@pytest.mark.parametrize(
    ("text", "count", "share"),
    [
        ("8589934592\n", 1, 4 * GIGABYTE),
        ("8589934592\n", 4, GIGABYTE),
        ("8589934592\n", 0, 4 * GIGABYTE),
        ("8589934592\n", 100, modesty.LEAST_BYTES),
        ("1000\n", 1, modesty.LEAST_BYTES),
        ("max\n", 1, 8 * GIGABYTE),
        ("99999999999999999\n", 1, 8 * GIGABYTE),
        (None, 2, 4 * GIGABYTE),
    ],
)
def test_workers_share_half_of_the_memory_of_the_machine_or_container(
    text: str | None, count: int, share: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = tmp_path / "memory.max"
    if text is not None:
        limit.write_text(text)
    monkeypatch.setattr(modesty, "_CGROUP_LIMITS", (limit,))
    monkeypatch.setattr(modesty, "_physical", lambda: 16 * GIGABYTE)
    assert modesty.fair_share(count) == share


def test_nobody_is_limited_where_nobody_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modesty, "_CGROUP_LIMITS", ())
    monkeypatch.setattr(modesty, "_physical", lambda: None)
    assert modesty.fair_share(1) is None


def test_there_is_a_processor() -> None:
    assert modesty.processors() >= 1
