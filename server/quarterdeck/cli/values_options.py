"""The options that lay values over a chart's own, as Helm has them.

Source: Helm pkg/cmd/flags.go, addValueOptionsFlags; pkg/cli/values/options.go.
"""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from quarterdeck.errors import OptionError, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quarterdeck.chart.overrides import ValuesFile, ValuesInput

_PANEL = "Values"

ValuesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--values",
        "-f",
        metavar="FILE",
        help="Lay the values of a file over the chart's; `-` reads standard input. May be repeated.",
        rich_help_panel=_PANEL,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set values: a.b=1,c=x.", rich_help_panel=_PANEL),
]
SetStringOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set-string", metavar="KEY=TEXT", help="Set values that stay texts.", rich_help_panel=_PANEL
    ),
]
SetJsonOption = Annotated[
    list[str] | None,
    typer.Option("--set-json", metavar="KEY=JSON", help="Set values given as JSON.", rich_help_panel=_PANEL),
]
SetFileOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set-file", metavar="KEY=FILE", help="Set values to the content of files.", rich_help_panel=_PANEL
    ),
]
SetLiteralOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set-literal", metavar="KEY=TEXT", help="Set one value, word for word.", rich_help_panel=_PANEL
    ),
]
NamespaceOption = Annotated[str, typer.Option("--namespace", "-n", help="The namespace of the release.")]
KubeVersionOption = Annotated[
    str | None,
    typer.Option("--kube-version", metavar="VERSION", help="The Kubernetes version that the chart sees."),
]
ApiVersionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--api-versions",
        "-a",
        metavar="APIS",
        help="API versions that the cluster has besides Kubernetes' own. May be repeated.",
    ),
]


def read_values_input(
    *,
    files: Iterable[str] | None,
    sets: Iterable[str] | None,
    strings: Iterable[str] | None,
    jsons: Iterable[str] | None,
    contents: Iterable[str] | None,
    literals: Iterable[str] | None,
) -> ValuesInput:
    """Read what the values options name.

    Raises:
        ReadError: a file cannot be read.
        OptionError: a file is named by a URL.
    """
    from quarterdeck.chart.overrides import SetFlag, ValuesInput  # noqa: PLC0415 - `--help` needs no engine

    flags = [SetFlag("set", text) for text in sets or ()]
    flags += [SetFlag("set-string", text) for text in strings or ()]
    flags += [SetFlag("set-json", text) for text in jsons or ()]
    flags += [SetFlag("set-file", text) for text in contents or ()]
    flags += [SetFlag("set-literal", text) for text in literals or ()]
    return ValuesInput(files=tuple(map(_read, split_lists(files))), flags=tuple(flags))


def split_lists(values: Iterable[str] | None) -> list[str]:
    """Split options that may hold several values, with commas between. Source: pflag string_slice.go."""
    found: list[str] = []
    for value in values or ():
        found += next(csv.reader([value]), list[str]())
    return found


def _read(path: str) -> ValuesFile:
    from quarterdeck.chart.overrides import ValuesFile, read_local_file  # noqa: PLC0415 - as above

    if path.strip() == "-":
        try:
            return ValuesFile("-", sys.stdin.buffer.read().decode("utf-8", "surrogateescape"))
        except OSError as error:
            raise ReadError(f"cannot read standard input: {error.strerror or error}") from error
    if "://" in path:
        raise OptionError(f"values are read from files only, not from {path}")
    return ValuesFile(path, read_local_file(path))
