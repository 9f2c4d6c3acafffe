"""`quarterdeck cache`: the compiled templates on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.cli import terminal
from quarterdeck.errors import OptionError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from quarterdeck.store.disk_cache import DiskCache

USAGE = "stats|clear|warm [CHART…]"
DESCRIPTION = """Look after the cache of compiled templates.

stats prints where it is and how large, clear removes all that is in it, warm compiles all templates of
charts, so that their next rendering is fast."""

_OFF = "The cache is switched off by QUARTERDECK_CACHE_DIR=off.\n"


def add_options(parser: ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument("action", choices=("stats", "clear", "warm"), help="What to do.")
    parser.add_argument(
        "charts", nargs="*", metavar="CHART", help="For warm: charts, or folders with charts below."
    )


def run(options: Namespace) -> int:
    """Do what is asked; give the exit status.

    Raises:
        QuarterdeckError: a path leads to no chart, or a chart cannot be read.
    """
    if options.action == "warm" and not options.charts:
        raise OptionError("cache warm needs charts to compile")
    if options.action != "warm" and options.charts:
        raise OptionError(f"cache {options.action} takes no charts")
    from quarterdeck.db.shared_engine import code_cache  # noqa: PLC0415 - `--help` needs no engine

    cache = code_cache()
    if cache is None:
        terminal.write(_OFF)
    elif options.action == "stats":
        _print_stats(cache)
    elif options.action == "clear":
        count = cache.clear()
        terminal.write(f"Removed {count} {'entry' if count == 1 else 'entries'}.\n")
    else:
        _warm(options.charts)
    return 0


def _print_stats(cache: DiskCache) -> None:
    stats = cache.stats()
    terminal.write(
        f"folder   {stats.folder}\n"
        f"entries  {stats.entries}\n"
        f"size     {_size_text(stats.bytes)} of {_size_text(stats.limit)}\n"
    )


def _warm(charts: Sequence[str]) -> None:
    from quarterdeck.chart.capabilities import make_capabilities  # noqa: PLC0415 - `--help` needs no engine
    from quarterdeck.chart.load import read_chart  # noqa: PLC0415 - as above
    from quarterdeck.chart.prepare import Release, prepare  # noqa: PLC0415 - as above
    from quarterdeck.db.shared_engine import shared_engine  # noqa: PLC0415 - as above
    from quarterdeck.workspace.find_charts import find_charts  # noqa: PLC0415 - as above

    engine = shared_engine()
    found = find_charts(charts)
    progress = terminal.Progress(len(found))
    for path in found:
        inputs = prepare(read_chart(path), {}, Release(), make_capabilities(None, ()))
        engine.save(engine.program(inputs), everything=True)
        engine.forget()
        progress.advance(path)
    progress.clear()
    terminal.write(f"Compiled {len(found)} {'chart' if len(found) == 1 else 'charts'}.\n")


def _size_text(size: int) -> str:
    for unit in ("B", "KiB"):
        if size < 1024:
            return f"{size} {unit}"
        size //= 1024
    return f"{size} MiB"
