"""`initialize`, `initialized` and `shutdown`: what the client understands, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from lsprotocol import types as lsp
from pygls.capabilities import ServerCapabilitiesBuilder

from quarterdeck.lsp.convert import Abilities
from quarterdeck.lsp.handlers.status import log_caches
from quarterdeck.text.edits import Unit
from quarterdeck.text.uri import normal_path, path_from_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quarterdeck.lsp.background import Background
    from quarterdeck.lsp.progress import ProgressDesk
    from quarterdeck.lsp.publisher import Publisher
    from quarterdeck.lsp.results import Results
    from quarterdeck.lsp.session import Session

WATCHED_FILES = (
    "**/Chart.{yaml,lock}",
    "**/requirements.{yaml,lock}",
    "**/*.{yaml,yml}",
    "**/*.schema.json",
    "**/.helmignore",
    "**/*.gotmpl",
    "**/templates/**",
    "**/charts/**",
    "**/crds/**",
    "**/{files,config,configs,dashboards}/**",
)
"""Files whose change can change a finding. `.Files` may read any file; these folders are the usual ones."""


class Server(Protocol):
    """What these handlers need of the server."""

    session: Session
    background: Background
    publisher: Publisher
    progress_desk: ProgressDesk
    results: Results
    process_id: int | None

    @property
    def client_capabilities(self) -> lsp.ClientCapabilities:
        """What the client understands."""
        ...

    def register(self, registrations: Sequence[lsp.Registration]) -> None:
        """Ask the client to tell of more."""
        ...

    def watch_again(self) -> None:
        """Watch the folders that there are now, if the client does not."""
        ...

    def watch_client(self, process_id: int) -> None:
        """End when the client's process does."""
        ...

    def ask_for_settings(self) -> bool:
        """Ask the client for its settings; false where it cannot be asked."""
        ...

    def take_settings(self, data: Any) -> None:
        """Take the client's settings."""
        ...

    def begin(self) -> None:
        """Load what analysing takes, then look at the workspace."""
        ...

    def stop(self) -> None:
        """End the analysis."""
        ...


def initialize(server: Server, params: lsp.InitializeParams) -> None:
    """Take the client's abilities and the workspace's folders; nothing is read or analysed yet."""
    capabilities = params.capabilities
    document = capabilities.text_document
    publishing = document.publish_diagnostics if document else None
    pulling = document.diagnostic if document else None
    unit = Unit(ServerCapabilitiesBuilder.choose_position_encoding(capabilities))
    tag_support = (publishing and publishing.tag_support) or (pulling and pulling.tag_support) or None
    server.session.unit = unit
    server.results.abilities = Abilities(
        unit=unit,
        related_information=bool(
            (publishing and publishing.related_information) or (pulling and pulling.related_information)
        ),
        code_description=bool(
            (publishing and publishing.code_description_support)
            or (pulling and pulling.code_description_support)
        ),
        tags=frozenset(map(int, tag_support.value_set)) if tag_support else frozenset(),
        data=bool((publishing and publishing.data_support) or (pulling and pulling.data_support)),
    )
    server.publisher.pulls = pulling is not None
    workspace = capabilities.workspace
    refreshing = workspace.diagnostics if workspace else None
    server.publisher.can_refresh = bool(refreshing and refreshing.refresh_support)
    window = capabilities.window
    server.progress_desk.can_show = bool(window and window.work_done_progress)
    options = _options(params.initialization_options)
    server.publisher.reports_analysis = (
        options.get("reportAnalysis") is True
        or _options(capabilities.experimental).get("quarterdeckAnalysis") is True
    )
    if "settings" in options:
        server.take_settings(options["settings"])
    server.session.set_folders(_folders(params))
    if isinstance(params.process_id, int):
        server.watch_client(params.process_id)


def initialized(server: Server, _params: lsp.InitializedParams) -> None:
    """Ask the client to tell of files and settings, where it can; begin to look at the workspace."""
    workspace = server.client_capabilities.workspace
    registrations: list[lsp.Registration] = []
    configuration = workspace.did_change_configuration if workspace else None
    if configuration and configuration.dynamic_registration:
        registrations.append(
            lsp.Registration(
                id="quarterdeck-settings",
                method=lsp.WORKSPACE_DID_CHANGE_CONFIGURATION,
                register_options=lsp.DidChangeConfigurationRegistrationOptions(section="quarterdeck"),
            )
        )
    if client_watches(server.client_capabilities):
        watchers = [lsp.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED_FILES]
        registrations.append(
            lsp.Registration(
                id="quarterdeck-files",
                method=lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                register_options=lsp.DidChangeWatchedFilesRegistrationOptions(watchers=watchers),
            )
        )
    server.begin()
    if registrations:
        server.register(registrations)
    server.ask_for_settings()
    server.watch_again()


def shutdown(server: Server, _params: None) -> None:
    """Stop the analysis; the process ends with `exit`."""
    log_caches(server.background)
    server.session.is_shut_down = True
    server.stop()


def client_watches(capabilities: lsp.ClientCapabilities) -> bool:
    """Tell whether the client can be asked to tell of files that change."""
    workspace = capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    return bool(watching and watching.dynamic_registration)


def _options(data: Any) -> dict[str, Any]:
    """Give what a client says beyond the protocol; nothing where it is no object."""
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}


def _folders(params: lsp.InitializeParams) -> list[str]:
    uris = [folder.uri for folder in params.workspace_folders or ()]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    folders = [path for uri in uris if (path := path_from_uri(uri)) is not None]
    if not folders and params.root_path:
        folders = [normal_path(params.root_path)]
    return folders
