"""`initialize`, `initialized` and `shutdown`: what the client understands, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pygls.capabilities import ServerCapabilitiesBuilder

from quarterdeck.lsp.convert import Abilities
from quarterdeck.text.edits import Unit
from quarterdeck.text.uri import normal_path, path_from_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsprotocol import types as lsp

    from quarterdeck.lsp.session import Session

WATCHED_FILES = (
    "**/Chart.{yaml,lock}",
    "**/requirements.{yaml,lock}",
    "**/*values*.{yaml,yml}",
    "**/*.schema.json",
    "**/.helmignore",
    "**/templates/**",
    "**/charts/**",
    "**/crds/**",
    "**/{files,config,configs,dashboards}/**",
)
"""Files whose change can change a finding. `.Files` may read any file; these folders are the usual ones."""


class Server(Protocol):
    """What these handlers need of the server."""

    session: Session

    @property
    def client_capabilities(self) -> lsp.ClientCapabilities:
        """What the client understands."""
        ...

    def watch_files(self, patterns: Sequence[str]) -> None:
        """Ask the client to tell of changed files."""
        ...

    def remember_loop(self) -> None:
        """Note the running event loop."""
        ...


def initialize(server: Server, params: lsp.InitializeParams) -> None:
    """Take the client's abilities and the workspace's folders; nothing is read or analysed yet."""
    server.remember_loop()
    server.session.abilities = Abilities(
        unit=Unit(ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)),
        related_information=_has_related_information(params.capabilities),
    )
    server.session.set_folders(_folders(params))


def initialized(server: Server, _params: lsp.InitializedParams) -> None:
    """Ask the client to watch files, where it can."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if watching and watching.dynamic_registration:
        server.watch_files(WATCHED_FILES)


def shutdown(server: Server, _params: None) -> None:
    """Stop the analysis; the process ends with `exit`."""
    server.session.is_shut_down = True
    server.session.stop()


def _has_related_information(capabilities: lsp.ClientCapabilities) -> bool:
    document = capabilities.text_document
    publishing = document.publish_diagnostics if document else None
    return bool(publishing and publishing.related_information)


def _folders(params: lsp.InitializeParams) -> list[str]:
    uris = [folder.uri for folder in params.workspace_folders or ()]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    folders = [path for uri in uris if (path := path_from_uri(uri)) is not None]
    if not folders and params.root_path:
        folders = [normal_path(params.root_path)]
    return folders
