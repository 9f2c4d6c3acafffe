"""How well damaged templates are read."""

from __future__ import annotations

from bench.figures import Row
from parser_damage import NEAR_LINES, measure_recovery, real_templates

KEPT_SHARE = 0.95


def recovery_row() -> Row:
    """Delete one `}}`, `end` or quote in each of 500 templates of the corpus."""
    found = measure_recovery(real_templates())
    return Row(
        what=f"{found.damaged} templates with one `}}}}`, `end` or quote deleted",
        reach=f"an error within {NEAR_LINES} lines; {KEPT_SHARE:.0%} of the other items' nodes unchanged",
        measured=f"{found.near_share:.1%} within {NEAR_LINES} lines; {found.kept_share:.1%} unchanged",
        has_reached=not found.far and found.kept_share >= KEPT_SHARE,
    )
