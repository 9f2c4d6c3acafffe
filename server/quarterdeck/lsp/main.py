"""The server with the real checker."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from quarterdeck.lsp.server import QuarterdeckServer
from quarterdeck.workspace.live_charts import LiveCharts


def make_server() -> QuarterdeckServer:
    """Make the server of one client."""
    return QuarterdeckServer(_version(), LiveCharts().check)


def _version() -> str:
    try:
        return version("quarterdeck")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
