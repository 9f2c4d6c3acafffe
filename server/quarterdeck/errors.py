"""Every exception that Quarterdeck raises.

::

    QuarterdeckError            the world outside failed: one clear sentence, an exit code
    ├── ChartNotFoundError      no chart where the user says one is
    ├── ReadError               a file or archive cannot be read
    ├── OptionError             a flag or setting has a value that makes no sense
    ├── RenderStoppedError      strict rendering stopped where Helm stops; carries Helm's words
    └── ToolError               a program or library of others is missing or failed
    Cancelled                   (BaseException) the caller no longer wants the answer

What a chart contains never raises to a caller: it becomes a `Problem`.
"""

from __future__ import annotations


class QuarterdeckError(Exception):
    """The world outside failed; `str()` is one sentence for the user."""

    exit_code = 2


class ChartNotFoundError(QuarterdeckError):
    """There is no chart where the user says one is."""


class ReadError(QuarterdeckError):
    """A file, folder or archive cannot be read."""


class OptionError(QuarterdeckError):
    """A flag or a setting has a value that makes no sense."""


class RenderStoppedError(QuarterdeckError):
    """Strict rendering stopped where Helm stops; `str()` is Helm's message."""

    exit_code = 1


class ToolError(QuarterdeckError):
    """A program or library of others is missing or failed."""


class Cancelled(BaseException):
    """The caller no longer wants the answer; features never catch it."""
