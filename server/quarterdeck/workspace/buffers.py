"""The texts that editors have open; they win over the files on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quarterdeck.workspace.discovery import find_chart_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """One open text, at one version.

    `uri` is the editor's own name of the file, `path` ours (absolute, with `/`); `chart` is the folder of the
    chart it belongs to, or None.
    """

    uri: str
    path: str
    version: int | None
    text: str
    chart: str | None


class OpenBuffers:
    """All open texts, by path. Belongs to one thread; what it hands out never changes."""

    def __init__(self) -> None:
        self._buffers: dict[str, Buffer] = {}

    @property
    def by_path(self) -> Mapping[str, Buffer]:
        """All open texts as they are now; changes make a new mapping."""
        return self._buffers

    def _put(self, buffer: Buffer) -> None:
        self._buffers = {**self._buffers, buffer.path: buffer}

    def __iter__(self) -> Iterator[Buffer]:
        """Give the open texts."""
        return iter(tuple(self._buffers.values()))

    def get(self, path: str) -> Buffer | None:
        """Give the open text of a file."""
        return self._buffers.get(path)

    def open(self, *, uri: str, path: str, version: int | None, text: str) -> Buffer:
        """Take a text that an editor opened; an open one of the same file is replaced."""
        buffer = Buffer(uri=uri, path=path, version=version, text=text, chart=find_chart_root(path))
        self._put(buffer)
        return buffer

    def change(self, buffer: Buffer, *, version: int | None, text: str) -> Buffer:
        """Give an open text its next version."""
        changed = Buffer(uri=buffer.uri, path=buffer.path, version=version, text=text, chart=buffer.chart)
        self._put(changed)
        return changed

    def close(self, path: str) -> Buffer | None:
        """Forget an open text and give what it was; from now on the file on disk counts."""
        closed = self._buffers.get(path)
        if closed is not None:
            self._buffers = {other: buffer for other, buffer in self._buffers.items() if other != path}
        return closed

    def find_charts_again(self) -> frozenset[str]:
        """Look anew which chart each text belongs to; give the charts that lost or won one.

        Needed when a `Chart.yaml` came or went.
        """
        touched: set[str] = set()
        for buffer in self:
            chart = find_chart_root(buffer.path)
            if chart != buffer.chart:
                self._put(
                    Buffer(
                        uri=buffer.uri,
                        path=buffer.path,
                        version=buffer.version,
                        text=buffer.text,
                        chart=chart,
                    )
                )
                touched.update(each for each in (chart, buffer.chart) if each is not None)
        return frozenset(touched)
