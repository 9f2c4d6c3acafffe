"""The program `quarterdeck`: its commands, and how it ends.

Exit status: 0 all is well, 1 findings or a chart that Helm refuses, 2 something of the world (a path, an
option, the disk) is wrong, 3 a mistake of ours, 130 interrupted, 141 nobody reads the output. Commands are
small modules, imported when they are called; each has `add_options(parser)`, `run(options)`, which gives the
exit status, and the texts `USAGE` and `DESCRIPTION`.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from quarterdeck.cli.arguments import PROGRAM, Parser
from quarterdeck.cli.mistakes import describe_mistake, wants_traceback
from quarterdeck.errors import OptionError, QuarterdeckError, RenderStoppedError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

BUG = 3
INTERRUPTED = 130
BROKEN_PIPE = 141

COMMANDS: Final = {
    "check": "Find what is wrong with charts.",
    "render": "Render a chart as `helm template` does.",
    "explain": "Say where a rendered line comes from, or what becomes of a template line.",
    "scenarios": "List the scenarios in which charts are checked.",
    "fetch": "Fetch the dependencies that charts declare and lack.",
    "cache": "Look after the cache of compiled templates.",
    "lsp": "Start the language server; an editor does this for you.",
}
"""Each is a module of this package."""

_ABOUT = "Helm charts understood: rendered as Helm renders them, every character traced to its source."


class Command(Protocol):
    """What the module of a command has."""

    USAGE: str
    DESCRIPTION: str

    @staticmethod
    def add_options(parser: ArgumentParser) -> None:
        """Add the command's options to a parser."""
        ...

    @staticmethod
    def run(options: Namespace) -> int:
        """Do the work and give the exit status."""
        ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit status; every error is one clear sentence on standard error."""
    try:
        status = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except SystemExit as end:  # argparse has printed help
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except RenderStoppedError as error:
        sys.stderr.write(f"Error: {error}\n")
        return error.exit_code
    except QuarterdeckError as error:
        sys.stderr.write(f"{PROGRAM}: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough: `… | head`
        _drop_output()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the one place where our own mistakes end
        _report_bug(error)
        return BUG
    return status


def _run(arguments: list[str]) -> int:
    """Run the command that the arguments name.

    Raises:
        OptionError: there is no such command, or its options make no sense.
    """
    name = arguments[0] if arguments else "--help"
    if name not in COMMANDS:
        return _answer_without_command(name, is_asked=bool(arguments))
    command = cast("Command", import_module(f"quarterdeck.cli.{name}"))
    parser = Parser(f"{name} {command.USAGE}", command.DESCRIPTION)
    command.add_options(parser)
    return command.run(parser.read(arguments[1:]))


def _answer_without_command(word: str, *, is_asked: bool) -> int:
    if word in {"-h", "--help"}:
        sys.stdout.write(_help())
        return 0 if is_asked else OptionError.exit_code
    if word == "--version":
        from quarterdeck.store.version import version_number  # noqa: PLC0415 - seldom needed

        sys.stdout.write(f"{PROGRAM} {version_number()}\n")
        return 0
    kind = "option" if word.startswith("-") else "command"
    raise OptionError(f"there is no {kind} {word}; see {PROGRAM} --help")


def _help() -> str:
    widest = max(map(len, COMMANDS))
    lines = [f"  {name:{widest}}  {text}" for name, text in COMMANDS.items()]
    return (
        f"usage: {PROGRAM} [--help] [--version] COMMAND …\n\n{_ABOUT}\n\ncommands:\n"
        + "\n".join(lines)
        + f"\n\n{PROGRAM} COMMAND --help lists the options of a command.\n"
    )


def _drop_output() -> None:
    """Let Python's own last flush go nowhere. Source: docs.python.org, signal, Note on SIGPIPE."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _report_bug(error: Exception) -> None:
    """Say what happened in a few lines that make a good bug report."""
    if wants_traceback():
        import traceback  # noqa: PLC0415 - for mistakes alone

        traceback.print_exception(error)
        return
    sys.stderr.write(f"{PROGRAM}: {describe_mistake(error)}\n")
