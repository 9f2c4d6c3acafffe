"""Reads command lines: argparse, which starts in a tenth of the time that larger libraries take."""

from __future__ import annotations

import argparse
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from quarterdeck.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

PROGRAM = "quarterdeck"


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence, as all of the program's are."""

    def __init__(self, usage: str, description: str) -> None:
        super().__init__(
            prog=f"{PROGRAM} {usage.partition(' ')[0]}",
            usage=f"{PROGRAM} {usage}",
            description=description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Refuse the command line.

        Raises:
            OptionError: always.
        """
        raise OptionError(f"{message}; see {self.prog} --help")

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Read the arguments that follow the command; options and names may stand in any order.

        Raises:
            OptionError: they make no sense.
        """
        return self.parse_intermixed_args(arguments)


def add_choice(
    parser: argparse.ArgumentParser, option: str, choices: Iterable[str], *, default: str, text: str
) -> None:
    """Add an option that is one of a few words."""
    known = tuple(choices)
    parser.add_argument(
        option,
        choices=known,
        default=default,
        metavar="|".join(known),
        help=f"{text} [default: {default}]",
    )


def add_color(parser: argparse.ArgumentParser) -> None:
    """Add `--color`."""
    add_choice(
        parser, "--color", ("auto", "always", "never"), default="auto", text="Colour; auto: on a terminal."
    )


def add_trace(parser: argparse.ArgumentParser) -> None:
    """Add `--trace`; `traced` does what it says."""
    parser.add_argument(
        "--trace",
        metavar="FILE",
        help="Write where time goes into this file, for chrome://tracing and ui.perfetto.dev.",
    )


@contextmanager
def traced(file: str | None) -> Generator[None]:
    """Write where time goes into a file, if one is named.

    Raises:
        OptionError: the file cannot be written.
    """
    if file is None:
        yield
        return
    from quarterdeck.measure import trace  # noqa: PLC0415 - seldom needed

    trace.start(file)
    try:
        yield
    finally:
        trace.stop()


def positive(text: str) -> int:
    """Read a number from 1 on, for argparse.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
