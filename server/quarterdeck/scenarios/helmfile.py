"""Releases of helmfiles of a workspace whose chart is one of its charts, in each of their environments.

Source: helmfile pkg/state/state.go, generateVanillaValuesFiles and namespaceAndValuesFlags; release.go.
"""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from quarterdeck.diagnostics.model import Place
from quarterdeck.scenarios.drafts import Draft, FoundScenarios, is_pattern
from quarterdeck.scenarios.helmfile_state import environment_names, read_state
from quarterdeck.scenarios.manifests import HELMFILE, as_list, as_map, as_text
from quarterdeck.scenarios.model import InlineValues, LeftOut
from quarterdeck.scenarios.sops import ENCRYPTED_REASON, is_encrypted
from quarterdeck.scenarios.templating import run_template
from quarterdeck.scenarios.workspace_files import find_inside, is_below
from quarterdeck.yamldoc.emit import emit_yaml

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from quarterdeck.scenarios.drafts import Workspace
    from quarterdeck.scenarios.helmfile_state import Part, State
    from quarterdeck.scenarios.manifests import Source
    from quarterdeck.scenarios.model import Scenario

MAX_RELEASES: Final = 500
"""Releases of one helmfile."""
_MAX_INHERITED: Final = 10
_TEMPLATED: Final = ".gotmpl"
_ESCAPED: Final = str.maketrans({character: f"\\{character}" for character in "{},"})


def find_helmfile_scenarios(workspace: Workspace) -> FoundScenarios:
    """Give the scenarios of all releases that deploy the chart, by path, environment by environment."""
    found = FoundScenarios([], [])
    for source in workspace.manifests.of_kind(HELMFILE):
        if not _may_mean(workspace.chart, source.text):
            continue
        if is_encrypted(source.text):
            found.left_out.append(LeftOut(source.path, ENCRYPTED_REASON, Place(source.path)))
            continue
        _add_helmfile(workspace, source, found)
    return found


def _may_mean(chart: str, text: str) -> bool:
    """Tell whether a text can lead to the chart: it has its name, or templates or bases that may give it."""
    name = chart.rpartition("/")[2]
    return name in text or "chart: ." in text or "{{" in text or "bases:" in text


def _add_helmfile(workspace: Workspace, source: Source, found: FoundScenarios) -> None:
    names = environment_names(workspace, source)
    is_named = workspace.chart.rpartition("/")[2] in source.text
    reasons: dict[LeftOut, None] = {}
    for environment in names:
        workspace.check()
        state = read_state(workspace, source, environment)
        for release in _releases(workspace, state):
            draft = Draft(workspace, "helmfile", release.place("name"))
            scenario = _Reader(workspace, state, release, draft).read(has_many=len(names) > 1)
            reasons.update(dict.fromkeys(draft.left_out))
            if scenario is not None:
                found.scenarios.append(scenario)
        if state.problem and is_named:
            reasons[LeftOut(source.path, state.problem, Place(source.path))] = None
    found.left_out.extend(reasons)


class _Written(NamedTuple):
    """A part of a release, and where it stands."""

    value: Any
    part: Part
    keys: tuple[str | int, ...]

    @property
    def place(self) -> Place:
        """The place in the file; its top where templates have moved the lines."""
        manifest = self.part.manifest
        return manifest.place(*self.keys) if self.part.has_lines else Place(manifest.path)

    def inline(self) -> InlineValues | None:
        """Give values that stand here."""
        found = self.part.manifest.inline(*self.keys)
        if found is None or self.part.has_lines:
            return found
        return InlineValues(found.text, Place(found.place.path))


class _Release:
    """A release with what it inherits: lists are joined, of all else the first that is there counts.

    Source: helmfile pkg/state/state_exec_tmpl.go, releaseWithInheritedTemplate.
    """

    def __init__(self, own: _Written) -> None:
        self.own = own
        self.value: dict[str, Any] = {}
        self.fields: dict[str, _Written] = {}
        self.lists: dict[str, list[_Written]] = {}

    def add(self, written: _Written, without: Container[str] = ()) -> None:
        """Add the fields of a template or, at last, of the release itself."""
        for field, value in as_map(written.value).items():
            if field in without:
                continue
            keys = (*written.keys, field)
            if isinstance(value, list):
                items = enumerate(as_list(value))
                added = [_Written(item, written.part, (*keys, number)) for number, item in items]
                self.lists.setdefault(field, []).extend(added)
            elif value and field not in self.value:
                self.value[field] = value
                self.fields[field] = _Written(value, written.part, keys)
            elif value is False:
                self.value.setdefault(field, value)

    def place(self, field: str) -> Place:
        """Give the place of a field, or of the release where it has no such field."""
        return self.fields.get(field, self.own).place


def _releases(workspace: Workspace, state: State) -> Iterator[_Release]:
    """Give the releases of the chart; those that are not installed are left out."""
    templates: dict[str, _Written] = {}
    for part in state.parts:
        for name, template in as_map(part.manifest.at("templates")).items():
            templates[name] = _Written(template, part, ("templates", name))
    default = state.field("defaultInherit")
    defaults = [as_text(name) for name in (as_list(default) or [default])]
    for part in state.parts:
        for number, item in enumerate(as_list(part.manifest.at("releases"))[:MAX_RELEASES]):
            workspace.check()
            written = _Written(item, part, ("releases", number))
            release = _Release(written)
            inherited = [as_map(one) for one in as_list(as_map(item).get("inherit"))]
            known = {as_text(one.get("template")) for one in inherited}
            first = [{"template": name} for name in defaults if name not in known]
            _inherit(release, [*first, *inherited], templates, ())
            release.add(written)
            if _is_ours(workspace, state, release) and _is_installed(state, release.value):
                yield release


def _inherit(
    release: _Release,
    inherited: list[dict[str, Any]],
    templates: dict[str, _Written],
    path: tuple[str, ...],
) -> None:
    """Add the templates that a release inherits, and first those that they inherit."""
    for one in inherited:
        name = as_text(one.get("template"))
        template = templates.get(name)
        if template is not None and name not in path and len(path) < _MAX_INHERITED:
            above = [as_map(other) for other in as_list(as_map(template.value).get("inherit"))]
            _inherit(release, above, templates, (*path, name))
            release.add(template, {"inherit", *map(as_text, as_list(one.get("except")))})


def _facts(state: State, value: dict[str, Any]) -> dict[str, Any]:
    texts = {field: as_text(value.get(field.lower())) for field in ("Name", "Namespace", "Chart")}
    return state.facts(Release={**texts, "Labels": as_map(value.get("labels"))})


def _is_ours(workspace: Workspace, state: State, release: _Release) -> bool:
    chart = run_template(as_text(release.value.get("chart")), _facts(state, release.value)) or ""
    folder = dirname(release.own.part.manifest.path)
    return bool(chart) and find_inside(folder, chart.strip(), workspace.roots) == workspace.chart


def _is_installed(state: State, value: dict[str, Any]) -> bool:
    """Tell whether a release is deployed in the environment. Source: state.go, ConditionEnabled."""
    if value.get("installed") is False:
        return False
    condition = as_text(value.get("condition"))
    if condition in {"", "true"} or state.problem:
        return True
    found: Any = state.values
    for key in condition.split("."):
        found = as_map(found).get(key)
    return found is True


class _Reader:
    """Reads one release in one environment."""

    def __init__(self, workspace: Workspace, state: State, release: _Release, draft: Draft) -> None:
        self.workspace = workspace
        self.state = state
        self.release = release
        self.value = release.value
        self.draft = draft
        self.folder = dirname(release.own.part.manifest.path)
        self.facts = _facts(state, release.value)
        handler = self.value.get("missingFileHandler") or state.field("missingFileHandler")
        self.may_be_missing = as_text(handler) in {"Warn", "Info", "Debug"}

    def read(self, *, has_many: bool) -> Scenario | None:
        """Give the scenario; None if it is left out."""
        name = self._text("name") or "helmfile"
        for field in ("valuesTemplate", "values"):
            for written in self.release.lists.get(field, ()):
                self._add_values(written, is_template=field == "valuesTemplate")
        for written in self.release.lists.get("secrets", ()):
            self.draft.leave_out(ENCRYPTED_REASON, written.place, as_text(written.value))
        for field, is_text in (("setTemplate", False), ("set", False), ("setString", True)):
            for written in self.release.lists.get(field, ()):
                self._add_flag(as_map(written.value), written.place, is_text=is_text)
        for written in self.release.lists.get("env", ()):
            self.draft.refuse("its values come from the environment of a process", written.place)
        versions = [one.value for one in self.release.lists.get("apiVersions", ())]
        versions = versions or as_list(self.state.field("apiVersions"))
        return self.draft.finish(
            f"{self.state.environment}/{name}" if has_many else name,
            release=name,
            namespace=as_text(self.state.field("namespace")) or self._text("namespace"),
            kube_version=as_text(self.value.get("kubeVersion") or self.state.field("kubeVersion")),
            api_versions=[as_text(version) for version in versions if as_text(version)],
        )

    def _text(self, field: str) -> str:
        return self._known(as_text(self.value.get(field)), self.release.place(field)).strip()

    def _known(self, text: str, place: Place) -> str:
        """Run a template on what is known; where that is not enough, the release is left out."""
        rendered = run_template(text, self.facts)
        if rendered is None or ("{{" in text and self.state.problem):
            self.draft.refuse(f"it is not known here what {text} means", place)
            return ""
        return rendered

    def _add_values(self, written: _Written, *, is_template: bool) -> None:
        item, place = written.value, written.place
        if isinstance(item, dict):
            values = written.inline()
            if is_template and values is not None and "{{" in values.text:
                values = InlineValues(self._known(emit_yaml(item), place), values.place)
            self.draft.add_inline(values)
            return
        prefix = as_text(self.value.get("valuesPathPrefix"))
        path = self._known(f"{prefix}{as_text(item)}", place)
        if path.startswith("ref+"):
            self.draft.leave_out("its values are fetched when it is deployed", place, path)
        elif path.endswith(_TEMPLATED):
            self._add_templated(path, place)
        elif is_pattern(path):
            top = next((root for root in self.workspace.roots if is_below(self.folder, root)), self.folder)
            if not self.draft.add_matches(top, self.folder, path, place) and not self.may_be_missing:
                self.draft.refuse(f"no values file matches {path}", place)
        elif path:
            self.draft.add_file(self.folder, path, place, may_be_missing=self.may_be_missing)

    def _add_templated(self, path: str, place: Place) -> None:
        """Add a values file that is a template, if what it gives is known here."""
        found = self.draft.find_file(self.folder, path, place)
        text = None if found is None else self.workspace.files.read_text(found)
        if found is None or (text is None and self.may_be_missing):
            return
        rendered = None if text is None or self.state.problem else run_template(text, self.facts)
        if rendered is None:
            self.draft.refuse(f"what the template {path} gives is not known here", place)
        else:
            self.draft.add_inline(InlineValues(rendered, Place(found)))

    def _add_flag(self, described: dict[str, Any], place: Place, *, is_text: bool) -> None:
        """Add one `set` entry. Source: state.go, setFlags."""
        name = as_text(described.get("name")).translate(_ESCAPED)
        value, file = as_text(described.get("value")), as_text(described.get("file"))
        values = [as_text(one).translate(_ESCAPED) for one in as_list(described.get("values"))]
        kind = "set-string" if is_text else "set"
        if value:
            value = self._known(value, place).translate(_ESCAPED)
            self.draft.add_flag(kind, f"{name}={value}", place)
        elif file:
            found = self.draft.find_file(self.folder, self._known(file, place), place)
            if found is not None:
                self.draft.add_flag("set-file", f"{name}={found.translate(_ESCAPED)}", place)
        elif values:
            self.draft.add_flag(kind, f"{name}={{{','.join(values)}}}", place)
