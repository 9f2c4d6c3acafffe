"""What the command line writes on: standard output and error, colours, a progress line."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from typing import TextIO

ColorChoice = Literal["auto", "always", "never"]

_WIDEST = 140
_USUAL_WIDTH = 100
_PROGRESS_AFTER = 0.8
_PROGRESS_EVERY = 0.1


def write(text: str, *, errors: str = "replace") -> None:
    """Write to standard output, in UTF-8 whatever the terminal says; `errors` is for lone surrogates."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text.encode("utf-8", errors).decode("utf-8", "replace"))
    else:
        buffer.write(text.encode("utf-8", errors))


def write_error(text: str) -> None:
    """Write to standard error."""
    sys.stderr.write(text.encode("utf-8", "replace").decode("utf-8"))


def flush() -> None:
    """Let the reader have what was written."""
    sys.stdout.flush()


def wants_color(choice: ColorChoice) -> bool:
    """Tell whether standard output gets colours: on a terminal, unless NO_COLOR is set."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return is_terminal(sys.stdout)


def is_terminal(stream: TextIO) -> bool:
    """Tell whether a person watches."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def width() -> int:
    """Give the columns to write in: the variable COLUMNS, or the terminal's."""
    try:
        columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size(sys.stdout.fileno()).columns
    except (AttributeError, ValueError, OSError):  # no number; closed or no terminal
        columns = 0
    return min(columns if columns > 0 else _USUAL_WIDTH, _WIDEST)


class Progress:
    """A line on standard error that says how far a long run is; nothing where no terminal is."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._is_shown = False
        self._is_on = is_terminal(sys.stderr)
        self._next = time.monotonic() + _PROGRESS_AFTER

    def advance(self, name: str) -> None:
        """Count one more; `name` is what was done last."""
        self._done += 1
        now = time.monotonic()
        if self._is_on and now >= self._next and self._done < self._total:
            self._next = now + _PROGRESS_EVERY
            self._draw(name)

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._is_shown:
            write_error("\r\x1b[K")
            sys.stderr.flush()
            self._is_shown = False

    def _draw(self, name: str) -> None:
        columns = width()
        cells = 24
        filled = cells * self._done // self._total
        bar = "━" * filled + "╌" * (cells - filled)
        line = f"{bar} {self._done} of {self._total} charts  {name}"
        write_error(f"\r\x1b[K{line[: columns - 1]}")
        sys.stderr.flush()
        self._is_shown = True
