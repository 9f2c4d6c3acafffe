"""The options that say what a chart is rendered with, as Helm has them.

Source: Helm pkg/cmd/flags.go, addValueOptionsFlags; pkg/cli/values/options.go.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from quarterdeck.errors import OptionError, ReadError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

    from quarterdeck.chart.overrides import ValuesFile, ValuesInput
    from quarterdeck.chart.strvals import SetKind

_SET_OPTIONS: tuple[tuple[SetKind, str, str], ...] = (
    ("set", "KEY=VALUE", "Set values: a.b=1,c=x."),
    ("set-string", "KEY=TEXT", "Set values that stay texts."),
    ("set-json", "KEY=JSON", "Set values given as JSON."),
    ("set-file", "KEY=FILE", "Set values to the content of files."),
    ("set-literal", "KEY=TEXT", "Set one value, word for word."),
)


def add_scenario_option(parser: ArgumentParser) -> None:
    """Add `--scenario`, which names one of the chart's scenarios."""
    parser.add_argument(
        "--scenario",
        metavar="NAME",
        help="Render in this scenario of the chart; what other options say is laid over it.",
    )


def add_values_options(parser: ArgumentParser) -> None:
    """Add the options that lay values over a chart's own; each may be repeated."""
    group = parser.add_argument_group("values, laid over the chart's own")
    group.add_argument(
        "-f",
        "--values",
        action="append",
        default=[],
        metavar="FILE",
        help="Values of a file, or of standard input (-).",
    )
    for name, form, text in _SET_OPTIONS:
        group.add_argument(f"--{name}", action="append", default=[], metavar=form, help=text)


def add_cluster_options(parser: ArgumentParser) -> None:
    """Add the options that say what the chart sees of release and cluster."""
    group = parser.add_argument_group("release and cluster")
    group.add_argument(
        "-n",
        "--namespace",
        metavar="NAME",
        help="The namespace of the release. [default: default]",
    )
    group.add_argument(
        "--kube-version", metavar="VERSION", help="The Kubernetes version that the chart sees."
    )
    group.add_argument(
        "-a",
        "--api-versions",
        action="append",
        default=[],
        metavar="APIS",
        help="API versions that the cluster has besides Kubernetes' own; may be repeated.",
    )


def read_values_input(options: Namespace) -> ValuesInput:
    """Read what the values options name.

    Raises:
        ReadError: a file cannot be read, or has no end.
        OptionError: a file is named by a URL.
    """
    from quarterdeck.chart.overrides import SetFlag, ValuesInput  # noqa: PLC0415 - `--help` needs no engine

    flags = [
        SetFlag(name, text)
        for name, _, _ in _SET_OPTIONS
        for text in getattr(options, name.replace("-", "_"))
    ]
    return ValuesInput(files=tuple(map(_read, split_lists(options.values))), flags=tuple(flags))


def with_scenario(scenario: ValuesInput, given: ValuesInput) -> ValuesInput:
    """Give what the values options say laid over what a scenario says."""
    if not given.files and not given.flags:
        return scenario
    return replace(scenario, files=(*scenario.files, *given.files), flags=(*scenario.flags, *given.flags))


def split_lists(values: Iterable[str]) -> list[str]:
    """Split options that may hold several values, with commas between. Source: pflag string_slice.go."""
    found: list[str] = []
    for value in values:
        found += next(csv.reader([value]), list[str]())
    return found


def _read(path: str) -> ValuesFile:
    from quarterdeck.chart.overrides import ValuesFile, read_local_file, read_stream  # noqa: PLC0415 - as above

    if path.strip() == "-":
        try:
            return ValuesFile("-", read_stream(sys.stdin.buffer, "standard input"))
        except OSError as error:
            raise ReadError(f"cannot read standard input: {error.strerror or error}") from error
    if "://" in path:
        raise OptionError(f"values are read from files only, not from {path}")
    return ValuesFile(path, read_local_file(path))
