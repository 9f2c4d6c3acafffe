"""Argo CD ApplicationSets: the Applications that they make, where the workspace tells which those are.

Source: argo-cd applicationset/generators/list.go, git.go and matrix.go; applicationset/utils/utils.go.
"""

from __future__ import annotations

import re
from posixpath import basename, dirname
from typing import TYPE_CHECKING, Any, Final, cast

from quarterdeck.chart.values_file import MAX_VALUES_DEPTH, depth_exceeds, merge_maps
from quarterdeck.scenarios.argo_application import Application
from quarterdeck.scenarios.globs import find_matches
from quarterdeck.scenarios.manifests import (
    as_list,
    as_map,
    as_text,
    find_base,
    find_repository,
    look_up,
)
from quarterdeck.scenarios.model import InlineValues, LeftOut
from quarterdeck.scenarios.templating import run_template
from quarterdeck.yamldoc.emit import emit_yaml
from quarterdeck.yamldoc.load import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quarterdeck.scenarios.drafts import Workspace
    from quarterdeck.scenarios.manifests import Manifest

MAX_GENERATED: Final = 500
"""Applications of one set."""
_MAX_PARAMETER_FILE: Final = 256 * 1024
_TAG: Final = re.compile(r"\{\{([^{}\n]*)\}\}")
_NOT_IN_NAMES: Final = re.compile(r"[^-a-z0-9.]")

Parameters = dict[str, Any]


class _NotKnownError(Exception):
    """What a set makes is not known here; `str()` says why, `keys` where it is written."""

    def __init__(self, reason: str, keys: tuple[str | int, ...]) -> None:
        super().__init__(reason)
        self.keys = keys


def applications_of_set(
    workspace: Workspace, manifest: Manifest, left_out: list[LeftOut]
) -> Iterator[Application]:
    """Give the Applications of a set; what is not known here is left out, if it may be about the chart."""
    spec = as_map(manifest.at("spec"))
    template = as_map(spec.get("template"))
    generators = _Generators(workspace, manifest, is_go=spec.get("goTemplate") is True)
    if not _may_mean(workspace, template):
        return
    if spec.get("templatePatch"):
        reason = "its templatePatch is not followed"
        left_out.append(LeftOut(manifest.path, reason, manifest.place("spec", "templatePatch")))
        return
    for number, generator in enumerate(as_list(spec.get("generators"))):
        keys = ("spec", "generators", number)
        try:
            made = generators.parameters(as_map(generator), keys)
        except _NotKnownError as error:
            left_out.append(LeftOut(manifest.path, str(error), manifest.place(*error.keys)))
            continue
        for parameters in made[:MAX_GENERATED]:
            workspace.check()
            application = generators.application(template, parameters)
            if application is not None:
                yield application
        if len(made) > MAX_GENERATED:
            reason = f"the first {MAX_GENERATED} Applications of a set count"
            left_out.append(LeftOut(manifest.path, reason, manifest.place(*keys)))


def _may_mean(workspace: Workspace, template: dict[str, Any]) -> bool:
    """Tell whether a template can lead to the chart: its path says so, or depends on parameters."""
    spec = as_map(template.get("spec"))
    for source in (spec.get("source"), *as_list(spec.get("sources"))):
        path = as_text(as_map(source).get("path"))
        if "{{" in path or find_base(workspace.chart, path, workspace.roots, workspace.manifests) is not None:
            return True
    return False


class _Generators:
    """The generators of one set."""

    def __init__(self, workspace: Workspace, manifest: Manifest, *, is_go: bool) -> None:
        self.workspace = workspace
        self.manifest = manifest
        self.is_go = is_go
        self.top = find_repository(manifest.path, workspace.roots, workspace.manifests)

    def parameters(
        self, generator: dict[str, Any], keys: tuple[str | int, ...], depth: int = 0
    ) -> list[Parameters]:
        """Give the sets of parameters that a generator makes.

        Raises:
            _NotKnownError: the workspace does not tell.
        """
        for name in ("selector", "template"):
            if generator.get(name):
                raise _NotKnownError(f"the {name} of a generator is not followed", (*keys, name))
        match next(iter(generator), ""):
            case "list":
                return self._list(as_map(generator["list"]), (*keys, "list"))
            case "git":
                return self._git(as_map(generator["git"]), (*keys, "git"))
            case "matrix" if depth < 2:
                return self._matrix(as_map(generator["matrix"]), (*keys, "matrix"), depth)
            case name:
                raise _NotKnownError(f"what the generator {name or '(none)'} gives is not known here", keys)

    def _list(self, described: dict[str, Any], keys: tuple[str | int, ...]) -> list[Parameters]:
        if described.get("elementsYaml"):
            value, _ = load_yaml(self._known(as_text(described["elementsYaml"]), (*keys, "elementsYaml")))
            elements = as_list(value)
        else:
            elements = as_list(described.get("elements"))
        return [element if self.is_go else _flatten(element) for element in map(as_map, elements)]

    def _git(self, described: dict[str, Any], keys: tuple[str | int, ...]) -> list[Parameters]:
        is_for_files = not described.get("directories")
        name = "files" if is_for_files else "directories"
        included: dict[str, None] = {}
        excluded: set[str] = set()
        for number, item in enumerate(as_list(described.get(name))):
            request = as_map(item)
            pattern = self._known(as_text(request.get("path")), (*keys, name, number))
            found = find_matches(self.top, pattern, self.workspace.files, folders=not is_for_files)
            if request.get("exclude") is True:
                excluded.update(found)
            else:
                included.update(dict.fromkeys(found))
        made: list[Parameters] = []
        for path in sorted(set(included) - excluded):
            self.workspace.check()
            for content in self._contents(path) if is_for_files else [{}]:
                folder = dirname(path) or "." if is_for_files else path
                file = basename(path) if is_for_files else ""
                made.append(self._located(content, folder, file, described, keys))
        return made

    def _contents(self, path: str) -> list[Parameters]:
        """Give the objects of a parameter file."""
        text = self.workspace.files.read_text(f"{self.top}/{path}") or ""
        value: Any = load_yaml(text)[0] if len(text) <= _MAX_PARAMETER_FILE else None
        if depth_exceeds([value], MAX_VALUES_DEPTH):
            return []
        objects = as_list(value) if isinstance(value, list) else [value]
        return [as_map(one) if self.is_go else _flatten(as_map(one)) for one in objects]

    def _located(
        self,
        content: Parameters,
        folder: str,
        file: str,
        described: dict[str, Any],
        keys: tuple[str | int, ...],
    ) -> Parameters:
        """Add what is known of the path to parameters, and then the generator's own values."""
        prefix = as_text(described.get("pathParamPrefix"))
        facts = {"basename": basename(folder), "basenameNormalized": _for_names(basename(folder))}
        if file:
            facts |= {"filename": file, "filenameNormalized": _for_names(file)}
        segments = folder.split("/")
        if self.is_go:
            path: Any = {"path": folder, "segments": segments, **facts}
            parameters = {**content, **({prefix: {"path": path}} if prefix else {"path": path})}
        else:
            name = f"{prefix}.path" if prefix else "path"
            parameters = {**content, name: folder}
            parameters |= {f"{name}.{fact}": text for fact, text in facts.items()}
            parameters |= {f"{name}[{number}]": part for number, part in enumerate(segments)}
        values: dict[str, str] = {}
        for key, value in as_map(described.get("values")).items():
            text = self._replaced(as_text(value), parameters)
            if text is None:
                raise _NotKnownError(f"it is not known here what {value} means", (*keys, "values", key))
            values[key] = text
        if values:
            parameters |= {"values": values} if self.is_go else {f"values.{k}": v for k, v in values.items()}
        return parameters

    def _matrix(self, described: dict[str, Any], keys: tuple[str | int, ...], depth: int) -> list[Parameters]:
        generators = as_list(described.get("generators"))
        if len(generators) != 2:
            raise _NotKnownError("a matrix has two generators", keys)
        made: list[Parameters] = []
        first, second = map(as_map, generators)
        for one in self.parameters(first, (*keys, "generators", 0), depth + 1):
            filled = _map_texts(second, lambda text, one=one: self._replaced(text, one))
            place = (*keys, "generators", 1)
            if filled is None:
                raise _NotKnownError("it is not known here what this generator means", place)
            for other in self.parameters(as_map(filled), place, depth + 1):
                made.append(merge_maps(other, one) if self.is_go else {**other, **one})
                if len(made) > MAX_GENERATED:
                    return made
        return made

    def _known(self, text: str, keys: tuple[str | int, ...]) -> str:
        if "{{" in text:
            raise _NotKnownError(f"it is not known here what {text} means", keys)
        return text

    def _replaced(self, text: str, parameters: Parameters) -> str | None:
        """Put parameters into a text; None where it is not known what that gives."""
        if "{{" not in text:
            return text
        if self.is_go:
            return run_template(text, parameters)
        return _TAG.sub(lambda match: as_text(parameters.get(match[1].strip(), match[0])), text)

    def application(self, template: dict[str, Any], parameters: Parameters) -> Application | None:
        """Give the Application of a set of parameters, None where it is another chart's.

        A part of the template that is not known here stays as it is written.
        """

        def replace(text: str) -> str:
            replaced = self._replaced(text, parameters)
            return text if replaced is None else replaced

        spec = as_map(template.get("spec"))
        workspace = self.workspace
        paths = [
            as_text(as_map(one).get("path")) for one in (spec.get("source"), *as_list(spec.get("sources")))
        ]
        if not any(
            find_base(workspace.chart, replace(path), workspace.roots, workspace.manifests) for path in paths
        ):
            return None
        value = as_map(_map_texts(template, replace))
        return _MadeApplication(self.manifest, value, replace)


class _MadeApplication(Application):
    """An Application that a set makes: its parts stand in the set's template."""

    def __init__(self, manifest: Manifest, value: dict[str, Any], replace: Callable[[str], str]) -> None:
        super().__init__(manifest, value, ("spec", "template"))
        self._replace = replace

    def inline(self, *keys: str | int) -> InlineValues | None:
        """Give values of the template with the parameters put in, as far as possible line by line."""
        written = super().inline(*keys)
        meant = look_up(self.spec, keys)
        if written is None or meant is None:
            return None
        text = self._replace(written.text)
        expected = load_yaml(meant) if isinstance(meant, str) else (meant, None)
        if load_yaml(text) == expected:
            return InlineValues(text, written.place)
        return InlineValues(meant if isinstance(meant, str) else emit_yaml(meant), written.place)


def _map_texts(value: Any, change: Callable[[str], str | None]) -> Any:
    """Copy a tree with every text changed, keys too; None where `change` gives None for one of them."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        items = [_map_texts(item, change) for item in cast("list[Any]", value)]
        originals = cast("list[Any]", value)
        is_lost = any(new is None and old is not None for new, old in zip(items, originals, strict=True))
        return None if is_lost else items
    if isinstance(value, dict):
        changed: dict[str, Any] = {}
        for key, item in cast("dict[str, Any]", value).items():
            new_key, new = change(key), _map_texts(item, change)
            if new_key is None or (new is None and item is not None):
                return None
            changed[new_key] = new
        return changed
    return value


def _flatten(value: dict[str, Any]) -> Parameters:
    """Give nested parameters as `a.b`, each a text."""
    flat: Parameters = {}
    waiting: list[tuple[str, Any]] = list(reversed(value.items()))
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, dict):
            inner = cast("dict[str, Any]", item).items()
        elif isinstance(item, list):
            inner = [(str(number), one) for number, one in enumerate(cast("list[Any]", item))]
        else:
            flat[name] = as_text(item)
            continue
        waiting.extend((f"{name}.{key}", one) for key, one in reversed(list(inner)))
    return flat


def _for_names(text: str) -> str:
    """Write a text so that names can have it. Source: applicationset/utils/utils.go, SanitizeName."""
    return _NOT_IN_NAMES.sub("-", text.lower())[:253].strip("-.")
