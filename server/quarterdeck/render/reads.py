"""What each rendered file depends on, to tell whether an edit touches it.

A recording run renders the chart on copies of its dots in which every map and list notes who looks at it. It
costs some times a plain run, so it is made when somebody asks, not with every rendering.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.chart.files import Files
from quarterdeck.chart.glob import compile_files_glob
from quarterdeck.render.engine import Engine
from quarterdeck.render.machine import Machine
from quarterdeck.render.memory import find_changed
from quarterdeck.render.recording import Log, Looks, RecordingList, RecordingMap, recorded
from quarterdeck.render.writers import find_writers
from quarterdeck.runtime.values import RootContext, Values, plain_get

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quarterdeck.chart.instances import ChartInstance
    from quarterdeck.chart.prepare import RenderInputs
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.render.value_index import Path
    from quarterdeck.runtime.context import Context

_MISSING: Any = object()


class Change(NamedTuple):
    """A value, file or other part of a dot that is to be another one.

    `path` leads there from the outermost chart's dot: `("Values", "image", "tag")`, `("Files", "a.txt")`,
    `("Subcharts", "db", "Chart", "Version")`. `keeps_key`: it is there before and after.
    """

    path: Path
    keeps_key: bool = False


class FileReads:
    """What one rendered file depends on.

    `looks` are the looks at values, `files` the paths and `globs` the patterns that `.Files` was asked for,
    with the identity of the `.Files`, `templates` the names of the templates that took part. `may_write`: it
    may change values that other files see. `is_known` is false where the recording run did not render what
    the plain one did, so that nothing is known.
    """

    __slots__ = ("files", "globs", "is_known", "looks", "may_write", "templates")

    def __init__(self) -> None:
        self.looks = Looks()
        self.files: set[tuple[int, str]] = set()
        self.globs: set[tuple[int, str]] = set()
        self.templates: frozenset[str] = frozenset()
        self.may_write = False
        self.is_known = True


class _Spot(NamedTuple):
    """Where a change is: an entry of a recording map or list, or a file of a `.Files`."""

    holder: int
    key: str | int
    keeps_key: bool
    is_file: bool = False


class Reads:
    """What all files of one rendering depend on."""

    def __init__(self, rendering: Rendering, files: dict[str, FileReads], root: RecordingMap) -> None:
        self.files = files
        """By name, in the order of rendering."""
        self._rendering = rendering
        self._root = root

    def touched_by(self, *changes: Change) -> set[str]:
        """Give the files whose text may be another after these changes.

        What a text that is handed to `tpl` would do after the change is not foreseen: one that begins to
        change shared values touches files that are not named here.
        """
        spots = [self._spot(change) for change in changes]
        return self._with_what_follows(
            name for name, reads in self.files.items() if any(_depends(reads, spot) for spot in spots)
        )

    def touched_by_inputs(self, inputs: RenderInputs) -> set[str]:
        """Give the files of new inputs whose text may be another than in the rendering that was recorded.

        Files that are new are among them.
        """
        old = self._rendering
        program = old.program.edited([(file.name, file.text) for file in inputs.templates])
        touched = self.touched_by(*find_changes(old.inputs, inputs))
        changed = find_changed(old.program, program)
        stale = changed.union(*(run.find_stale(changed) for run in old.runs.values()))
        writers = find_writers(program)
        if any(name in writers for name in stale):
            touched |= self.files.keys()
        touched |= self._with_what_follows(name for name in stale if name in self.files)
        partial = {file.name for file in inputs.templates if file.is_partial}
        new = {name for name in program.files if name not in self.files and name not in partial}
        return (touched & set(program.files)) | new

    def paths(self, file: str) -> frozenset[Path]:
        """Give the values and other parts of the dot that a file looked up: of those in others the innermost.

        One that stands at several places is given once.
        """
        reads = self.files[file]
        keys: dict[int, list[str | int]] = {}
        for holder, key in reads.looks.entries:
            keys.setdefault(holder, []).append(key)
        found: set[Path] = set()
        waiting: list[tuple[Any, Path]] = [(self._root, ())]
        seen: set[int] = set()
        while waiting:
            container, path = waiting.pop()
            if id(container) in seen:
                continue
            seen.add(id(container))
            looked = keys.get(id(container), ())
            if not looked and path:
                found.add(path)
            for key in looked:
                value = _held(container, key)
                if isinstance(value, RecordingMap | RecordingList):
                    waiting.append((value, (*path, key)))
                else:
                    found.add((*path, key))
        return frozenset(found)

    def _with_what_follows(self, names: Iterable[str]) -> set[str]:
        """Add what depends on values that the files may change: whatever is rendered after them."""
        touched = set(names)
        everything = list(self.files)
        writers = [
            index for index, name in enumerate(everything) if name in touched and self.files[name].may_write
        ]
        return touched | set(everything[writers[0] :]) if writers else touched

    def _spot(self, change: Change) -> _Spot:
        """Find the entry that changes: what the path leads to, or where it first leads to nothing."""
        holder: Any = self._root
        path = change.path
        for index, key in enumerate(path):
            value = _held(holder, key)
            if index == len(path) - 1:
                return _Spot(id(holder), key, change.keeps_key and value is not _MISSING)
            if isinstance(value, Files):
                return _Spot(id(value), path[index + 1], change.keeps_key, is_file=True)
            if not isinstance(value, RecordingMap | RecordingList):
                return _Spot(id(holder), key, value is not _MISSING)
            holder = value
        return _Spot(0, "", keeps_key=False)


def _held(container: RecordingMap | RecordingList, key: str | int) -> Any:
    if isinstance(container, RecordingMap):
        return container.held.get(str(key), _MISSING)
    is_index = isinstance(key, int) and 0 <= key < len(container.held)
    return container.held[int(key)] if is_index else _MISSING


def _depends(reads: FileReads, spot: _Spot) -> bool:
    if not reads.is_known:
        return True
    holder, key, keeps_key, is_file = spot
    if is_file:
        if (holder, key) in reads.files:
            return True
        globs = [pattern for files, pattern in reads.globs if files == holder]
        return any(compile_files_glob(pattern).matches(str(key)) for pattern in globs)
    return (holder, key) in reads.looks.entries or (not keeps_key and holder in reads.looks.listings)


# --- the recording run -----------------------------------------------------------------------------------


def record_reads(rendering: Rendering, engine: Engine, new_context: Callable[[], Context]) -> Reads:
    """Find what each file of a rendering depends on, by rendering its inputs once more.

    `engine` is the one that made it, `new_context` gives contexts with the same seed: where the second run
    says something else, nothing is known of the file.
    """
    inputs = rendering.inputs
    log = Log()
    known: dict[int, Any] = {}
    contexts = {id(file.context): recorded(file.context, log, known) for file in inputs.templates}
    root = recorded(inputs.context, log, known)
    containers = frozenset(map(id, known.values()))
    for context in (root, *contexts.values()):
        context.seal(containers)
    templates = tuple(file._replace(context=contexts[id(file.context)]) for file in inputs.templates)
    recorder = _Recorder(engine, log, _all_files(inputs))
    run = recorder.render(replace(inputs, templates=templates, context=root), new_context, is_traced=False)
    writers = find_writers(run.program)
    files: dict[str, FileReads] = {}
    for name, text in rendering.templates.items():
        reads = files[name] = recorder.records.get(name, FileReads())
        reads.templates = frozenset(run.reached(name))
        reads.may_write |= name in writers
        reads.is_known = run.templates.get(name) == text and name in recorder.records
    return Reads(rendering, files, root)


def _all_files(inputs: RenderInputs) -> list[Files]:
    contexts = {id(file.context): file.context for file in inputs.templates}
    found = [plain_get(context, "Files") for context in contexts.values()]
    return [files for files in found if isinstance(files, Files)]


class _Recorder(Engine):
    """An engine whose runs note what each file looks at; code is the other engine's."""

    def __init__(self, engine: Engine, log: Log, files: list[Files]) -> None:
        super().__init__()
        self.library = engine.library
        self.records: dict[str, FileReads] = {}
        self._log = log
        self._chart_files = files

    def _machine(self, *, is_traced: bool) -> Machine:
        return _RecordingMachine(self.records, self._log, self._chart_files, is_traced=is_traced)


class _RecordingMachine(Machine):
    """Notes what each file looks at; results of one file do not serve another."""

    def __init__(
        self, records: dict[str, FileReads], log: Log, files: list[Files], *, is_traced: bool
    ) -> None:
        super().__init__(is_traced=is_traced)
        self._records_of_files = records
        self._log = log
        self._chart_files = files

    def run_file(self, name: str, dot: RootContext) -> tuple[str, list[Any]]:
        reads = self._records_of_files.setdefault(name, FileReads())
        self._memo.clear()
        kept = [(files.reads, files.globs, files.made) for files in self._chart_files]
        for files in self._chart_files:
            files.reads, files.globs, files.made = set(), set(), {}
        self._log.current = reads.looks
        epoch = self.epoch
        try:
            return super().run_file(name, dot)
        finally:
            self._log.current = None
            reads.may_write |= self.epoch != epoch or bool(reads.looks.writes)
            for files, before in zip(self._chart_files, kept, strict=True):
                reads.files |= {(id(files), path) for path in files.reads}
                reads.globs |= {(id(files), pattern) for pattern in files.globs}
                files.reads, files.globs, files.made = before

    def _before_write(self, container: dict[str, Any] | list[Any]) -> None:
        # What is kept to undo the write is no look at it.
        current, self._log.current = self._log.current, None
        try:
            super()._before_write(container)
        finally:
            self._log.current = current


# --- changes ---------------------------------------------------------------------------------------------


def find_changes(old: RenderInputs, new: RenderInputs) -> list[Change]:
    """Give what is different in what the templates of two preparations of a chart see."""
    changes: list[Change] = []
    _compare(old.context, new.context, (), changes, set())
    _compare_files(old.instance, new.instance, (), changes)
    return changes


_COMPARED = (dict, list, Values, RootContext)


def _compare(old: Any, new: Any, path: Path, changes: list[Change], seen: set[tuple[int, int]]) -> None:
    if old is new:
        return
    kind = old.__class__
    if kind is not new.__class__ or kind not in _COMPARED:
        if kind is Files or (kind is new.__class__ and repr(old) == repr(new) and old == new):
            return
        changes.append(Change(path, keeps_key=True))
        return
    if (id(old), id(new)) in seen:
        return
    seen.add((id(old), id(new)))
    before, after = dict(_entries(old)), dict(_entries(new))
    for key in before.keys() | after.keys():
        if kind is RootContext and key == "Template":
            # Each file has its own.
            continue
        if key not in before or key not in after:
            changes.append(Change((*path, key)))
        else:
            _compare(before[key], after[key], (*path, key), changes, seen)


def _entries(container: dict[Any, Any] | list[Any]) -> Iterable[tuple[Any, Any]]:
    return container.items() if isinstance(container, dict) else enumerate(container)


def _compare_files(old: ChartInstance, new: ChartInstance, path: Path, changes: list[Change]) -> None:
    before, after = old.chart.file_index, new.chart.file_index
    for name in before.keys() | after.keys():
        one, other = before.get(name), after.get(name)
        if one is None or other is None or not one.has_content_of(other):
            is_kept = one is not None and other is not None
            changes.append(Change((*path, "Files", name), is_kept))
    known = {sub.name: sub for sub in old.dependencies}
    for sub in new.dependencies:
        if sub.name in known:
            _compare_files(known[sub.name], sub, (*path, "Subcharts", sub.name), changes)
