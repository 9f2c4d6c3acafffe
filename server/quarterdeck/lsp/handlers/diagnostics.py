"""`textDocument/diagnostic` and `workspace/diagnostic`, for clients that ask."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from quarterdeck.lsp.messages import WorkspaceReport
from quarterdeck.lsp.results import NAMES, RENDER
from quarterdeck.text.uri import path_from_uri

if TYPE_CHECKING:
    from lsprotocol import types as lsp

    from quarterdeck.lsp.charts import Charts
    from quarterdeck.lsp.messages import FullReport, UnchangedReport
    from quarterdeck.lsp.publisher import Publisher
    from quarterdeck.lsp.session import Session

WAIT_SECONDS = 10.0
"""How long a client that cannot be told of news is let wait for what a rendering finds."""


class Server(Protocol):
    """What these handlers need of the server."""

    session: Session
    publisher: Publisher
    charts: Charts


async def document(server: Server, params: lsp.DocumentDiagnosticParams) -> FullReport | UnchangedReport:
    """Give the diagnostics of a document once syntax and names of its newest text are known.

    What is found later is asked for when the server says so; from a client that cannot be told, the answer
    is held back until the chart is rendered.
    """
    uri = params.text_document.uri
    buffer = server.session.buffer(uri)
    if buffer is not None and buffer.chart is not None:
        known = asyncio.get_running_loop().create_future()
        tier = NAMES if server.publisher.can_refresh else RENDER

        def take_note() -> None:
            if not known.done():
                known.set_result(None)

        server.charts.when_known(buffer.chart, tier, take_note)
        await asyncio.wait([known], timeout=WAIT_SECONDS)
    return server.publisher.document(uri, params.previous_result_id)


async def workspace(server: Server, params: lsp.WorkspaceDiagnosticParams) -> WorkspaceReport:
    """Give the diagnostics of all files that changed since the client last asked.

    The answer is held back while nothing changed. A client that takes parts of an answer gets them as they
    come, until everything is known.
    """
    previous: dict[str, str] = {}
    for each in params.previous_result_ids:
        path = path_from_uri(each.uri)
        if path is not None:
            previous[path] = each.value
    told: dict[str, str] = {}
    publisher = server.publisher
    token = params.partial_result_token
    while not publisher.is_stopped:
        report = publisher.workspace(previous, told)
        if token is None and any(
            item.result_id != previous.get(path_from_uri(item.uri) or "") for item in report.items
        ):
            return report
        if token is not None and report.items:
            publisher.stream(token, report)
            told |= {path_from_uri(item.uri) or "": item.result_id for item in report.items}
        if token is not None and told and server.charts.is_idle:
            break
        await publisher.news()
    return WorkspaceReport(())
