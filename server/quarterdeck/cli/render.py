"""`quarterdeck render`: what `helm template` prints, with the source map on request.

Helm sorts all documents by kind, and prints nothing if anything fails; so the first document is certain only
when the last file is rendered. From then on documents are written one by one. `--stream` gives up Helm's
order and writes each file's documents as soon as the file is rendered.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from quarterdeck.cli import terminal
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

if TYPE_CHECKING:
    from quarterdeck.render.rendering import Rendering


class _Form(StrEnum):
    YAML = "yaml"
    JSON = "json"


class _Printing(NamedTuple):
    """How a rendering is printed."""

    form: str
    with_map: bool
    with_crds: bool
    with_hooks: bool
    with_tests: bool
    show_only: tuple[str, ...]
    output_folder: Path | None


def render_command(  # noqa: PLR0913 - the options of the command line
    chart: Annotated[str, typer.Argument(metavar="CHART", help="The chart's folder or archive.")],
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The name of the release.", show_default=True)
    ] = "release-name",
    *,
    form: Annotated[_Form, typer.Option("--format", help="YAML as Helm prints it, or JSON.")] = _Form.YAML,
    with_map: Annotated[
        bool, typer.Option("--map", help="Print where every character comes from, as JSON.")
    ] = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="Print documents as soon as they are rendered, unsorted.")
    ] = False,
    values: ValuesOption = None,
    sets: SetOption = None,
    set_strings: SetStringOption = None,
    set_jsons: SetJsonOption = None,
    set_files: SetFileOption = None,
    set_literals: SetLiteralOption = None,
    namespace: NamespaceOption = "default",
    kube_version: KubeVersionOption = None,
    api_versions: ApiVersionsOption = None,
    include_crds: Annotated[
        bool, typer.Option("--include-crds", help="Print the definitions in crds/, too.")
    ] = False,
    skip_tests: Annotated[bool, typer.Option("--skip-tests", help="Leave test hooks out.")] = False,
    no_hooks: Annotated[bool, typer.Option("--no-hooks", help="Leave all hooks out.")] = False,
    show_only: Annotated[
        list[str] | None,
        typer.Option(
            "--show-only", "-s", metavar="TEMPLATE", help="Print these files only: templates/a*.yaml."
        ),
    ] = None,
    is_upgrade: Annotated[
        bool, typer.Option("--is-upgrade", help="Render as for an upgrade, not an installation.")
    ] = False,
    output_folder: Annotated[
        Path | None, typer.Option("--output-dir", help="Write files into this folder instead.")
    ] = None,
    dependency_update: Annotated[
        bool, typer.Option("--dependency-update", help="Fetch dependencies that are not in charts/ first.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Make random numbers and the clock the same each time.")
    ] = None,
) -> None:
    """Render a chart as `helm template` does, to the byte.

    Exit status: 0, or 1 with Helm's message where Helm refuses the chart, or 2 if something cannot be read.
    """
    from quarterdeck.cli import render_task  # noqa: PLC0415 - `--help` needs no engine

    if dependency_update:
        render_task.fetch_first(chart)
    user = read_values_input(
        files=values,
        sets=sets,
        strings=set_strings,
        jsons=set_jsons,
        contents=set_files,
        literals=set_literals,
    )
    order = render_task.Order(
        chart=chart,
        values=user,
        name=name,
        namespace=namespace,
        is_upgrade=is_upgrade,
        kube_version=kube_version,
        api_versions=tuple(split_lists(api_versions)),
        seed=seed,
        is_traced=with_map,
    )
    printing = _Printing(
        form=form.value,
        with_map=with_map,
        with_crds=include_crds,
        with_hooks=not no_hooks,
        with_tests=not skip_tests,
        show_only=tuple(split_lists(show_only)) if show_only else (),
        output_folder=output_folder,
    )
    if stream:
        rendering = render_task.render_files(order, _print_file)
    else:
        rendering = render_task.render_strictly(order)
        _print(rendering, printing)
    terminal.flush()
    from quarterdeck.workspace.shared_engine import shared_engine  # noqa: PLC0415 - as above

    shared_engine().save(rendering.program)


def _print_file(name: str, text: str) -> None:
    """Print the documents of one file at once."""
    from quarterdeck.render.documents import has_documents, read_documents  # noqa: PLC0415 - as above

    if has_documents(name, text):
        for document in read_documents(name, text):
            terminal.write(f"---\n# Source: {name}\n{document.text}\n", errors="surrogateescape")
        terminal.flush()


def _print(rendering: Rendering, printing: _Printing) -> None:
    from quarterdeck.render.template_output import helm_text, printed_documents, select_documents  # noqa: PLC0415 - as above

    if printing.with_map:
        _print_map(rendering)
        return
    documents = printed_documents(
        rendering,
        with_crds=printing.with_crds,
        with_hooks=printing.with_hooks,
        with_tests=printing.with_tests,
    )
    if printing.output_folder is not None:
        from quarterdeck.cli.output_folder import write_files  # noqa: PLC0415 - as above

        write_files(printing.output_folder, documents)
        return
    pieces = helm_text(documents)
    if printing.show_only:
        pieces = select_documents("".join(pieces), printing.show_only)
    if printing.form == "json":
        _print_json("".join(pieces))
        return
    for piece in pieces:
        terminal.write(piece, errors="surrogateescape")


def _print_json(text: str) -> None:
    """Print the documents of Helm's text as one list of objects with `source` and `document`."""
    from quarterdeck.render.documents import read_documents  # noqa: PLC0415 - as above
    from quarterdeck.runtime.jsontext import encode_json  # noqa: PLC0415 - as above

    separator = "["
    for document in read_documents("", text):
        if document.value is None:
            continue
        source = document.text.partition("# Source: ")[2].partition("\n")[0]
        entry = {"source": source, "document": document.value}
        terminal.write(f"{separator}\n{encode_json(entry)}", errors="replace")
        separator = ","
    terminal.write("[]\n" if separator == "[" else "\n]\n")


def _print_map(rendering: Rendering) -> None:
    """Print the source map file by file."""
    from quarterdeck.render.map_json import VERSION, file_maps  # noqa: PLC0415 - as above
    from quarterdeck.reports.as_json import encode  # noqa: PLC0415 - as above

    terminal.write(f'{{"version": {VERSION}, "files": {{')
    separator = "\n"
    for name, content in file_maps(rendering):
        terminal.write(f"{separator}{encode(name)}: {encode(content)}")
        separator = ",\n"
    terminal.write("\n}}\n")
