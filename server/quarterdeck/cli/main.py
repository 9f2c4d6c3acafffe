"""The program `quarterdeck`: its commands, and how it ends.

Exit status: 0 all is well, 1 findings or a chart that Helm refuses, 2 something of the world (a path, an
option, the disk) is wrong, 3 a mistake of ours, 130 interrupted. Commands are small modules that import the
engine when they run.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Annotated

import typer

from quarterdeck.cli.cache import cache_app
from quarterdeck.cli.check import check_command
from quarterdeck.cli.explain import explain_command
from quarterdeck.cli.fetch import fetch_command
from quarterdeck.cli.lsp import lsp_command
from quarterdeck.cli.render import render_command
from quarterdeck.errors import QuarterdeckError, RenderStoppedError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "quarterdeck"
BUG = 3
INTERRUPTED = 130

app = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(check_command)
app.command("render")(render_command)
app.command("explain")(explain_command)
app.command("fetch")(fetch_command)
app.command("lsp")(lsp_command)
app.add_typer(cache_app, name="cache")


def _print_version(is_wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if is_wanted:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, seldom needed

        try:
            number = version(PROGRAM)
        except PackageNotFoundError:  # run from a checkout that is not installed
            number = "0"
        sys.stdout.write(f"{PROGRAM} {number}\n")
        raise typer.Exit


@app.callback()
def start(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
) -> None:
    """Helm charts understood: rendered as Helm renders them, every character traced to its source."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit status; every error is one clear sentence on standard error."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name=PROGRAM)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except RenderStoppedError as error:
        sys.stderr.write(f"Error: {error}\n")
        return error.exit_code
    except QuarterdeckError as error:
        sys.stderr.write(f"{PROGRAM}: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place where our own mistakes end
        _report_bug(error)
        return BUG
    return 0


def _report_bug(error: Exception) -> None:
    """Say what happened in a few lines that make a good bug report."""
    if os.environ.get("QUARTERDECK_DEBUG"):
        traceback.print_exception(error)
        return
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{os.path.basename(one.filename)}:{one.lineno}" for one in reversed(frames))  # noqa: PTH119 - a name to show
    text = str(error).partition("\n")[0][:200]
    sys.stderr.write(
        f"{PROGRAM}: a mistake of ours: {type(error).__name__}: {text} ({places})\n"
        "Please file an issue with this line and the chart. QUARTERDECK_DEBUG=1 prints more.\n"
    )
