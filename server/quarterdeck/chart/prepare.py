"""All that a rendering needs of a chart: its templates, what each of them sees, what is wrong beforehand.

Source: Helm pkg/action/install.go, RunWithContext; pkg/chart/common/util/values.go, ToRenderValues;
pkg/engine/engine.go, allTemplates; pkg/chart/common.go, structToMap.
"""

from __future__ import annotations

import hashlib
import marshal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from quarterdeck.chart.conditions import process_dependencies
from quarterdeck.chart.files import Files
from quarterdeck.chart.origins import ValueOrigins
from quarterdeck.chart.overrides import ValuesInput
from quarterdeck.chart.problems import KUBE_VERSION, TYPE_MISMATCH, stop
from quarterdeck.chart.schema import check_schemas, has_schema
from quarterdeck.chart.semver import is_compatible
from quarterdeck.chart.strvals import as_json
from quarterdeck.chart.values import Coalescer, find_table
from quarterdeck.chart.yaml_places import YamlPlaces
from quarterdeck.diagnostics.model import Place
from quarterdeck.runtime.values import GoMap, NilMap, RootContext, Values, find_containers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quarterdeck.chart.capabilities import Capabilities
    from quarterdeck.chart.instances import ChartInstance
    from quarterdeck.chart.model import Chart
    from quarterdeck.chart.values import TypeMismatch
    from quarterdeck.diagnostics.model import Finding

_LONG_FINGERPRINT = 4_096
_REMEMBERED = 4
"""How many sets of overrides a chart keeps merged values for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One installation of a chart, as `.Release` shows it."""

    name: str = "release-name"
    namespace: str = "default"
    revision: int = 1
    is_upgrade: bool = False
    service: str = "Helm"

    def as_map(self) -> dict[str, Any]:
        """Give `.Release`."""
        return {
            "Name": self.name,
            "Namespace": self.namespace,
            "IsUpgrade": self.is_upgrade,
            "IsInstall": not self.is_upgrade,
            "Revision": self.revision,
            "Service": self.service,
        }


class TemplateFile(NamedTuple):
    """One file in `templates/` of one chart in its role.

    `name` is as Helm names it (`mychart/charts/sub/templates/x.yaml`), `display_path` the path to show,
    `context` the dot, shared by all files of the chart; bytes of `text` that are not UTF-8 are lone
    surrogates.
    """

    name: str
    text: str
    context: RootContext
    base_path: str
    display_path: str
    is_partial: bool


class CrdFile(NamedTuple):
    """One manifest in `crds/` of an enabled chart; `name` is as Helm shows it in `# Source:`."""

    name: str
    text: str
    display_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderInputs:
    """What one rendering of a chart works with.

    Trees may be shared with other preparations of the same chart: who changes them undoes it afterwards, and
    does not render one chart twice at the same time.
    """

    chart: Chart
    instance: ChartInstance
    """The chart with its enabled sub-charts."""
    templates: tuple[TemplateFile, ...]
    values: dict[str, Any]
    """The merged values of the outermost chart; sub-charts' are in it."""
    origins: ValueOrigins
    """Where each of these values was written."""
    context: RootContext
    """The dot of the outermost chart."""
    release: Release
    capabilities: Capabilities
    problems: tuple[Finding, ...]
    """What is wrong before anything renders, in the order in which Helm meets it; the chart's among them."""
    missing_dependencies: tuple[str, ...]
    """Names of dependencies that are declared in any chart of the tree and not vendored."""
    identities: frozenset[int] = frozenset()
    """Those of all objects that the templates see, where they were worked out; see `chart.sharing`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _MergedValues:
    """What depends on chart and overrides alone."""

    instance: ChartInstance
    values: Values
    problems: tuple[Finding, ...]


def prepare(
    chart: Chart,
    overrides: ValuesInput | Mapping[str, Any],
    release: Release,
    capabilities: Capabilities,
    check: Callable[[], None] = lambda: None,
) -> RenderInputs:
    """Merge `overrides` into the chart's values and give each template what it sees.

    Equal overrides give the same trees again. `check` is called between steps and may raise to give up.
    """
    user = overrides if isinstance(overrides, ValuesInput) else ValuesInput.from_mapping(overrides)
    if user.problems:
        return _make_inputs(chart, _merge(chart, user), user, release, capabilities)
    fingerprint = _fingerprint(user.values)
    memory: dict[Any, Any] = chart.memory.setdefault("prepared", {})
    key = (fingerprint, user.files, user.flags, release, id(capabilities))
    found: RenderInputs | None = memory.get(key)
    if found is not None:
        return found
    merged = _merged_values(chart, user, fingerprint)
    check()
    inputs = _make_inputs(chart, merged, user, release, capabilities)
    check()
    _remember(memory, key, inputs)
    return inputs


def edit_templates(inputs: RenderInputs, texts: Mapping[str, str]) -> RenderInputs:
    """Give inputs with other texts of templates, by the paths to show; all else is the same objects.

    Those templates have to be there already. `instance` goes on to show the chart as it was.
    """
    return replace(
        inputs,
        chart=inputs.chart.with_templates(texts),
        templates=tuple(
            file._replace(text=texts[file.display_path]) if file.display_path in texts else file
            for file in inputs.templates
        ),
    )


def _remember(memory: dict[Any, Any], key: Any, value: Any) -> None:
    while len(memory) >= _REMEMBERED:
        del memory[next(iter(memory))]
    memory[key] = value


def _fingerprint(tree: Any) -> bytes:
    """Give bytes that are equal only for equal trees."""
    if not tree:
        return b""
    try:
        # Version 2 writes no references, so that equal trees give equal bytes.
        fingerprint = marshal.dumps(tree, 2)
    except ValueError:
        fingerprint = repr(tree).encode("utf-8", "surrogatepass")
    return fingerprint if len(fingerprint) < _LONG_FINGERPRINT else hashlib.sha256(fingerprint).digest()


def _merged_values(chart: Chart, user: ValuesInput, fingerprint: bytes) -> _MergedValues:
    memory: dict[Any, Any] = chart.memory.setdefault("merged", {})
    found: _MergedValues | None = memory.get(fingerprint)
    if found is None:
        found = _merge(chart, user)
        _remember(memory, fingerprint, found)
    return found


def _merge(chart: Chart, user: ValuesInput) -> _MergedValues:
    early: list[TypeMismatch] = []
    instance = process_dependencies(chart, user.values, early)
    late: list[TypeMismatch] = []
    values = Coalescer(late).coalesce(instance, user.values)
    origins = ValueOrigins(instance, user, values)
    # What stops Helm's last step would have stopped its first look at declared dependencies before.
    is_early = bool(early) or chart.manifest.dependencies is not None
    prefix = "chart dependencies processing failed: " if is_early else ""
    problems = [_report_mismatch(chart, one, origins, prefix) for one in early or late]
    if has_schema(instance):
        is_json = not user.flags and not user.mapping
        problems.extend(check_schemas(instance, values if is_json else as_json(values), origins))
    return _MergedValues(instance=instance, values=_with_types(instance, values), problems=tuple(problems))


def _with_types(instance: ChartInstance, values: dict[str, Any]) -> Values:
    """Give each chart's section the type of `.Values`; it is one object for parent and sub-chart."""
    for sub in instance.dependencies:
        values[sub.name] = _with_types(sub, values[sub.name])
    return Values(values)


def _report_mismatch(chart: Chart, mismatch: TypeMismatch, origins: ValueOrigins, prefix: str) -> Finding:
    keys = ".".join(mismatch.path)
    origin = origins.written(mismatch.path)
    place = Place(f"{chart.path}/values.yaml") if origin is None else origin.place
    message = f"`{keys}` must be a map: it has the values of a sub-chart"
    proposal = f"Write the values of {mismatch.path[-1]} below `{keys}`, or rename the key."
    return stop(TYPE_MISMATCH, place, message, helm=prefix + mismatch.helm_message, proposal=proposal)


def _make_inputs(
    chart: Chart, merged: _MergedValues, user: ValuesInput, release: Release, capabilities: Capabilities
) -> RenderInputs:
    maker = _ContextMaker(release.as_map(), capabilities)
    context = maker.make(merged.instance, merged.values)
    context.known = default_containers(chart)
    kube_version = _check_kube_version(chart, capabilities)
    return RenderInputs(
        chart=chart,
        instance=merged.instance,
        templates=tuple(maker.templates.values()),
        values=merged.values,
        origins=ValueOrigins(merged.instance, user, merged.values),
        context=context,
        release=release,
        capabilities=capabilities,
        problems=(*user.problems, *chart.problems, *merged.problems, *kube_version),
        missing_dependencies=chart.all_missing_dependencies,
    )


def default_containers(chart: Chart) -> frozenset[int]:
    """Give the identities of all maps and lists in the defaults of a chart and its sub-charts; found once."""
    found: frozenset[int] | None = chart.memory.get("containers")
    if found is None:
        own = find_containers(chart.values).union(find_containers(chart.values_without_nulls))
        found = chart.memory["containers"] = own.union(*map(default_containers, chart.dependencies))
    return found


class _ContextMaker:
    """Makes the dots of all charts and lists their templates. Source: engine.go, recAllTpls."""

    def __init__(self, release: dict[str, Any], capabilities: Capabilities) -> None:
        self.release = release
        self.capabilities = capabilities
        self.templates: dict[str, TemplateFile] = {}

    def make(self, instance: ChartInstance, values: Any) -> RootContext:
        """Make the dot of one chart, and those of its sub-charts in it."""
        sub_charts: dict[str, Any] = {}
        context = RootContext(
            {
                "Chart": chart_map(instance),
                "Files": Files(instance.chart.file_index),
                "Release": self.release,
                "Capabilities": self.capabilities,
                "Values": values,
                "Subcharts": sub_charts,
            }
        )
        prefix = instance.full_path + "/"
        base_path = prefix + "templates"
        templates = self.templates
        for path, text, display_path, is_partial in instance.chart.renderable:
            name = prefix + path
            templates[name] = TemplateFile(name, text, context, base_path, display_path, is_partial)
        for sub in instance.dependencies:
            name = sub.name
            # Helm looks the section up by a dotted path, so that a name with a dot in it finds nothing.
            section: Any = values[name] if "." not in name else find_table(values, name)
            sub_charts[name] = self.make(sub, Values() if section is None else section)
        return context


def chart_map(instance: ChartInstance) -> dict[str, Any]:
    """Give `.Chart`: the metadata under Go's field names."""
    manifest = instance.chart.manifest
    annotations = manifest.annotations
    return {
        "Name": instance.name,
        "Home": manifest.home,
        "Sources": list(manifest.sources),
        "Version": manifest.version,
        "Description": manifest.description,
        "Keywords": list(manifest.keywords),
        "Maintainers": [
            {"Name": one.name, "Email": one.email, "URL": one.url} for one in manifest.maintainers
        ],
        "Icon": manifest.icon,
        "APIVersion": manifest.api_version,
        "Condition": manifest.condition,
        "Tags": manifest.tags,
        "AppVersion": manifest.app_version,
        "Deprecated": manifest.deprecated,
        "Annotations": NilMap("map[string]string") if annotations is None else GoMap(annotations),
        "KubeVersion": manifest.kube_version,
        "Dependencies": [
            {
                "Name": one.name,
                "Version": one.version,
                "Repository": one.repository,
                "Condition": one.condition,
                "Tags": list(one.tags),
                "Enabled": one.enabled,
                "ImportValues": list(one.import_values),
                "Alias": one.alias,
            }
            for one in instance.declared or ()
        ],
        "Type": manifest.type,
        "IsRoot": instance.parent is None,
    }


def list_crds(instance: ChartInstance) -> list[CrdFile]:
    """List the manifests in `crds/`, sub-charts' after the chart's own. Source: chart.go, CRDObjects."""
    crds = [
        CrdFile(f"{instance.full_path}/{file.path}", file.text, file.display_path)
        for file in instance.chart.crds
    ]
    for sub in instance.dependencies:
        crds.extend(list_crds(sub))
    return crds


def _check_kube_version(chart: Chart, capabilities: Capabilities) -> list[Finding]:
    """Report that the chart does not want this Kubernetes. Source: action.go, renderResources."""
    wanted = chart.manifest.kube_version
    kube_version = capabilities.kube_version
    if not wanted or is_compatible(wanted, kube_version.normalized):
        return []
    file = chart.metadata_file
    place = Place(f"{chart.path}/Chart.yaml")
    if file is not None:
        place = YamlPlaces(file.text, file.display_path).value(("kubeVersion",))
    helm = (
        f"chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {kube_version.version}"
    )
    message = f"the chart wants Kubernetes {wanted}, this is {kube_version.version}"
    proposal = "Choose a Kubernetes version in the range, or widen the range; `-0` admits pre-releases."
    return [stop(KUBE_VERSION, place, message, helm=helm, proposal=proposal)]
