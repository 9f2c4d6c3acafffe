"""Which diagnostics the client shows, so that it is told of what changed and of what became clean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lsprotocol import types as lsp

    from quarterdeck.lsp.convert import Diagnostics


@dataclass(frozen=True, slots=True)
class _Shown:
    version: int | None
    diagnostics: list[lsp.Diagnostic]


class Board:
    """The diagnostics of all charts, as last published."""

    def __init__(self) -> None:
        self._by_chart: dict[str, Diagnostics] = {}
        self._shown: dict[str, _Shown] = {}

    def replace(
        self, chart: str, diagnostics: Diagnostics, versions: Mapping[str, int | None]
    ) -> dict[str, list[lsp.Diagnostic]]:
        """Put up a chart's diagnostics; give those to publish, by path.

        `versions` holds the version of each open file that was analysed. An open file is published at each of
        its versions, though its diagnostics are the same: the editor moves its marks with the text, and some
        wait for word.
        """
        now: Diagnostics = {**{path: [] for path in versions}, **diagnostics}
        touched = {*self._by_chart.get(chart, ()), *now}
        if now:
            self._by_chart[chart] = now
        else:
            self._by_chart.pop(chart, None)
        return {
            path: diagnostics_now
            for path in sorted(touched)
            if (diagnostics_now := self._show(path, versions)) is not None
        }

    def clear(self, chart: str) -> dict[str, list[lsp.Diagnostic]]:
        """Take down a chart's diagnostics; give what to publish, by path."""
        return self.replace(chart, {}, {})

    def _show(self, path: str, versions: Mapping[str, int | None]) -> list[lsp.Diagnostic] | None:
        """Note a file's diagnostics of all charts; give them where the client has to be told."""
        is_open = path in versions
        now = [each for by_path in self._by_chart.values() for each in by_path.get(path, ())]
        before = self._shown.pop(path, None)
        if now or is_open:
            self._shown[path] = _Shown(versions.get(path), now)
        if before is None:
            return now if now or is_open else None
        is_same = before.diagnostics == now and (not is_open or before.version == versions[path])
        return None if is_same else now
