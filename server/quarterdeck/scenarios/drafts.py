"""A scenario in the making: the parts that another tool's manifest names, as far as they can be had."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from quarterdeck.scenarios.globs import find_matches
from quarterdeck.scenarios.model import InlineValues, LeftOut, Scenario, SetFlag
from quarterdeck.scenarios.sops import ENCRYPTED_REASON, is_encrypted, is_secrets_reference
from quarterdeck.scenarios.workspace_files import find_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quarterdeck.chart.strvals import SetKind
    from quarterdeck.diagnostics.model import Place
    from quarterdeck.scenarios.manifests import Manifests
    from quarterdeck.scenarios.model import ScenarioSource
    from quarterdeck.scenarios.workspace_files import Files

_PATTERN: Final = re.compile(r"[*?\[]")


def is_pattern(path: str) -> bool:
    """Tell whether a path is a pattern for paths."""
    return _PATTERN.search(path) is not None and "://" not in path and "{{" not in path


class Workspace(NamedTuple):
    """What a search for the scenarios of one chart works with."""

    chart: str
    roots: tuple[str, ...]
    files: Files
    manifests: Manifests
    check: Callable[[], None]


class FoundScenarios(NamedTuple):
    """Scenarios in order, and what was left out."""

    scenarios: list[Scenario]
    left_out: list[LeftOut]


class Draft:
    """One scenario in the making.

    What is encrypted is left out of it; where anything else is missing, the whole scenario is left out, for
    it would render what nobody deploys.
    """

    def __init__(self, workspace: Workspace, source: ScenarioSource, place: Place) -> None:
        self.workspace = workspace
        self.left_out: list[LeftOut] = []
        self._source: ScenarioSource = source
        self._place = place
        self._layers: list[str | InlineValues] = []
        self._places: list[Place] = []
        self._flags: list[SetFlag] = []
        self._is_refused = False

    def refuse(self, reason: str, place: Place | None = None) -> None:
        """Leave the whole scenario out; the first reason is the one that is told."""
        if not self._is_refused:
            self.left_out.clear()
            self.leave_out(reason, place or self._place)
            self._is_refused = True

    def leave_out(self, reason: str, place: Place, path: str = "") -> None:
        """Leave a part out."""
        if not self._is_refused:
            self.left_out.append(LeftOut(path or place.path, reason, place))

    def add_inline(self, values: InlineValues | None) -> None:
        """Lay values over that stand in the manifest."""
        if values is not None:
            if is_encrypted(values.text):
                self.leave_out(ENCRYPTED_REASON, values.place)
                return
            self._layers.append(values)
            self._places.append(values.place)

    def add_file(self, folder: str, path: str, place: Place, *, may_be_missing: bool = False) -> None:
        """Lay a values file over, whose path is relative to `folder`.

        One that is not there stays in, so that it is reported, or with `may_be_missing` is left out silently.
        """
        found = self.find_file(folder, path, place)
        if found is not None:
            self.add_path(found, place, may_be_missing=may_be_missing)

    def add_path(self, path: str, place: Place, *, may_be_missing: bool = False) -> None:
        """Lay a values file over by its absolute path; as in `add_file`."""
        text = self.workspace.files.read_text(path)
        if text is not None and is_encrypted(text):
            self.leave_out(ENCRYPTED_REASON, place, path)
        elif text is not None or not may_be_missing:
            self._layers.append(path)
            self._places.append(place)

    def add_matches(self, top: str, folder: str, pattern: str, place: Place) -> bool:
        """Lay all values files over that match a pattern, by path; tell whether any do.

        The pattern is relative to `folder`; what lies outside of `top` does not match.
        """
        found = find_inside(folder, pattern, [top])
        inside = "" if found is None else found[len(top) :].strip("/")
        matches = find_matches(top, inside, self.workspace.files)
        for path in matches:
            self.add_path(f"{top}/{path}", place)
        return bool(matches)

    def find_file(self, folder: str, path: str, place: Place) -> str | None:
        """Give the absolute path of a values file; None, with the reason noted, where it cannot be had."""
        if is_secrets_reference(path):
            self.leave_out(ENCRYPTED_REASON, place, path)
        elif "://" in path:
            self.refuse(f"the values of {path} are not in the workspace", place)
        elif "{{" in path:
            self.refuse(f"it is not known here what {path} means", place)
        elif path.startswith("/"):
            self.refuse(f"the path {path} leads out of the workspace", place)
        else:
            found = find_inside(folder, path, self.workspace.roots)
            if found is None:
                self.refuse(f"the path {path} leads out of the workspace", place)
            return found
        return None

    def add_flag(self, kind: SetKind, text: str, place: Place) -> None:
        """Add one `--set` or one of its siblings."""
        self._flags.append(SetFlag(kind, text, place))

    def finish(
        self,
        name: str,
        *,
        release: str,
        namespace: str,
        kube_version: str = "",
        api_versions: Sequence[str] = (),
    ) -> Scenario | None:
        """Give the scenario; None if it is left out."""
        if self._is_refused:
            return None
        return Scenario(
            name=name,
            source=self._source,
            layers=tuple(self._layers),
            layer_places=tuple(self._places),
            flags=tuple(self._flags),
            release_name=release,
            namespace=namespace or "default",
            kube_version=kube_version or None,
            api_versions=tuple(api_versions),
            place=self._place,
        )
