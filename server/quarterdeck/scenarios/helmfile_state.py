"""A helmfile as one of its environments sees it, as far as the workspace tells.

Source: helmfile pkg/app/desired_state_file_loader.go, load and rawLoad; pkg/state/envvals_loader.go.
"""

from __future__ import annotations

import re
from posixpath import dirname
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from quarterdeck.chart.values_file import MAX_VALUES_DEPTH, depth_exceeds, merge_maps
from quarterdeck.scenarios.globs import find_matches
from quarterdeck.scenarios.manifests import (
    MAX_TEXT,
    Manifest,
    Source,
    as_list,
    as_map,
    as_text,
    read_manifests,
)
from quarterdeck.scenarios.sops import is_encrypted
from quarterdeck.scenarios.templating import run_template
from quarterdeck.scenarios.workspace_files import find_inside, is_below
from quarterdeck.yamldoc.load import load_yaml

if TYPE_CHECKING:
    from quarterdeck.scenarios.drafts import Workspace

DEFAULT_ENVIRONMENT: Final = "default"
MAX_ENVIRONMENTS: Final = 30
"""Environments of one helmfile."""
_MAX_BASES: Final = 5
"""How deep bases may lie in one another."""
_SEPARATOR: Final = re.compile(r"^---[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_TEMPLATED: Final = ".gotmpl"


class Part(NamedTuple):
    """A document of a helmfile or of one of its bases; `has_lines`: its lines are those of the file."""

    manifest: Manifest
    has_lines: bool


class State(NamedTuple):
    """What a helmfile says in one environment.

    `values` are those of the environment; `problem` says why they, or anything else, are not known here.
    """

    environment: str
    parts: tuple[Part, ...]
    values: dict[str, Any]
    problem: str = ""

    def facts(self, **more: Any) -> dict[str, Any]:
        """Give what templates of the helmfile see."""
        environment = {"Name": self.environment, "Values": self.values, "KubeContext": ""}
        return {"Environment": environment, "Values": self.values, "StateValues": self.values, **more}

    def field(self, name: str) -> Any:
        """Give a field of the whole helmfile: the last part that has it counts."""
        for part in reversed(self.parts):
            value = part.manifest.at(name)
            if value is not None:
                return value
        return None


def environment_names(workspace: Workspace, source: Source) -> list[str]:
    """Give the names of a helmfile's environments, in the order of the text; `default` where it has none."""
    names: dict[str, None] = {}
    for text, _ in _all_texts(workspace, source.path, source.text, 0):
        value = _block(text, "environments", {"Environment": {"Name": DEFAULT_ENVIRONMENT, "Values": {}}})
        names.update(dict.fromkeys(as_map(value)))
    return list(names)[:MAX_ENVIRONMENTS] or [DEFAULT_ENVIRONMENT]


def read_state(workspace: Workspace, source: Source, environment: str) -> State:
    """Read a helmfile for one environment: its bases first, then its documents from first to last."""
    state = State(environment, (), {})
    for text, path in _all_texts(workspace, source.path, source.text, 0):
        state = _with_values(workspace, state, text, path)
        if "{{" not in text:
            parts = read_manifests(Source(path, text, source.kinds))
            state = state._replace(parts=(*state.parts, *(Part(one, has_lines=True) for one in parts)))
            continue
        workspace.check()
        rendered = run_template(text, state.facts(Namespace=""))
        if rendered is None or state.problem:
            reason = state.problem or "its templates need what is not known here"
            return state._replace(problem=reason)
        has_lines = rendered.count("\n") == text.count("\n")
        parts = read_manifests(Source(path, rendered, source.kinds))
        state = state._replace(parts=(*state.parts, *(Part(one, has_lines) for one in parts)))
    return state


def _all_texts(workspace: Workspace, path: str, text: str, depth: int) -> list[tuple[str, str]]:
    """Cut a helmfile into its documents, each with blank lines for what comes before it, after its bases."""
    found: list[tuple[str, str]] = []
    starts = [0, *(match.end() for match in _SEPARATOR.finditer(text))]
    ends = [*(match.start() for match in _SEPARATOR.finditer(text)), len(text)]
    for start, end in zip(starts, ends, strict=True):
        document = "\n" * text.count("\n", 0, start) + text[start:end]
        for base in as_list(_block(document, "bases", {})):
            base_path = find_inside(dirname(path), as_text(base), workspace.roots)
            base_text = None if base_path is None else workspace.files.read_text(base_path)
            if base_path is not None and base_text is not None and depth < _MAX_BASES:
                found += _all_texts(workspace, base_path, base_text[:MAX_TEXT], depth + 1)
        found.append((document, path))
    return found[: MAX_ENVIRONMENTS * _MAX_BASES]


def _block(text: str, name: str, facts: dict[str, Any]) -> Any:
    """Give the value of a top-level key from its lines alone, templates in them run on `facts`."""
    match = re.search(rf"^{name}:.*\n?(?:(?:[ \t#-].*)?\n)*(?:[ \t#-].*)?", text, re.MULTILINE)
    if match is None:
        return None
    rendered = run_template(match[0], facts)
    value = None if rendered is None else load_yaml(rendered)[0]
    return None if depth_exceeds([value], MAX_VALUES_DEPTH) else as_map(value).get(name)


def _with_values(workspace: Workspace, state: State, text: str, path: str) -> State:
    """Add what a document says of the values of the environment and of the defaults below them."""
    facts = state.facts()
    environment = as_map(as_map(_block(text, "environments", facts)).get(state.environment))
    is_known = "environments:" not in text or bool(as_map(_block(text, "environments", facts)))
    values, problem = state.values, state.problem
    if not is_known:
        problem = problem or "the values of its environments are not known here"
    items = [*as_list(_block(text, "values", facts)), *as_list(environment.get("values"))]
    for item in items:
        layer = (
            as_map(item) if isinstance(item, dict) else _read_values(workspace, state, as_text(item), path)
        )
        if layer is None:
            problem = problem or f"the environment's values {as_text(item)} are not known here"
        else:
            values = merge_maps(values, layer)
    return state._replace(values=values, problem=problem)


def _read_values(workspace: Workspace, state: State, name: str, path: str) -> dict[str, Any] | None:
    """Read a values file of an environment; None if it is not known what it says."""
    relative = run_template(name, state.facts())
    found = None if relative is None else find_inside(dirname(path), relative, workspace.roots)
    if found is None or "://" in name:
        return None
    paths = [found]
    if "*" in name:
        top = next(root for root in workspace.roots if is_below(found, root))
        inside = found[len(top) :].strip("/")
        paths = [f"{top}/{match}" for match in find_matches(top, inside, workspace.files)]
    values: dict[str, Any] = {}
    for one in paths:
        text = workspace.files.read_text(one)
        if text is None or is_encrypted(text) or len(text) > MAX_TEXT:
            return None
        rendered = run_template(text, state.facts()) if one.endswith(_TEMPLATED) else text
        value = None if rendered is None else load_yaml(rendered)
        if value is None or value[1] is not None or depth_exceeds([value[0]], MAX_VALUES_DEPTH):
            return None
        values = merge_maps(values, as_map(value[0]))
    return values
