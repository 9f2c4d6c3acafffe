"""What `.quarterdeck.yaml` says: each setting with its type, its default and its text for users.

The JSON Schema of the file, docs/configuration.md and the settings of the VS Code extension are printed from
here (`settings.schema`), and the file is read by it (`settings.read`). Names in the file are the names here
in camel case.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - the types of fields are looked at when a file is read
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec

from quarterdeck.diagnostics.model import Place  # noqa: TC001 - as above

Level = Literal["off", "info", "low", "medium", "high", "critical"]
"""How bad a kind of finding is to be, or that it is not to be reported."""


class Doc(NamedTuple):
    """What users are told of a setting; `in_editor` says that an editor's configuration can set it, too."""

    text: str
    in_editor: bool = False
    example: Any = None


class Written(NamedTuple):
    """A text and where it is written; nowhere, if an editor or the command line gave it."""

    text: str
    place: Place | None = None

    @property
    def folder(self) -> str:
        """The folder of the file in which it is written, which paths in it are relative to."""
        return "" if self.place is None else self.place.path.rpartition("/")[0]


class ScenarioSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One declared scenario; `place` is where its name is written."""

    values: Annotated[
        tuple[Written, ...],
        Doc(
            "Values files that are laid over the chart's own in this order, as by `-f`. Paths are relative "
            "to this file; they may not lead out of the workspace.",
            example=["environments/common.yaml", "environments/prod.yaml"],
        ),
    ] = ()
    set: Annotated[tuple[Written, ...], Doc("Values as by `--set`.", example=["image.tag=1.2.3"])] = ()
    set_string: Annotated[
        tuple[Written, ...], Doc("Values as by `--set-string`.", example=["build=007"])
    ] = ()
    set_json: Annotated[
        tuple[Written, ...], Doc("Values as by `--set-json`.", example=['limits={"cpu": 2}'])
    ] = ()
    set_file: Annotated[
        tuple[Written, ...],
        Doc("Values as by `--set-file`; paths are relative to this file.", example=["script=run.sh"]),
    ] = ()
    set_literal: Annotated[
        tuple[Written, ...], Doc("Values as by `--set-literal`.", example=["pattern=a,b"])
    ] = ()
    release_name: Annotated[str, Doc("The name of the release.", example="shop")] = "release-name"
    namespace: Annotated[str, Doc("The namespace of the release.", example="shop-prod")] = "default"
    kube_version: Annotated[
        Written | None,
        Doc("The Kubernetes version that the chart sees; without it that of the whole file.", example="1.33"),
    ] = None
    api_versions: Annotated[
        tuple[str, ...],
        Doc(
            "API versions that the cluster has besides Kubernetes' own, and those of the whole file.",
            example=["monitoring.coreos.com/v1"],
        ),
    ] = ()
    charts: Annotated[
        tuple[Written, ...],
        Doc(
            "Which charts this is for: patterns for the paths of their folders, relative to this file. "
            "Without it, all charts at and below the folder of this file.",
            example=["charts/shop", "charts/payment-*"],
        ),
    ] = ()
    place: Place | None = None


class Ignore(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that are not to be reported; `place` is where this is written."""

    codes: Annotated[
        tuple[str, ...],
        Doc("The codes of the findings; without it, findings of all codes.", example=["QD304"]),
    ] = ()
    paths: Annotated[
        tuple[str, ...],
        Doc(
            "The files: patterns for their paths, relative to this file. Without it, all files.",
            example=["charts/shop/templates/tests/**"],
        ),
    ] = ()
    reason: Annotated[str, Doc("Why; for those who read the file later.", example="only used by hand")] = ""
    place: Place | None = None

    @property
    def folder(self) -> str:
        """The folder that the patterns are relative to; empty where they are absolute."""
        return "" if self.place is None else self.place.path.rpartition("/")[0]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings. `given` are the names of the fields that somebody gave; the others are the defaults."""

    scenarios: Annotated[
        Mapping[str, ScenarioSettings],
        Doc(
            "Values scenarios by name: what a chart is rendered and checked with, beside its defaults and "
            "beside the values files that are found. One with the name `default` takes the place of the "
            "defaults.",
            example={
                "prod": {
                    "values": ["environments/common.yaml", "environments/prod.yaml"],
                    "set": ["image.tag=1.2.3"],
                    "namespace": "shop-prod",
                }
            },
        ),
    ] = msgspec.field(default_factory=dict[str, ScenarioSettings])
    focus: Annotated[
        Written | None,
        Doc(
            "The scenario that an editor shows first; the others are checked in the background.",
            in_editor=True,
            example="prod",
        ),
    ] = None
    discover: Annotated[
        bool | tuple[Written, ...],
        Doc(
            "Whether values files of a chart are found by themselves and each taken for a scenario; or "
            "patterns, relative to the chart's folder, that say which files those are.",
            in_editor=True,
            example=["environments/*.yaml"],
        ),
    ] = True
    rules: Annotated[
        Mapping[str, Level],
        Doc(
            "How bad each kind of finding is, by its code: `off` reports none. See "
            "[the list of findings](findings.md).",
            in_editor=True,
            example={"QD304": "low", "QD403": "off"},
        ),
    ] = msgspec.field(default_factory=dict[str, Level])
    ignore: Annotated[
        tuple[Ignore, ...],
        Doc(
            "Findings that are not reported: by code, by file, or by both together.",
            example=[
                {"codes": ["QD304"], "paths": ["charts/shop/templates/tests/**"], "reason": "used by hand"}
            ],
        ),
    ] = ()
    kube_version: Annotated[
        Written | None,
        Doc(
            "The Kubernetes version that charts see where a scenario names none.",
            in_editor=True,
            example="1.33",
        ),
    ] = None
    api_versions: Annotated[
        tuple[str, ...],
        Doc(
            "API versions that the cluster has besides Kubernetes' own.",
            in_editor=True,
            example=["monitoring.coreos.com/v1"],
        ),
    ] = ()
    given: frozenset[str] = frozenset()


DEFAULTS: Final = Settings()
"""What counts where nobody says anything."""
