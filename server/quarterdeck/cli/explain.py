"""`quarterdeck explain`: where a rendered line comes from, and what a template line becomes."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from quarterdeck.cli import terminal
from quarterdeck.cli.arguments import add_color
from quarterdeck.cli.values_options import (
    add_cluster_options,
    add_scenario_option,
    add_values_options,
    read_values_input,
    split_lists,
)
from quarterdeck.errors import OptionError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from quarterdeck.render.rendering import Rendering

_TARGET = re.compile(r"(.+?):(\d+)(?::(\d+))?")


USAGE = "[OPTION]… CHART FILE:LINE[:COL]"
DESCRIPTION = """Explain a line: of a rendered file where it comes from, of a template what becomes of it.

A FILE named as in `# Source:` (shop/templates/a.yaml) is the rendered file, with lines counted from its
first; any other path, on the disk or inside the chart (templates/a.yaml), is the template."""


def add_options(parser: ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument("chart", metavar="CHART", help="The chart's folder or archive.")
    parser.add_argument("target", metavar="FILE:LINE[:COL]", help="A line, and a column of it.")
    side = parser.add_mutually_exclusive_group()
    side.add_argument(
        "--rendered", action="store_true", help="FILE is a rendered file, also by its path in the chart."
    )
    side.add_argument("--template", action="store_true", help="FILE is a template.")
    parser.add_argument(
        "--name",
        metavar="NAME",
        help="The name of the release. [default: release-name]",
    )
    add_color(parser)
    add_scenario_option(parser)
    add_values_options(parser)
    add_cluster_options(parser)


def run(options: Namespace) -> int:
    """Explain a line; give the exit status.

    Raises:
        QuarterdeckError: there is no such chart, file or line, or an option makes no sense.
    """
    from quarterdeck.cli.render_task import Order, render_leniently  # noqa: PLC0415 - `--help` needs no engine

    match = _TARGET.fullmatch(options.target)
    if match is None:
        raise OptionError(f"{options.target!r} is no FILE:LINE or FILE:LINE:COL")
    order = Order(
        chart=options.chart,
        values=read_values_input(options),
        name=options.name or "release-name",
        namespace=options.namespace or "default",
        kube_version=options.kube_version,
        api_versions=tuple(split_lists(options.api_versions)),
        seed=0,
    )
    if options.scenario is not None:
        from quarterdeck.cli.named_scenario import in_scenario  # noqa: PLC0415 - as above

        order = in_scenario(order, options.scenario, name=options.name, namespace=options.namespace)
    rendering = render_leniently(order)
    file, line, column = match[1], int(match[2]), int(match[3]) if match[3] else None
    is_coloured = terminal.wants_color(options.color)
    rendered = None if options.template else _find_rendered_file(rendering, file, by_path=options.rendered)
    if rendered is not None:
        _print_rendered(rendering, rendered, line, column, is_coloured=is_coloured)
    elif options.rendered:
        raise OptionError(f"nothing is rendered under the name {file}")
    else:
        _print_template(rendering, file, line, column, is_coloured=is_coloured)
    terminal.flush()
    return 0


def _find_rendered_file(rendering: Rendering, file: str, *, by_path: bool) -> str | None:
    if file in rendering.templates:
        return file
    path = _find_template(rendering, file) if by_path else None
    if path is None:
        return None
    names = (one.name for one in rendering.inputs.templates if one.display_path == path)
    return next((name for name in names if name in rendering.templates), None)


def _find_template(rendering: Rendering, file: str) -> str | None:
    """Give the path, as places show it, of a template on the disk or inside the chart."""
    shown = [one.display_path for one in rendering.inputs.templates]
    inside = f"{rendering.inputs.chart.path}/{file.removeprefix('./')}"
    for candidate in (file, inside):
        if candidate in shown:
            return candidate
    wanted = os.path.realpath(file)
    return next((path for path in shown if os.path.realpath(path) == wanted), None)


def _print_rendered(
    rendering: Rendering, file: str, line: int, column: int | None, *, is_coloured: bool
) -> None:
    from quarterdeck.render.explain import explain_rendered  # noqa: PLC0415 - `--help` needs no engine
    from quarterdeck.reports.explanation import ExplanationText  # noqa: PLC0415 - as above

    segments = explain_rendered(rendering, file, line, column)
    if not segments:
        raise OptionError(f"{file} has no line {line} once it is rendered")
    text = rendering.templates[file].split("\n")[line - 1]
    terminal.write(ExplanationText(is_coloured=is_coloured).rendered(file, line, text, segments))


def _print_template(
    rendering: Rendering, file: str, line: int, column: int | None, *, is_coloured: bool
) -> None:
    from quarterdeck.render.explain import find_rendered  # noqa: PLC0415 - `--help` needs no engine
    from quarterdeck.reports.explanation import ExplanationText  # noqa: PLC0415 - as above

    path = _find_template(rendering, file)
    if path is None:
        raise OptionError(
            f"{file} is neither a rendered file nor a template of {rendering.inputs.chart.path}"
        )
    text = next(one.text for one in rendering.inputs.templates if one.display_path == path)
    if not 1 <= line <= len(text.split("\n")):
        raise OptionError(f"{path} has no line {line}")
    places = find_rendered(rendering, path, line, column)
    terminal.write(ExplanationText(is_coloured=is_coloured).template(path, line, places))
