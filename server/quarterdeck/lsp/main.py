"""The server with the real analysis and real worker processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from quarterdeck.lsp.server import QuarterdeckServer
from quarterdeck.store.version import version_number

if TYPE_CHECKING:
    from quarterdeck.workers.background import BackgroundPool
    from quarterdeck.workspace.analysis import Analysis

ENTRY = "quarterdeck.workspace.scenario_job:run"


def make_server() -> QuarterdeckServer:
    """Make the server of one client."""
    return QuarterdeckServer(version_number(), _make_analysis, _make_pool)


def _make_analysis() -> Analysis:
    # What analyses is not needed to answer the handshake.
    from quarterdeck.workspace.analysis import Analysis  # noqa: PLC0415

    return Analysis()


def _make_pool() -> BackgroundPool:
    from quarterdeck.workers.background import BackgroundPool  # noqa: PLC0415 - as above

    return BackgroundPool(ENTRY, count=max(1, (os.cpu_count() or 2) - 1))
