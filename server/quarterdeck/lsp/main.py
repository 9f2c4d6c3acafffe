"""The server with the real checker."""

from __future__ import annotations

from quarterdeck.lsp.server import QuarterdeckServer
from quarterdeck.store.version import version_number
from quarterdeck.workspace.live_charts import LiveCharts


def make_server() -> QuarterdeckServer:
    """Make the server of one client."""
    return QuarterdeckServer(version_number(), LiveCharts().check)
