"""Values files of a chart that nobody declared: those that people and chart-testing lay over its defaults.

Which files those are is told by where they lie, what they are called and what keys they begin with; no file
is parsed for it, so that a file stays a scenario while somebody is typing in it.

Source: helm/chart-testing pkg/chart/chart.go, ValuesFilePathsForCI.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast

from quarterdeck.diagnostics.model import Place
from quarterdeck.scenarios.model import DEFAULT, LeftOut, Scenario
from quarterdeck.scenarios.sops import ENCRYPTED_REASON, is_encrypted, is_secrets_name
from quarterdeck.settings.patterns import Pattern, PatternError, compile_pattern
from quarterdeck.yamldoc.load import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from quarterdeck.scenarios.workspace_files import Files

MAX_FOUND: Final = 200
"""Files of one chart that are looked at."""
MAX_FOLDERS: Final = 200
"""Folders of one chart that are looked into."""
MAX_DEPTH: Final = 3
"""How deep below the chart's folder values files are looked for."""

_VALUES_NAME: Final = re.compile(r"(?:(.+?)[._-])?values(?:[._-]?([^.].*))?\.ya?ml")
_ENVIRONMENTS: Final = frozenset({"environments", "environment", "envs", "env", "values", "overlays"})
"""Folders in which every YAML file is for values; their names say nothing about the scenario."""
_OTHER_VALUES: Final = frozenset({"ci", "test-values", "values-files", "overrides"})
"""Folders in which every YAML file is for values, and whose names tell what for."""
_NEVER: Final = frozenset(
    {"templates", "charts", "crds", "docs", "node_modules", "__pycache__", "__snapshot__", "schemas"}
)
_NEVER_OF_ANY: Final = frozenset({"templates", "charts", "node_modules"})
_NO_VALUES: Final = frozenset(
    {
        "chart",
        "requirements",
        "kustomization",
        "helmfile",
        "ct",
        "chart-schema",
        "lintconf",
        "artifacthub-repo",
    }
)
"""Stems of YAML files that are no values."""
_KEY: Final = re.compile(
    r"""^(?:([A-Za-z_][\w./-]*)|"([^"\n]*)"|'([^'\n]*)')[ \t]*:(?=[ \t\r\n]|\Z)""", re.MULTILINE
)
_FIRST_LINE: Final = re.compile(r"^(?!---[ \t]*(?:#.*)?\r?$|%)[ \t]*[^\s#].*$", re.MULTILINE)
_MOST_UNCERTAIN: Final = 256 * 1024
"""Code points of a file that is parsed to find out what its top is, where its lines do not tell."""
_DOCUMENT: Final = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_DEPENDENCY: Final = re.compile(
    r"""^[ \t]*(?:-[ \t]+)?(?:name|alias)[ \t]*:[ \t]*["']?([\w.-]+)""", re.MULTILINE
)


class FoundFiles(NamedTuple):
    """The scenarios that values files make, and files that are none though they look like it."""

    scenarios: tuple[Scenario, ...]
    left_out: tuple[LeftOut, ...]


class _Candidate(NamedTuple):
    """A file that may be for values: its path in the chart, and whether where it lies leaves no doubt."""

    path: str
    is_certain: bool


def find_values_files(
    chart: str,
    files: Files,
    *,
    patterns: Sequence[str] | None = None,
    check: Callable[[], None] | None = None,
) -> FoundFiles:
    """Find the values files of a chart, each a scenario of its own over the defaults.

    `patterns`, relative to the chart's folder, say which files count instead of the rules here. `check` is
    called now and then, and may raise to stop the search. The scenarios of files beside Chart.yaml come
    first, then the others by path. Their names are unique.
    """
    candidates, left_out = _candidates(chart, files, patterns, check)
    judge = _Judge(chart, files)
    taken: list[str] = []
    for candidate in candidates:
        reason = judge.reason_against(candidate)
        path = f"{chart}/{candidate.path}"
        if reason == "":
            taken.append(candidate.path)
        elif reason is not None:
            left_out.append(LeftOut(path, reason, Place(path)))
    names = _name_all(taken)
    scenarios = tuple(
        Scenario(name=name, source="file", layers=(f"{chart}/{path}",), place=Place(f"{chart}/{path}"))
        for path, name in zip(taken, names, strict=True)
    )
    return FoundFiles(scenarios, tuple(left_out))


class _Judge:
    """Looks into the candidates of one chart."""

    def __init__(self, chart: str, files: Files) -> None:
        self._chart = chart
        self._files = files
        self._known: frozenset[str] | None = None

    def reason_against(self, candidate: _Candidate) -> str | None:
        """Tell why a file is no scenario: empty if it is one, None if that is not worth a word."""
        text = self._files.read_text(f"{self._chart}/{candidate.path}")
        if text is None:
            return "it cannot be read, or is too large"
        look = look_at_values(text)
        if look.kind != "map":
            return {"encrypted": ENCRYPTED_REASON, "binary": "it is no text"}.get(look.kind)
        if is_secrets_name(candidate.path) and not _VALUES_NAME.fullmatch(candidate.path.rpartition("/")[2]):
            return "its name says that it holds secrets; its values are not used"
        if candidate.is_certain:
            return ""
        if self._known is None:
            self._known = known_keys(self._chart, self._files)
        return "the chart knows none of its keys" if self._known and not self._known & look.keys else ""


# --- where they lie ----------------------------------------------------------------------------------------


def _candidates(
    chart: str, files: Files, patterns: Sequence[str] | None, check: Callable[[], None] | None
) -> tuple[list[_Candidate], list[LeftOut]]:
    """Walk the chart's folder; files beside Chart.yaml come first."""
    matches = None if patterns is None else _matcher(patterns)
    found: list[_Candidate] = []
    for folder, names in _walk(chart, files, check, is_free=patterns is not None):
        for name in names:
            path = f"{folder}/{name}" if folder else name
            if not name.endswith((".yaml", ".yml")):
                continue
            if path in {"values.yaml", "Chart.yaml"}:
                continue
            if matches is not None:
                if matches(path):
                    found.append(_Candidate(path, is_certain=True))
                continue
            is_certain = _is_candidate(folder, name)
            if is_certain is not None:
                found.append(_Candidate(path, is_certain))
    left_out: list[LeftOut] = []
    for one in found[MAX_FOUND:]:
        reason = f"a chart's first {MAX_FOUND} values files count"
        left_out.append(LeftOut(f"{chart}/{one.path}", reason, Place(f"{chart}/{one.path}")))
    return found[:MAX_FOUND], left_out[:MAX_FOUND]


def _walk(
    chart: str, files: Files, check: Callable[[], None] | None, *, is_free: bool
) -> Iterator[tuple[str, list[str]]]:
    """Give folders, relative to the chart, with their files: the chart's own, then the others by path."""
    waiting = [""]
    seen = 0
    while waiting and seen < MAX_FOLDERS:
        folder = waiting.pop()
        seen += 1
        if check is not None:
            check()
        listed = files.list(f"{chart}/{folder}" if folder else chart) or ()
        names = [entry.name for entry in listed if not entry.is_folder]
        if folder and "Chart.yaml" in names:
            continue
        yield folder, names
        if folder.count("/") + bool(folder) >= MAX_DEPTH:
            continue
        never = _NEVER_OF_ANY if is_free else _NEVER
        for entry in reversed(listed):
            is_left_out = entry.name.startswith(".") or entry.name in never
            if entry.is_folder and not is_left_out:
                waiting.append(f"{folder}/{entry.name}" if folder else entry.name)


def _is_candidate(folder: str, name: str) -> bool | None:
    """Tell whether a file surely (True) or perhaps (False) is for values, or is none (None)."""
    stem = name.rpartition(".")[0]
    if stem.lower() in _NO_VALUES or "schema" in re.split(r"[._-]", stem):
        return None
    says_values = _VALUES_NAME.fullmatch(name) is not None
    if not folder:
        # Secrets beside the chart are named, so that nobody wonders where their values are.
        return True if says_values or is_secrets_name(name) else None
    if folder == "ci" and says_values:
        return True
    parts = folder.split("/")
    if any(part in _ENVIRONMENTS or part in _OTHER_VALUES for part in parts):
        return False
    return False if says_values else None


def _matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    usable: list[Pattern] = []
    for pattern in patterns:
        try:
            usable.append(compile_pattern(pattern))
        except PatternError:  # reported where the settings are read
            continue
    return lambda path: any(pattern.matches(path) for pattern in usable)


# --- what they are called ----------------------------------------------------------------------------------


def _name_all(paths: Sequence[str]) -> list[str]:
    """Give each path a name: the shortest that is not given yet, in the order of the paths."""
    given = {DEFAULT}
    names: list[str] = []
    for path in paths:
        stem = path.rpartition(".")[0]
        name = next(one for one in (_short_name(path), stem, path, f"./{path}") if one not in given)
        given.add(name)
        names.append(name)
    return names


def _short_name(path: str) -> str:
    folder, _, name = path.rpartition("/")
    match = _VALUES_NAME.fullmatch(name)
    own = name.rpartition(".")[0] if match is None else "-".join(filter(None, match.groups()))
    parts = [part for part in folder.split("/") if part and part not in _ENVIRONMENTS]
    if own:
        parts.append(own)
    return "/".join(parts) or name.rpartition(".")[0]


# --- what they say -----------------------------------------------------------------------------------------


class Look(NamedTuple):
    """What a look at a YAML file tells: its kind, and the keys of the map on its top.

    `map` may be values, `manifest` is for Kubernetes, `empty` says nothing, `other` has no map on top;
    `encrypted` and `binary` speak for themselves.
    """

    kind: Literal["map", "manifest", "empty", "other", "encrypted", "binary"]
    keys: frozenset[str] = frozenset()


def look_at_values(text: str) -> Look:
    """Look at the first lines and the top keys of a YAML file; time is linear in the text."""
    if "\0" in text:
        return Look("binary")
    if not _FIRST_LINE.search(text):
        return Look("empty")
    if is_encrypted(text):
        return Look("encrypted")
    documents = _DOCUMENT.split(text) if "\n---" in text else [text]
    by_document = [_top_keys(document) for document in documents]
    if any(keys >= {"apiVersion", "kind"} for keys in by_document):
        return Look("manifest")
    keys = frozenset[str]().union(*by_document)
    if keys:
        return Look("map", keys)
    # A map in braces, with odd keys or with an indent on top.
    if len(text) > _MOST_UNCERTAIN:
        return Look("other")
    value, _ = load_yaml(text)
    if not isinstance(value, dict):
        return Look("other")
    own_keys = frozenset(cast("dict[str, Any]", value))
    return Look("map", own_keys) if own_keys else Look("empty")


def known_keys(chart: str, files: Files) -> frozenset[str]:
    """Give the names that a chart's values have on top: its defaults', its sub-charts', `global`.

    Nothing where the chart says nothing of either.
    """
    keys = set(_top_keys(files.read_text(f"{chart}/values.yaml") or ""))
    for name in ("Chart.yaml", "requirements.yaml"):
        text = files.read_text(f"{chart}/{name}") or ""
        at = text.find("dependencies:")
        if at >= 0:
            keys.update(_DEPENDENCY.findall(text, at))
    keys.update(entry.name for entry in files.list(f"{chart}/charts") or () if entry.is_folder)
    return frozenset(keys | {"global"} if keys else ())


def _top_keys(text: str) -> frozenset[str]:
    """Give the keys at the start of lines, as far as they are plain or quoted on one line."""
    return frozenset(plain or double or single for plain, double, single in _KEY.findall(text))
