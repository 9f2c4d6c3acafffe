"""Helm charts understood: rendered as Helm renders them, every character traced to template and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quarterdeck.api import (
        Chart,
        Finding,
        Place,
        Rendering,
        Severity,
        SourceMap,
        check_chart,
        load_chart,
        render_chart,
    )

__all__ = [
    "Chart",
    "Finding",
    "Place",
    "Rendering",
    "Severity",
    "SourceMap",
    "check_chart",
    "load_chart",
    "render_chart",
]


def __getattr__(name: str) -> Any:
    """Import the programming interface when first asked for: parts of the package are used without it."""
    if name in __all__:
        from quarterdeck import api  # noqa: PLC0415 - see above

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
