"""`quarterdeck render`: what `helm template` prints, with the source map on request.

Helm sorts all documents by kind, and prints nothing if anything fails; so the first document is certain only
when the last file is rendered. From then on documents are written one by one. `--stream` gives up Helm's
order and writes each file's documents as soon as the file is rendered.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quarterdeck.cli import terminal
from quarterdeck.cli.arguments import add_choice, add_trace, traced
from quarterdeck.cli.values_options import (
    add_cluster_options,
    add_scenario_option,
    add_values_options,
    read_values_input,
    split_lists,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from quarterdeck.render.rendering import Rendering

_SWITCHES = (
    ("--map", "Print where every character comes from, as JSON."),
    ("--stream", "Print documents as soon as they are rendered, unsorted."),
    ("--include-crds", "Print the definitions in crds/, too."),
    ("--skip-tests", "Leave test hooks out."),
    ("--no-hooks", "Leave all hooks out."),
    ("--is-upgrade", "Render as for an upgrade, not an installation."),
    ("--dependency-update", "Fetch dependencies that are not in charts/ first."),
)

USAGE = "[OPTION]… CHART [NAME]"
DESCRIPTION = """Render a chart as `helm template` does, to the byte.

Exit status: 0, or 1 with Helm's message where Helm refuses the chart, or 2 where something cannot be read."""


def add_options(parser: ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument("chart", metavar="CHART", help="The chart's folder or archive.")
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="The name of the release. [default: release-name]",
    )
    add_choice(parser, "--format", ("yaml", "json"), default="yaml", text="YAML as Helm prints it, or JSON.")
    for option, text in _SWITCHES:
        parser.add_argument(option, action="store_true", help=text)
    parser.add_argument(
        "-s",
        "--show-only",
        action="append",
        default=[],
        metavar="TEMPLATE",
        help="Print these files only: templates/a*.yaml; may be repeated.",
    )
    parser.add_argument("--output-dir", metavar="FOLDER", help="Write files into this folder instead.")
    parser.add_argument(
        "--seed", type=int, metavar="NUMBER", help="Make random numbers and the clock the same each time."
    )
    add_trace(parser)
    add_scenario_option(parser)
    add_values_options(parser)
    add_cluster_options(parser)


def run(options: Namespace) -> int:
    """Render a chart and print it; give the exit status.

    Raises:
        RenderStoppedError: Helm refuses the chart.
        QuarterdeckError: something cannot be read or written, or an option makes no sense.
    """
    with traced(options.trace):
        return _run(options)


def _run(options: Namespace) -> int:
    from quarterdeck.cli import render_task  # noqa: PLC0415 - `--help` needs no engine
    from quarterdeck.db.shared_engine import shared_engine  # noqa: PLC0415 - as above

    if options.dependency_update:
        render_task.fetch_first(options.chart)
    order = render_task.Order(
        chart=options.chart,
        values=read_values_input(options),
        name=options.name or "release-name",
        namespace=options.namespace or "default",
        is_upgrade=options.is_upgrade,
        kube_version=options.kube_version,
        api_versions=tuple(split_lists(options.api_versions)),
        seed=options.seed,
        is_traced=options.map,
    )
    if options.scenario is not None:
        from quarterdeck.cli.named_scenario import in_scenario  # noqa: PLC0415 - as above

        order = in_scenario(order, options.scenario, name=options.name, namespace=options.namespace)
    if options.stream:
        from quarterdeck.cli.render_stream import Stream  # noqa: PLC0415 - as above

        stream = Stream(options)
        rendering = render_task.render_files(order, stream.begin, stream.take)
        stream.end()
    else:
        rendering = render_task.render_strictly(order)
        _print(rendering, options)
    terminal.flush()
    shared_engine().save(rendering.program)
    return 0


def _print(rendering: Rendering, options: Namespace) -> None:
    """Print a rendering in the form that the options name."""
    from quarterdeck.render.template_output import helm_text, printed_documents, select_documents  # noqa: PLC0415 - as above

    if options.map:
        _print_map(rendering)
        return
    documents = printed_documents(
        rendering,
        with_crds=options.include_crds,
        with_hooks=not options.no_hooks,
        with_tests=not options.skip_tests,
    )
    if options.output_dir is not None:
        from quarterdeck.cli.output_folder import write_files  # noqa: PLC0415 - as above

        write_files(Path(options.output_dir), documents)
        return
    pieces = helm_text(documents)
    if options.show_only:
        pieces = select_documents("".join(pieces), tuple(options.show_only))
    if options.format == "json":
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
