"""Where each value of a rendering was written: which file or flag won, and which lost.

Nothing is worked out until it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from quarterdeck.chart.conditions import import_paths
from quarterdeck.chart.overrides import CALLER_VALUES, COMMAND_LINE
from quarterdeck.chart.scalar_offsets import find_source_offsets
from quarterdeck.chart.values import GLOBAL
from quarterdeck.chart.values_file import ValuesPlaces
from quarterdeck.diagnostics.model import Place
from quarterdeck.text.span import Span
from quarterdeck.yamldoc.nodes import ScalarNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quarterdeck.chart.instances import ChartInstance
    from quarterdeck.chart.overrides import Layer, ValuesInput
    from quarterdeck.yamldoc.path import YamlPath

LayerKind = Literal["chart", "parent", "import", "file", "flag", "caller"]
"""What gave a value: the chart's values.yaml, that of a chart above, an import, `-f`, a flag, a program."""

_MISSING: Any = object()


class _Candidate(NamedTuple):
    """One layer that has a value at the path in question; `path` is the value's path in that layer.

    `place` is where a flag is written that stands in a file.
    """

    kind: LayerKind
    label: str
    path: YamlPath
    value: Any
    places: ValuesPlaces | None
    place: Place | None = None


class ValueOrigin:
    """One place that gives a value: in which layer, at which path of it, and where that stands."""

    __slots__ = ("_candidate", "_found", "_offsets")

    def __init__(self, candidate: _Candidate) -> None:
        self._candidate = candidate
        self._found: tuple[Place | None, Place] | None = None
        self._offsets: tuple[str, list[int] | None] | None = None

    @property
    def kind(self) -> LayerKind:
        """What gave the value."""
        return self._candidate.kind

    @property
    def label(self) -> str:
        """The layer as a person would name it: a path, `-f prod.yaml`, `--set a=b`."""
        return self._candidate.label

    @property
    def value_path(self) -> YamlPath:
        """The path of the value in its file or flag."""
        return self._candidate.path

    @property
    def written_path(self) -> YamlPath:
        """The path in its file at which the value's text stands: the anchor's, behind an alias or merge."""
        places = self._candidate.places
        if places is None or not places.has_aliases:
            return self.value_path
        return places.written_path(self.value_path)

    def is_written_with(self, other: ValueOrigin) -> bool:
        """Tell whether both are read from the same text: one of them through an alias, or both."""
        own, others = self._candidate.places, other._candidate.places
        return own is not None and own is others and self.written_path == other.written_path

    @property
    def value(self) -> Any:
        """The value as this layer gives it."""
        return self._candidate.value

    @property
    def place(self) -> Place:
        """Where the value stands."""
        return self._places[1]

    @property
    def key_place(self) -> Place | None:
        """Where its key stands; None for list items and flags."""
        return self._places[0]

    @property
    def path(self) -> str:
        """The file to show."""
        return self.place.path

    @property
    def line(self) -> int:
        """1-based line of the value."""
        return self.place.line

    @property
    def column(self) -> int:
        """1-based column of the value, in code points."""
        return self.place.column

    def place_of(self, text: str, offset: int) -> Place:
        """Give the place of one character of the value, which is `text`; the value's if it is not known."""
        places = self._candidate.places
        found = None if places is None else places.find(self._candidate.path)
        if found is None or not 0 <= offset < len(text):
            return self.place
        document, value = found
        node = value.target
        if not isinstance(node, ScalarNode):
            return self.place
        if self._offsets is None or self._offsets[0] != text:
            source = document.text[node.start : node.end]
            self._offsets = text, find_source_offsets(source, node.style, text)
        offsets = self._offsets[1]
        if offsets is None:
            return self.place
        start = node.start + offsets[offset]
        return document.place(Span(start, start + 1))

    @property
    def _places(self) -> tuple[Place | None, Place]:
        if self._found is None:
            self._found = _locate(self._candidate)
        return self._found

    def __repr__(self) -> str:
        return f"ValueOrigin({self.label!r}, {self.value_path!r})"


def _locate(candidate: _Candidate) -> tuple[Place | None, Place]:
    if candidate.places is None:
        path = COMMAND_LINE if candidate.kind == "flag" else CALLER_VALUES
        return None, candidate.place or Place(path)
    found = candidate.places.find(candidate.path)
    if found is None:
        return None, Place(candidate.places.display_path)
    document, value = found
    key = None if value.key_span is None else document.place(value.key_span)
    return key, document.place(value.value_span)


class ValueOrigins:
    """The origins of all values of one rendering, by their paths below the outermost chart's `.Values`."""

    def __init__(self, root: ChartInstance, user: ValuesInput, values: dict[str, Any]) -> None:
        self._root = root
        self._user = user
        self._values = values
        self._places: dict[tuple[str, Place | None], ValuesPlaces] = {}

    def find(self, path: YamlPath) -> ValueOrigin | None:
        """Give where the value at `path` was written; None for what no file or flag gives."""
        ranked = self.rank(path)
        return ranked[0] if ranked else None

    def rank(self, path: YamlPath) -> tuple[ValueOrigin, ...]:
        """Give all layers that have a value at `path`: the winner, then the losers, the strongest first.

        Empty where the merged values have nothing at `path`.
        """
        actual = _walk(self._values, path)
        if actual is _MISSING or not path:
            return ()
        candidates = list(_without_repetitions(self._candidates(path)))
        winner = _choose(candidates, actual)
        if winner is None:
            return ()
        losers = [candidate for candidate in candidates if candidate is not winner]
        return tuple(map(ValueOrigin, (winner, *losers)))

    def written(self, path: YamlPath) -> ValueOrigin | None:
        """Give the strongest layer that has anything at `path`, whether or not the merged values have it."""
        candidate = next(self._candidates(path), None)
        return None if candidate is None else ValueOrigin(candidate)

    def nearest(self, path: YamlPath) -> ValueOrigin | None:
        """Give the origin of the value at `path`, or of the nearest thing above it that has one."""
        for length in range(len(path), 0, -1):
            found = self.find(path[:length])
            if found is not None:
                return found
        return None

    def _candidates(self, path: YamlPath) -> Iterator[_Candidate]:
        """Yield layers in the order of precedence. Source: Helm pkg/chart/common/util/coalesce.go."""
        charts = self._charts_before_global(path)
        if charts is not None:
            # Globals of charts above win over a chart's own.
            for depth in range(len(charts)):
                yield from self._layers((*path[:depth], *path[len(charts) :]))
        yield from self._layers(path)
        if charts is not None or path[0] == GLOBAL:
            below = path[len(charts or ()) :]
            for instance in _all_instances(self._root):
                yield from self._own(instance, below, "chart")

    def _charts_before_global(self, path: YamlPath) -> list[ChartInstance] | None:
        """Give the sub-charts that the path leads through to their `global`; None if it does not."""
        instance = self._root
        charts: list[ChartInstance] = []
        for part in path:
            if part == GLOBAL:
                return charts or None
            inner = next((sub for sub in instance.dependencies if sub.name == part), None)
            if inner is None:
                return None
            charts.append(inner)
            instance = inner
        return None

    def _layers(self, path: YamlPath) -> Iterator[_Candidate]:
        for layer in reversed(self._user.layers):
            value = _walk(layer.values, path)
            if value is not _MISSING:
                yield self._of_layer(layer, path, value)
        yield from self._defaults(self._root, path, "chart")

    def _of_layer(self, layer: Layer, path: YamlPath, value: Any) -> _Candidate:
        if layer.file is not None:
            places = self._places_of(layer.file.path, layer.file.text, layer.file.start)
            return _Candidate("file", layer.label, path, value, places)
        if layer.flag is not None:
            return _Candidate("flag", layer.label, path, value, None, layer.flag.place)
        return _Candidate("caller", layer.label, path, value, None)

    def _defaults(
        self, instance: ChartInstance, path: YamlPath, kind: LayerKind, *, has_imports: bool = True
    ) -> Iterator[_Candidate]:
        """Yield what the values.yaml of a chart and of those below it say, and what it imports."""
        sub = next((one for one in instance.dependencies if path and one.name == path[0]), None)
        yield from self._own(instance, path, kind if sub is None or kind == "import" else "parent")
        if sub is not None and len(path) > 1:
            yield from self._defaults(sub, path[1:], kind)
        if not has_imports:
            return
        for dependency in instance.declared or ():
            for entry in dependency.import_values:
                paths = import_paths(entry)
                inner = None if paths is None else _imported_path(path, *paths)
                if inner is not None:
                    # What a chart imports is looked up before any of its imports is there.
                    inner = (dependency.name, *inner)
                    yield from self._defaults(instance, inner, "import", has_imports=False)

    def _own(self, instance: ChartInstance, path: YamlPath, kind: LayerKind) -> Iterator[_Candidate]:
        chart = instance.chart
        value = _walk(chart.values, path)
        if value is _MISSING or chart.values_file is None:
            return
        shown = chart.values_file.display_path
        yield _Candidate(kind, shown, path, value, self._places_of(shown, chart.values_text))

    def _places_of(self, display_path: str, text: str, start: Place | None = None) -> ValuesPlaces:
        key = (display_path, start)
        places = self._places.get(key)
        if places is None:
            places = self._places[key] = ValuesPlaces(text, display_path, start)
        return places


def _walk(tree: Any, path: YamlPath) -> Any:
    for part in path:
        if isinstance(tree, dict):
            mapping = cast("dict[Any, Any]", tree)
            tree = mapping.get(part, _MISSING)
        elif isinstance(tree, list) and isinstance(part, int):
            items = cast("list[Any]", tree)
            tree = items[part] if 0 <= part < len(items) else _MISSING
        else:
            return _MISSING
    return tree


def _imported_path(path: YamlPath, child: str, parent: str) -> YamlPath | None:
    """Give the path below a dependency from which the value at `path` would be imported."""
    target: YamlPath = () if parent == "." else tuple(parent.split("."))
    if path[: len(target)] != target or len(path) == len(target):
        return None
    return (*child.split("."), *path[len(target) :])


def _without_repetitions(candidates: Iterator[_Candidate]) -> Iterator[_Candidate]:
    seen: set[tuple[str, YamlPath]] = set()
    for candidate in candidates:
        key = (candidate.label, candidate.path)
        if key not in seen:
            seen.add(key)
            yield candidate


def _choose(candidates: list[_Candidate], actual: Any) -> _Candidate | None:
    """Choose the layer whose value this is: the very object, else the strongest that is alike."""
    if isinstance(actual, str | float) and actual:
        for candidate in candidates:
            if candidate.value is actual:
                return candidate
    for candidate in candidates:
        if _is_alike(candidate.value, actual):
            return candidate
    return None


def _is_alike(value: Any, actual: Any) -> bool:
    for kind in (dict, list):
        if isinstance(actual, kind):
            return isinstance(value, kind)
    return value.__class__ is actual.__class__ and value == actual


def _all_instances(instance: ChartInstance) -> Iterator[ChartInstance]:
    yield instance
    for sub in instance.dependencies:
        yield from _all_instances(sub)
