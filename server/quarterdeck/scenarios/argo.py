"""Argo CD Applications and ApplicationSets of a workspace that deploy one of its charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from quarterdeck.scenarios.argo_application import Application, add_application
from quarterdeck.scenarios.argo_sets import applications_of_set
from quarterdeck.scenarios.drafts import FoundScenarios
from quarterdeck.scenarios.manifests import read_manifests

if TYPE_CHECKING:
    from quarterdeck.scenarios.drafts import Workspace

GROUP: Final = "argoproj.io"


def find_argo_scenarios(workspace: Workspace) -> FoundScenarios:
    """Give the scenarios of all Applications and ApplicationSets that deploy the chart, by path."""
    found = FoundScenarios([], [])
    for source in workspace.manifests.of_kind("Application", "ApplicationSet"):
        workspace.check()
        for manifest in read_manifests(source):
            if manifest.group != GROUP:
                continue
            if manifest.kind == "Application":
                add_application(workspace, Application(manifest, manifest.value), found)
            elif manifest.kind == "ApplicationSet":
                for application in applications_of_set(workspace, manifest, found.left_out):
                    add_application(workspace, application, found)
    return found
