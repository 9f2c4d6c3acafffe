"""What the tests of the runtime share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

STACK = 60_000
"""Frames that rendering allows."""


@pytest.fixture
def deep_stack() -> Iterator[None]:
    """Let calls nest as deep as they may while a chart is rendered."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, STACK))
    yield
    sys.setrecursionlimit(before)
