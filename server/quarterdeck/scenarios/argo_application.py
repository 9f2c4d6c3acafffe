"""Argo CD Applications: what they lay over the chart that they deploy.

Source: argo-cd util/helm/helm.go and cmd.go, template; reposerver/repository/repository.go, helmTemplate and
getResolvedValueFiles; pkg/apis/application/v1alpha1/types.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from quarterdeck.scenarios.drafts import Draft, is_pattern
from quarterdeck.scenarios.manifests import (
    as_list,
    as_map,
    as_text,
    clean_path,
    find_base,
    find_repository,
)
from quarterdeck.scenarios.sops import ENCRYPTED_REASON, is_encrypted

if TYPE_CHECKING:
    from quarterdeck.diagnostics.model import Place
    from quarterdeck.scenarios.drafts import FoundScenarios, Workspace
    from quarterdeck.scenarios.manifests import Manifest
    from quarterdeck.scenarios.model import InlineValues, Scenario

_COMMA: Final = re.compile(r"([^\\]),")
_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


class Application:
    """An Application: its tree, and the manifest that tells where the parts stand."""

    def __init__(self, manifest: Manifest, value: dict[str, Any], prefix: tuple[str | int, ...] = ()) -> None:
        self.manifest = manifest
        self.value = value
        self.prefix = prefix
        self.spec = as_map(value.get("spec"))
        self.name = as_text(as_map(value.get("metadata")).get("name"))

    def place(self, *keys: str | int) -> Place:
        """Give the place of a part of its specification."""
        return self.manifest.place(*self.prefix, "spec", *keys)

    def inline(self, *keys: str | int) -> InlineValues | None:
        """Give values that stand in its specification."""
        return self.manifest.inline(*self.prefix, "spec", *keys)


def add_application(workspace: Workspace, application: Application, found: FoundScenarios) -> None:
    """Add the scenarios of an Application: one for each of its sources that is the chart."""
    sources = as_list(application.spec.get("sources"))
    at: list[tuple[tuple[str | int, ...], Any]] = [
        (("sources", number), source) for number, source in enumerate(sources)
    ]
    if not at:
        at = [(("source",), application.spec.get("source"))]
    for keys, source in at:
        described = as_map(source)
        is_other = described.get("chart") or described.get("plugin") or described.get("kustomize")
        base = find_base(
            workspace.chart, as_text(described.get("path")), workspace.roots, workspace.manifests
        )
        if is_other or base is None:
            continue
        draft = Draft(workspace, "argo", application.manifest.place(*application.prefix, "metadata", "name"))
        scenario = _Reader(workspace, application, keys, described, base, draft).read()
        found.left_out.extend(draft.left_out)
        if scenario is not None:
            found.scenarios.append(scenario)


class _Reader:
    """Reads one source of one Application."""

    def __init__(
        self,
        workspace: Workspace,
        application: Application,
        keys: tuple[str | int, ...],
        source: dict[str, Any],
        base: str,
        draft: Draft,
    ) -> None:
        self.workspace = workspace
        self.application = application
        self.keys = (*keys, "helm")
        self.helm = as_map(source.get("helm"))
        self.base = base
        self.draft = draft
        spec = application.spec
        self.namespace = as_text(as_map(spec.get("destination")).get("namespace"))
        revision = as_text(source.get("targetRevision")) or "HEAD"
        self.environment = {
            "ARGOCD_APP_NAME": application.name,
            "ARGOCD_APP_NAMESPACE": self.namespace,
            "ARGOCD_APP_PROJECT_NAME": as_text(spec.get("project")) or "default",
            "ARGOCD_APP_REVISION": revision,
            "ARGOCD_APP_SOURCE_PATH": as_text(source.get("path")),
            "ARGOCD_APP_SOURCE_REPO_URL": as_text(source.get("repoURL")),
            "ARGOCD_APP_SOURCE_TARGET_REVISION": revision,
            "ARGOCD_APP_REVISION_SHORT": revision[:7],
            "ARGOCD_APP_REVISION_SHORT_8": revision[:8],
        }

    def place(self, *keys: str | int) -> Place:
        return self.application.place(*self.keys, *keys)

    def read(self) -> Scenario | None:
        """Give the scenario of the source; None if it is left out."""
        if is_encrypted(self.application.manifest.text):
            self.draft.refuse(ENCRYPTED_REASON)
        self._add_value_files()
        name = "valuesObject" if self.helm.get("valuesObject") else "values"
        self.draft.add_inline(self.application.inline(*self.keys, name))
        self._add_parameters()
        release = as_text(self.helm.get("releaseName")) or self.application.name or "release-name"
        namespace = as_text(self.helm.get("namespace")) or self.namespace
        for text in dict.fromkeys((release, namespace)):
            if "{{" in text:
                self.draft.refuse(f"it is not known here what {text[:100]} means")
        return self.draft.finish(
            self.application.name or "argo",
            release=release,
            namespace=namespace,
            kube_version=as_text(self.helm.get("kubeVersion")),
            api_versions=[as_text(one) for one in as_list(self.helm.get("apiVersions")) if as_text(one)],
        )

    def _add_value_files(self) -> None:
        may_be_missing = self.helm.get("ignoreMissingValueFiles") is True
        for number, item in enumerate(as_list(self.helm.get("valueFiles"))):
            path, place = as_text(item), self.place("valueFiles", number)
            if not path:
                continue
            if path.startswith("$") and "/" in path and path[1 : path.index("/")] not in self.environment:
                self._add_referenced(path, place, may_be_missing=may_be_missing)
            else:
                folder, relative = self._located(self._with_environment(path))
                if not is_pattern(relative):
                    self.draft.add_file(folder, relative, place, may_be_missing=may_be_missing)
                elif not self.draft.add_matches(self.base, folder, relative, place) and not may_be_missing:
                    self.draft.refuse(f"no values file matches {path}", place)

    def _located(self, path: str) -> tuple[str, str]:
        """Give the folder that a path counts from: the chart's, or with a slash the top of the repository."""
        return (self.base, path.lstrip("/")) if path.startswith("/") else (self.workspace.chart, path)

    def _add_referenced(self, path: str, place: Place, *, may_be_missing: bool) -> None:
        """Add a file of another source (`$name/path`), wherever in the workspace it is."""
        name, _, rest = path[1:].partition("/")
        sources = [as_map(one) for one in as_list(self.application.spec.get("sources"))]
        if all(as_text(one.get("ref")) != name for one in sources):
            self.draft.refuse(f"no source has the name {name}, which {path} begins with", place)
            return
        relative = clean_path(self._with_environment(rest))
        if relative is None:
            self.draft.refuse(f"it is not known here what {path} means", place)
            return
        workspace = self.workspace
        own = find_repository(self.application.manifest.path, workspace.roots, workspace.manifests)
        tops = dict.fromkeys((own, self.base, *workspace.roots, *workspace.manifests.repositories))
        for top in tops:
            inside = any(f"{top}/{relative}".startswith(f"{root}/") for root in workspace.roots)
            if inside and workspace.files.read_text(f"{top}/{relative}") is not None:
                self.draft.add_file(top, relative, place)
                return
        if not may_be_missing:
            self.draft.refuse(f"the values file {path} is not in the workspace", place)

    def _add_parameters(self) -> None:
        named: dict[str, tuple[str, str, Place]] = {}
        for number, item in enumerate(as_list(self.helm.get("parameters"))):
            parameter = as_map(item)
            name = as_text(parameter.get("name"))
            if name:
                kind = "set-string" if parameter.get("forceString") is True else "set"
                value = _escape(self._with_environment(as_text(parameter.get("value"))))
                named[name] = (kind, f"{name}={value}", self.place("parameters", number))
        for kind, text, place in named.values():
            self.draft.add_flag("set-string" if kind == "set-string" else "set", text, place)
        for number, item in enumerate(as_list(self.helm.get("fileParameters"))):
            parameter = as_map(item)
            name, path = as_text(parameter.get("name")), as_text(parameter.get("path"))
            place = self.place("fileParameters", number)
            if name and path:
                file = self.draft.find_file(*self._located(self._with_environment(path)), place)
                if file is not None:
                    self.draft.add_flag("set-file", f"{name}={_escape(file)}", place)

    def _with_environment(self, text: str) -> str:
        """Put in what Argo CD knows of the build; other variables are left as they are."""
        return _VARIABLE.sub(lambda match: self.environment.get(match[1] or match[2], match[0]), text)


def _escape(value: str) -> str:
    r"""Escape commas, but in a list. Source: util/helm/cmd.go, cleanSetParameters."""
    if value.startswith("{") and value.endswith("}"):
        return value
    return _COMMA.sub(r"\1\\,", value)
