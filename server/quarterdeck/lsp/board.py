"""Which diagnostics the client shows, so that it is told of what changed and of what became clean."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quarterdeck.lsp.convert import Diagnostics
    from quarterdeck.lsp.messages import Diagnostic


class Shown(NamedTuple):
    """The diagnostics of one file; `result_id` changes when they do, and no other file ever has it."""

    version: int | None
    diagnostics: tuple[Diagnostic, ...]
    result_id: str


NOTHING = Shown(None, (), "nothing")
"""What a file has that nobody ever spoke of."""


class Board:
    """The diagnostics of all charts, as last published. Belongs to the event loop."""

    def __init__(self) -> None:
        self._by_chart: dict[str, Diagnostics] = {}
        self._shown: dict[str, Shown] = {}
        self._session = secrets.token_hex(4)
        self._changes = 0

    def replace(
        self, chart: str, diagnostics: Diagnostics, versions: Mapping[str, int | None]
    ) -> dict[str, tuple[Diagnostic, ...]]:
        """Put up a chart's diagnostics; give those to publish, by path.

        `versions` holds the version of each open file that was analysed. An open file is published at each of
        its versions, though its diagnostics are the same: the editor moves its marks with the text, and some
        wait for word.
        """
        now: Diagnostics = {**dict.fromkeys(versions, ()), **diagnostics}
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

    def shown(self, path: str) -> Shown:
        """Give what is shown of a file."""
        return self._shown.get(path, NOTHING)

    def everything(self) -> Iterator[tuple[str, Shown]]:
        """Give all files that were ever spoken of, with what is shown of them."""
        return iter(list(self._shown.items()))

    @property
    def changes(self) -> int:
        """How often the diagnostics of a file changed."""
        return self._changes

    def _show(self, path: str, versions: Mapping[str, int | None]) -> tuple[Diagnostic, ...] | None:
        """Note a file's diagnostics of all charts; give them where the client has to be told."""
        is_open = path in versions
        every = [each for by_path in self._by_chart.values() for each in by_path.get(path, ())]
        now = tuple(dict.fromkeys(every))
        before = self._shown.get(path, NOTHING)
        is_same = before.diagnostics == now
        if not is_same:
            self._changes += 1
        result_id = before.result_id if is_same else f"{self._session}-{self._changes}"
        if now or is_open or before is not NOTHING:
            self._shown[path] = Shown(versions.get(path), now, result_id)
        if is_same and (not is_open or (before.version == versions[path] and before is not NOTHING)):
            return None
        return now
