"""Manifests of other tools in a workspace: where they are looked for, and how they are read.

The search reads listings and texts alone. What it finds does not depend on any chart, so that one search
serves all charts of a workspace.
"""

from __future__ import annotations

import re
from posixpath import normpath
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from quarterdeck.chart.values_file import MAX_VALUES_DEPTH, depth_exceeds
from quarterdeck.diagnostics.model import Place
from quarterdeck.scenarios.model import InlineValues, LeftOut
from quarterdeck.scenarios.workspace_files import is_below
from quarterdeck.text.line_index import LineIndex
from quarterdeck.yamldoc.emit import emit_yaml
from quarterdeck.yamldoc.load import load_yaml
from quarterdeck.yamldoc.nodes import MapNode, ScalarNode
from quarterdeck.yamldoc.parser import parse_yaml
from quarterdeck.yamldoc.path import find_nearest, find_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quarterdeck.scenarios.workspace_files import Files
    from quarterdeck.yamldoc.nodes import Node
    from quarterdeck.yamldoc.parser import YamlDocument
    from quarterdeck.yamldoc.path import YamlPath

MAX_FOLDERS: Final = 20_000
"""Folders of a workspace that are looked into."""
MAX_FILES: Final = 20_000
"""YAML files of a workspace that are looked at."""
MAX_DEPTH: Final = 16
"""How deep below a root is looked."""
MAX_TEXT: Final = 1024 * 1024
"""Code points of a manifest; a longer one is left out."""
MAX_DOCUMENTS: Final = 2_000
"""Documents of one file that are read."""
_MOST_KEPT: Final = 16 * 1024 * 1024
"""Code points of texts whose documents are kept."""

HELMFILE: Final = "helmfile"
KUSTOMIZATION: Final = "kustomization"

_NEVER: Final = frozenset({"node_modules", "__pycache__", "vendor"})
_IN_CHART: Final = frozenset({"templates", "charts", "crds"})
_KINDS: Final = ("Application", "HelmRelease", "ConfigMap", "HelmChart")
"""Words without which no kind of the pattern below can be there."""
_KIND: Final = re.compile(
    r"""kind["']?[ \t]*:[ \t]*["']?(Application|ApplicationSet|HelmRelease|ConfigMap|HelmChart)\b"""
)
"""Begins with letters, so that it is searched for fast."""
_WIDEST_INDENT: Final = 200
_FOR_FLUX: Final = frozenset({"ConfigMap", "HelmChart", KUSTOMIZATION})
"""What matters only beside a HelmRelease."""
_NOT_LOOKED_AT: Final = re.compile(r"(?:values.*|Chart|requirements)\.ya?ml")
_KUSTOMIZATIONS: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_HELMFILE_NAME: Final = re.compile(r"helmfile\.ya?ml(?:\.gotmpl)?")
_HELMFILE_PART: Final = re.compile(r"[^.].*\.ya?ml(?:\.gotmpl)?")


class Source(NamedTuple):
    """A file that may hold manifests, by the kinds that its text names."""

    path: str
    text: str
    kinds: frozenset[str]


class Manifests(NamedTuple):
    """Manifests of a workspace; `repositories` are its folders with a `.git` in them."""

    sources: tuple[Source, ...] = ()
    repositories: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def of_kind(self, *kinds: str) -> Iterator[Source]:
        """Give the files that name one of the kinds, by path."""
        return (source for source in self.sources if not source.kinds.isdisjoint(kinds))


class Listing(NamedTuple):
    """The paths of a workspace that may hold manifests, sorted; as in `Manifests`."""

    paths: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


# --- the search --------------------------------------------------------------------------------------------


def search_manifests(
    roots: Sequence[str], files: Files, *, check: Callable[[], None] | None = None
) -> Manifests:
    """Look through all roots; `check` is called with every folder and file, and may raise to stop.

    Files that were there are read again only where their listings name them; a caller that keeps results can
    call `list_candidates`, `look_at_source` and `join_sources` itself.
    """
    listing = list_candidates(roots, files, check=check)
    sources: list[Source] = []
    left_out: list[LeftOut] = []
    for path in listing.paths:
        if check is not None:
            check()
        text = files.read_text(path)
        found = None if text is None else look_at_source(path, text)
        if isinstance(found, LeftOut):
            left_out.append(found)
        elif found is not None:
            sources.append(found)
    return join_sources(listing, sources, left_out)


def list_candidates(
    roots: Sequence[str], files: Files, *, check: Callable[[], None] | None = None
) -> Listing:
    """Give the paths of all files that may hold manifests.

    Hidden folders, folders of packages and the templates and sub-charts of charts are not looked into, nor
    files that are a chart's own.
    """
    paths: dict[str, None] = {}
    repositories: list[str] = []
    left_out: list[LeftOut] = []
    seen: set[str] = set()
    waiting = [(normpath(root), 0) for root in reversed(roots)]
    while waiting:
        folder, depth = waiting.pop()
        if folder in seen:
            continue
        if len(seen) >= MAX_FOLDERS or len(paths) >= MAX_FILES:
            left_out.append(LeftOut(folder, "the workspace is too large to be looked through", Place(folder)))
            break
        seen.add(folder)
        if check is not None:
            check()
        listed = files.list(folder) or ()
        names = {entry.name for entry in listed}
        if ".git" in names:
            repositories.append(folder)
        paths.update((f"{folder}/{entry.name}", None) for entry in listed if _may_hold(folder, entry.name))
        if depth == MAX_DEPTH:
            continue
        for entry in reversed(listed):
            is_own = "Chart.yaml" in names and entry.name in _IN_CHART
            if entry.is_folder and not (entry.name.startswith(".") or entry.name in _NEVER or is_own):
                waiting.append((f"{folder}/{entry.name}", depth + 1))
    return Listing(tuple(sorted(paths)), tuple(sorted(repositories)), tuple(left_out))


def _may_hold(folder: str, name: str) -> bool:
    if name.endswith((".yaml", ".yml")):
        return _NOT_LOOKED_AT.fullmatch(name) is None
    return name in _KUSTOMIZATIONS or _is_helmfile(folder, name)


def _is_helmfile(folder: str, name: str) -> bool:
    if folder.endswith("/helmfile.d"):
        return _HELMFILE_PART.fullmatch(name) is not None
    return _HELMFILE_NAME.fullmatch(name) is not None


def look_at_source(path: str, text: str) -> Source | LeftOut | None:
    """Tell what a file may hold by its name and the words in it; None where that is nothing of interest."""
    folder, _, name = path.rpartition("/")
    kinds: set[str] = set()
    if _is_helmfile(folder, name):
        kinds.add(HELMFILE)
    elif name in _KUSTOMIZATIONS:
        kinds.add(KUSTOMIZATION)
    elif any(word in text for word in _KINDS):
        kinds.update(match[1] for match in _KIND.finditer(text) if _begins_line(text, match.start()))
    if not kinds or "\0" in text:
        return None
    if len(text) > MAX_TEXT:
        if kinds <= _FOR_FLUX:
            return None
        return LeftOut(path, f"it is longer than {MAX_TEXT} characters", Place(path))
    return Source(path, text, frozenset(kinds))


def _begins_line(text: str, offset: int) -> bool:
    """Tell whether a key has nothing before it on its line but indents, dashes of lists and a quote."""
    first = max(0, offset - _WIDEST_INDENT)
    start = text.rfind("\n", first, offset)
    if start < 0 and first > 0:
        return False
    return not text[max(start, first - 1) + 1 : offset].strip(" \t-'\"")


def join_sources(listing: Listing, sources: Sequence[Source], left_out: Sequence[LeftOut] = ()) -> Manifests:
    """Put together what a search found, without what nobody will ask for."""
    has_flux = any("HelmRelease" in source.kinds for source in sources)
    kept = tuple(source for source in sources if has_flux or not source.kinds <= _FOR_FLUX)
    return Manifests(kept, listing.repositories, (*listing.left_out, *left_out))


# --- which chart a path means ------------------------------------------------------------------------------


def find_repository(path: str, roots: Sequence[str], manifests: Manifests) -> str:
    """Give the folder that paths in the manifest at `path` count from: its repository, else its root."""
    holding = [folder for folder in (*manifests.repositories, *roots) if is_below(path, folder)]
    repositories = [folder for folder in manifests.repositories if is_below(path, folder)]
    return max(repositories or holding or [path.rpartition("/")[0]], key=len)


def find_base(chart: str, path: str, roots: Sequence[str], manifests: Manifests) -> str | None:
    """Give the top of the repository in which `path` is the chart's folder; None if it leads elsewhere.

    That is a root or a repository of the workspace; or a folder above a root, where only a part of the
    repository is open.
    """
    relative = clean_path(path)
    if relative is None:
        return None
    if relative == ".":
        base = chart
    elif chart.endswith(f"/{relative}"):
        base = chart[: -len(relative) - 1] or "/"
    else:
        return None
    if base in roots or base in manifests.repositories:
        return base
    holds_root = any(
        is_below(root, base) and is_below(chart, root) and root not in manifests.repositories
        for root in roots
    )
    return base if holds_root else None


def clean_path(path: str) -> str | None:
    """Write a relative path in one way (`.` is the top); None for one that is absolute or leads out."""
    if not path or path.startswith("/") or "\0" in path or "{{" in path:
        return None
    cleaned = normpath(path)
    return None if cleaned == ".." or cleaned.startswith("../") else cleaned


# --- what stands in a manifest -----------------------------------------------------------------------------


class Manifest:
    """One object in a file: its value, and where each part of it stands.

    `prefix` is the path of the object in its document, which may be a list of objects.
    """

    __slots__ = ("_document", "_file", "path", "prefix", "value")

    def __init__(
        self, file: _File, document: YamlDocument, value: dict[str, Any], prefix: YamlPath = ()
    ) -> None:
        self._file = file
        self._document = document
        self.path = file.path
        self.value = value
        self.prefix = prefix

    @property
    def kind(self) -> str:
        """What kind of object it is."""
        return as_text(self.value.get("kind"))

    @property
    def group(self) -> str:
        """The group of its API version, without the version."""
        return as_text(self.value.get("apiVersion")).rpartition("/")[0]

    @property
    def text(self) -> str:
        """The text of its file."""
        return self._file.text

    def at(self, *keys: str | int) -> Any:
        """Give what stands at a path, None where there is nothing."""
        return look_up(self.value, keys)

    def place(self, *keys: str | int) -> Place:
        """Give the place of the value at a path, or of the nearest thing above it that is there."""
        nearest = find_nearest(self._document, (*self.prefix, *keys))
        return Place(self.path) if nearest is None else self._file.place(*nearest[1].value_span)

    def inline(self, *keys: str | int) -> InlineValues | None:
        """Give values that stand at a path, as a map or as a text with YAML in it; None if there are none."""
        found = find_value(self._document, (*self.prefix, *keys))
        value = self.at(*keys)
        node = None if found is None else found.target
        if node is None or value is None or value == {}:
            return None
        if isinstance(value, str):
            return self._file.inline_text(node, value) if isinstance(node, ScalarNode) else None
        return self._file.inline_map(node, value) if isinstance(value, dict) else None


class _File:
    """The text of a file with its lines, counted when first asked."""

    __slots__ = ("_index", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._index: LineIndex | None = None

    @property
    def index(self) -> LineIndex:
        if self._index is None:
            self._index = LineIndex(self.text)
        return self._index

    def place(self, start: int, end: int) -> Place:
        return Place(self.path, *self.index.position(start), *self.index.position(end))

    def inline_map(self, node: Node, value: Any) -> InlineValues:
        """Cut a map out with all its lines at their columns, if it then says the same."""
        start = node.entries[0][0].start if isinstance(node, MapNode) and not node.is_flow else node.start
        line, column = self.index.position(start)
        text = " " * (column - 1) + self.text[start : node.end]
        if load_yaml(text) != (value, None):
            # It refers to anchors outside of it.
            text = emit_yaml(value)
        return InlineValues(text, Place(self.path, line))

    def inline_text(self, node: ScalarNode, value: str) -> InlineValues:
        """Cut a literal text out with all its lines at their columns, if it then says the same."""
        line, _ = self.index.position(node.start)
        if node.style not in {"|", ">"}:
            return InlineValues(value, self.place(node.start, node.start))
        place = Place(self.path, line + 1)
        cut = self.text[self.text.find("\n", node.start) + 1 : node.end]
        first = cut.lstrip("\n ")
        indent = len(cut) - len(first) - (cut.rfind("\n", 0, len(cut) - len(first)) + 1)
        plain = "\n".join(row[indent:] for row in cut.split("\n"))
        is_same = plain.rstrip("\n") == value.rstrip("\n") and "\n---" not in f"\n{value}"
        return InlineValues(cut if is_same else value, place)


_PARSED: dict[Source, tuple[Manifest, ...]] = {}
"""The objects of files, as long as their texts together are not too long."""


def read_manifests(source: Source) -> tuple[Manifest, ...]:
    """Give the objects of a file that are maps, those of lists one by one; parsed once for each text."""
    known = _PARSED.get(source)
    if known is None:
        known = tuple(_read(_File(source.path, source.text)))
        if sum(len(one.text) for one in list(_PARSED)) + len(source.text) > _MOST_KEPT:
            _PARSED.clear()
        _PARSED[source] = known
    return known


def _read(file: _File) -> Iterator[Manifest]:
    for document in parse_yaml(file.text).documents[:MAX_DOCUMENTS]:
        value = document.value
        if not isinstance(value, dict) or depth_exceeds(value, MAX_VALUES_DEPTH):
            continue
        content = cast("dict[str, Any]", value)
        if as_text(content.get("kind")).endswith("List") and isinstance(content.get("items"), list):
            for number, item in enumerate(content["items"]):
                if isinstance(item, dict):
                    yield Manifest(file, document, cast("dict[str, Any]", item), ("items", number))
        else:
            yield Manifest(file, document, content)


def look_up(value: Any, keys: Sequence[str | int]) -> Any:
    """Give what stands at a path of a tree, None where there is nothing."""
    for key in keys:
        if isinstance(value, dict):
            value = cast("dict[Any, Any]", value).get(key)
        elif isinstance(value, list) and isinstance(key, int):
            items = cast("list[Any]", value)
            value = items[key] if 0 <= key < len(items) else None
        else:
            return None
    return value


def as_text(value: Any) -> str:
    """Give a text as it is, a whole number or truth value as it is written, and nothing of anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value == value // 1 else str(value)
    return ""


def as_list(value: Any) -> list[Any]:
    """Give a list as it is, and an empty one of anything else."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def as_map(value: Any) -> dict[str, Any]:
    """Give a map as it is, and an empty one of anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
