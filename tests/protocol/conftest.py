"""Charts on disk for the protocol's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def make_chart(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a chart: its folder's name, and texts by their paths inside it."""

    def make(name: str = "shop", /, **files: str) -> Path:
        root = tmp_path / name
        texts = {
            "Chart.yaml": f"apiVersion: v2\nname: {root.name.split()[0].lower()}\nversion: 0.1.0\n",
            **files,
        }
        for path, text in texts.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        return root

    return make
