"""`quarterdeck explain`: where a rendered line comes from, and what a template line becomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from quarterdeck.cli import terminal
from quarterdeck.cli.check import Color
from quarterdeck.cli.values_options import (
    ApiVersionsOption,
    KubeVersionOption,
    NamespaceOption,
    SetFileOption,
    SetJsonOption,
    SetLiteralOption,
    SetOption,
    SetStringOption,
    ValuesOption,
    read_values_input,
    split_lists,
)
from quarterdeck.errors import OptionError

if TYPE_CHECKING:
    from quarterdeck.render.rendering import Rendering

_TARGET = re.compile(r"(.+?):(\d+)(?::(\d+))?")


def explain_command(  # noqa: PLR0913 - the options of the command line
    chart: Annotated[str, typer.Argument(metavar="CHART", help="The chart's folder or archive.")],
    target: Annotated[str, typer.Argument(metavar="FILE:LINE[:COL]", help="A line, and a column of it.")],
    *,
    is_rendered: Annotated[
        bool, typer.Option("--rendered", help="FILE is a rendered file, also by its path in the chart.")
    ] = False,
    is_template: Annotated[bool, typer.Option("--template", help="FILE is a template.")] = False,
    name: Annotated[str, typer.Option("--name", help="The name of the release.")] = "release-name",
    color: Annotated[Color, typer.Option("--color", help="Colour.")] = Color.AUTO,
    values: ValuesOption = None,
    sets: SetOption = None,
    set_strings: SetStringOption = None,
    set_jsons: SetJsonOption = None,
    set_files: SetFileOption = None,
    set_literals: SetLiteralOption = None,
    namespace: NamespaceOption = "default",
    kube_version: KubeVersionOption = None,
    api_versions: ApiVersionsOption = None,
) -> None:
    """Explain a line: of a rendered file where it comes from, of a template what becomes of it.

    A FILE named as in `# Source:` (shop/templates/a.yaml) is the rendered file, with lines counted from its
    first; any other path, on the disk or inside the chart (templates/a.yaml), is the template.
    """
    from quarterdeck.cli.render_task import Order, render_leniently  # noqa: PLC0415 - `--help` needs no engine

    match = _TARGET.fullmatch(target)
    if match is None:
        raise OptionError(f"{target!r} is no FILE:LINE or FILE:LINE:COL")
    if is_rendered and is_template:
        raise OptionError("--rendered and --template exclude each other")
    user = read_values_input(
        files=values,
        sets=sets,
        strings=set_strings,
        jsons=set_jsons,
        contents=set_files,
        literals=set_literals,
    )
    order = Order(
        chart=chart,
        values=user,
        name=name,
        namespace=namespace,
        kube_version=kube_version,
        api_versions=tuple(split_lists(api_versions)),
        seed=0,
    )
    rendering = render_leniently(order)
    file, line, column = match[1], int(match[2]), int(match[3]) if match[3] else None
    is_coloured = terminal.wants_color(color.value)
    rendered = None if is_template else _find_rendered_file(rendering, file, by_path=is_rendered)
    if rendered is not None:
        _print_rendered(rendering, rendered, line, column, is_coloured=is_coloured)
    elif is_rendered:
        raise OptionError(f"nothing is rendered under the name {file}")
    else:
        _print_template(rendering, file, line, column, is_coloured=is_coloured)
    terminal.flush()


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
    import os  # noqa: PLC0415 - beside its only use

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
    places = find_rendered(rendering, path, line, column)
    terminal.write(ExplanationText(is_coloured=is_coloured).template(path, line, places))
