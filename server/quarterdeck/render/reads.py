"""Which values, files and templates each rendered file depends on, and which values it changes.

A recording run renders the chart on a copy of its dots in which every map and list notes who looks at it. It
costs some two to three times a plain run, so it is made when somebody asks, not with every rendering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quarterdeck.runtime.context import Context
from quarterdeck.runtime.values import Values

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_keys, dict_values
    from collections.abc import Iterator

    from quarterdeck.render.value_index import Path


class FileReads:
    """What one rendered file depends on.

    `reads` are the paths of values that were looked up (present or not), from the outermost chart's dot:
    `("Values", "image", "tag")`; `listed` those of maps and lists whose keys or length were looked at;
    `writes` those that templates changed; `files` what `.Files` was asked for; `templates` the names that
    took part.
    """

    def __init__(self) -> None:
        self.reads: set[Path] = set()
        self.listed: set[Path] = set()
        self.writes: set[Path] = set()
        self.files: set[str] = set()
        self.templates: set[str] = set()

    def is_touched_by(self, path: Path) -> bool:
        """Tell whether another value at `path` (or none, or one where there was none) may change the file."""
        if path[:-1] in self.listed:
            return True
        for read in self.reads:
            if read[: len(path)] == path:
                return True
            if path[: len(read)] == read and not any(other[:-1] == read for other in self.reads):
                # Something above was looked up and not looked into: handed on as a whole, or no map at all.
                return True
        return False


class _Sink:
    """Where reads go: the record of the file that is being rendered."""

    def __init__(self) -> None:
        self.current = FileReads()


class _Recording:  # pyright: ignore[reportUnusedClass] - this module is unfinished
    """What a recording map and list have in common."""

    __slots__ = ()
    path: Path
    sink: _Sink

    def note(self, key: Any) -> None:
        self.sink.current.reads.add((*self.path, key))

    def note_all(self) -> None:
        self.sink.current.listed.add(self.path)


class RecordingMap(dict[str, Any]):
    """A map that notes what is looked up in it."""

    __slots__ = ("path", "sink")
    go_type = "map[string]interface {}"

    def __init__(self, items: dict[str, Any], path: Path, sink: _Sink) -> None:
        super().__init__(items)
        self.path = path
        self.sink = sink

    def get(self, key: str, default: Any = None, /) -> Any:
        """Look up a key, noting it."""
        self.sink.current.reads.add((*self.path, key))
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.sink.current.reads.add((*self.path, key))
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.sink.current.reads.add((*self.path, str(key)))
        return super().__contains__(key)

    def __len__(self) -> int:
        self.sink.current.listed.add(self.path)
        return super().__len__()

    def __iter__(self) -> Iterator[str]:
        self._note_all()
        return super().__iter__()

    def keys(self) -> dict_keys[str, Any]:
        """Give the keys, noting that all were looked at."""
        self.sink.current.listed.add(self.path)
        return super().keys()

    def values(self) -> dict_values[str, Any]:
        """Give the values, noting all."""
        self._note_all()
        return super().values()

    def items(self) -> dict_items[str, Any]:
        """Give keys and values, noting all."""
        self._note_all()
        return super().items()

    def copy(self) -> dict[str, Any]:
        """Give a plain copy, noting that all was looked at."""
        self._note_all()
        return dict(super().items())

    def _note_all(self) -> None:
        current = self.sink.current
        current.listed.add(self.path)
        keys = super().keys()
        current.reads.update([(*self.path, key) for key in keys])


class RecordingValues(RecordingMap, Values):  # pyright: ignore[reportIncompatibleVariableOverride]
    """The same for the values of a chart."""

    __slots__ = ()
    go_type = "common.Values"


class RecordingList(list[Any]):
    """A list that notes what is looked up in it."""

    __slots__ = ("path", "sink")
    go_type = "[]interface {}"

    def __init__(self, items: list[Any], path: Path, sink: _Sink) -> None:
        super().__init__(items)
        self.path = path
        self.sink = sink

    def __len__(self) -> int:
        self.sink.current.listed.add(self.path)
        return super().__len__()

    def __iter__(self) -> Iterator[Any]:
        current = self.sink.current
        current.listed.add(self.path)
        current.reads.update([(*self.path, index) for index in range(super().__len__())])
        return super().__iter__()

    def __getitem__(self, index: Any) -> Any:
        current = self.sink.current
        if isinstance(index, int):
            current.reads.add((*self.path, index))
        else:
            current.listed.add(self.path)
            part: slice[Any, Any, Any] = index
            current.reads.update([(*self.path, at) for at in range(super().__len__())[part]])
        return super().__getitem__(index)


class _RecordingContext(Context):  # pyright: ignore[reportUnusedClass] - this module is unfinished
    """Turns the sink to the file that begins."""

    def __init__(self, sink: _Sink, records: dict[str, FileReads], settings: Context) -> None:
        super().__init__(seed=settings.seed, budget=settings.budget)
        self._sink = sink
        self._records = records

    def begin_file(self, name: str) -> None:
        """Tell that the file `name` is rendered from here on."""
        super().begin_file(name)
        self._sink.current = self._records.setdefault(name, FileReads())
