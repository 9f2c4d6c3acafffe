"""A chart as it was read: plain data that nothing changes afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quarterdeck.chart.metadata import Metadata
    from quarterdeck.diagnostics.model import Finding

SourceKind = Literal["folder", "archive"]

MANIFEST_ENDINGS = (".yaml", ".yml", ".json")


class _Content:
    """What is in a file, as bytes, text or both; equal files share it, as those of vendored libraries."""

    __slots__ = ("data", "is_shared", "size", "text")

    def __init__(self, data: bytes, text: str | None = None) -> None:
        self.data: bytes | None = data
        self.text = text
        self.size = len(data)
        self.is_shared = False


class ChartFile:
    """One file of a chart.

    `path` is relative to its chart's root, with `/` between the parts; `display_path` is the path to show,
    which starts as the caller gave the chart; a byte order mark at the start of `data` is gone.
    """

    __slots__ = ("_content", "display_path", "path")

    def __init__(self, path: str, data: bytes | _Content, display_path: str) -> None:
        self.path = path
        self.display_path = display_path
        self._content = data if isinstance(data, _Content) else _Content(data)

    @property
    def data(self) -> bytes:
        """The content as it is on the disk; where only the text is kept, made of it each time."""
        content = self._content
        if content.data is None:
            return (content.text or "").encode("utf-8", "surrogateescape")
        return content.data

    @property
    def size(self) -> int:
        """The length of `data`, in bytes."""
        return self._content.size

    @property
    def text(self) -> str:
        """The content as text; bytes that are not UTF-8 are lone surrogates."""
        content = self._content
        if content.text is None:
            content.text = self.data.decode("utf-8", "surrogateescape")
        return content.text

    @property
    def contents(self) -> tuple[str | bytes, ...]:
        """The objects that `text` and `data` gave so far, or will give."""
        content = self._content
        return tuple([one for one in (content.text, content.data) if one is not None])

    def find_bad_byte(self) -> int | None:
        """Give the offset of the first byte that is not UTF-8; of files without one only the text is kept."""
        content = self._content
        if content.data is None:
            return None
        try:
            content.text = content.data.decode("utf-8")
        except UnicodeDecodeError as error:
            return error.start
        content.data = None
        return None

    def has_content_of(self, other: ChartFile) -> bool:
        """Tell whether both hold the same bytes; quick where they share them."""
        own, others = self._content, other._content
        if own is others:
            return True
        if own.size != others.size:
            return False
        if own.text is not None and others.text is not None:
            return own.text == others.text
        return self.data == other.data

    def share_content(self, other: ChartFile) -> bool:
        """Take the content of another file for this one's if it is equal; tell whether it is."""
        if not self.has_content_of(other):
            return False
        self._content = other._content
        self._content.is_shared = True
        return True

    def own_content(self) -> None:
        """Get bytes and text that no other file has, so that their identity names this file."""
        if self._content.is_shared:
            text = self.text
            self._content = _Content(bytes(bytearray(self.data)), "".join((text[:1], text[1:])))

    def moved(self, path: str) -> ChartFile:
        """Give the same file under another path."""
        return ChartFile(path, self._content, self.display_path)

    def with_text(self, text: str) -> ChartFile:
        """Give the file with another text, in which lone surrogates stand for bytes that are not UTF-8."""
        return ChartFile(self.path, text.encode("utf-8", "surrogateescape"), self.display_path)

    def __repr__(self) -> str:
        return f"ChartFile({self.path!r}, {self.size} bytes)"


@dataclass(eq=False, slots=True, kw_only=True)
class Chart:
    """A chart with its sub-charts as Helm's loader gives it: no dependency is enabled, renamed or dropped.

    Nothing changes a chart once `read_chart` has returned it; `memory` alone, where preparation keeps what it
    worked out, grows. Charts are compared by identity.
    """

    path: str
    """The chart's folder or archive, to show; starts as the caller gave it."""
    name: str
    """The name in Chart.yaml, or the folder's where that gives none."""
    metadata: dict[str, Any]
    """Chart.yaml as read, with what requirements.yaml says laid over it."""
    manifest: Metadata
    """The same, typed and checked as Helm does it."""
    source: SourceKind
    location: Path
    """Where the chart lies on the disk; for a chart inside an archive, that archive."""
    templates: tuple[ChartFile, ...] = ()
    files: tuple[ChartFile, ...] = ()
    """What `.Files` gives: neither templates nor values, schema, Chart.yaml, Chart.lock or sub-charts."""
    file_index: dict[str, ChartFile] = field(default_factory=dict[str, ChartFile])
    """`files` by path; of two with one path the later."""
    renderable: tuple[tuple[str, str, str, bool], ...] = ()
    """Of each template that counts: path, text, path to show, and whether it is a partial."""
    crds: tuple[ChartFile, ...] = ()
    """Manifests in `crds/`, sub-charts' not included."""
    metadata_file: ChartFile | None = None
    """Chart.yaml."""
    requirements_file: ChartFile | None = None
    """requirements.yaml, where the dependencies of charts of the first format version stand."""
    values_file: ChartFile | None = None
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    """The chart's own defaults, as read, nulls included."""
    values_without_nulls: dict[str, Any] = field(default_factory=dict[str, Any])
    """The same without entries that are null."""
    schema_file: ChartFile | None = None
    dependencies: tuple[Chart, ...] = ()
    """The sub-charts in `charts/`, in the order of their names."""
    missing_dependencies: tuple[str, ...] = ()
    """Names of declared dependencies that are not in `charts/`."""
    lock: dict[str, Any] | None = None
    problems: tuple[Finding, ...] = ()
    """What is wrong with this chart and all charts below it, in the order in which Helm meets it."""
    sub_chart_files: tuple[ChartFile, ...] = field(default=(), repr=False)
    """Of a sub-chart all files that it was made of, by their paths in the chart that holds it."""
    unpacked: int = field(default=0, repr=False)
    """Of a sub-chart the bytes that archives in it, or its own, unpacked to."""
    memory: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @property
    def values_text(self) -> str:
        """The text of values.yaml."""
        return "" if self.values_file is None else self.values_file.text

    @property
    def schema(self) -> bytes | None:
        """The text of values.schema.json, where there is one."""
        return None if self.schema_file is None else self.schema_file.data

    @property
    def is_library(self) -> bool:
        """Whether only templates whose name begins with `_` count."""
        return self.manifest.type.casefold() == "library"

    @property
    def install_refusal(self) -> str:
        """What Helm says to who would render it, for charts that only other charts may use; else nothing.

        Source: Helm pkg/cmd/install.go, checkIfInstallable.
        """
        kind = self.manifest.type
        return "" if kind in {"", "application"} else f"{kind} charts are not installable"

    @property
    def all_missing_dependencies(self) -> tuple[str, ...]:
        """Names of dependencies that are declared here or in any sub-chart, and not vendored."""
        below = [name for chart in self.dependencies for name in chart.all_missing_dependencies]
        return (*self.missing_dependencies, *below)

    def with_templates(self, texts: Mapping[str, str]) -> Chart:
        """Give this chart, and copies of its sub-charts, with other texts of templates by the paths to show.

        Values and all else are the same objects.
        """
        if not any(path.startswith(f"{self.path}/") for path in texts):
            return self
        return replace(
            self,
            templates=tuple(
                file.with_text(texts[file.display_path]) if file.display_path in texts else file
                for file in self.templates
            ),
            renderable=tuple(
                (path, texts.get(shown, text), shown, is_partial)
                for path, text, shown, is_partial in self.renderable
            ),
            dependencies=tuple(sub.with_templates(texts) for sub in self.dependencies),
            memory={},
        )
