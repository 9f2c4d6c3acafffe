"""`quarterdeck cache`: what is kept on the disk from one run to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.cli import terminal
from quarterdeck.errors import OptionError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence
    from pathlib import Path

    from quarterdeck.measure.counters import CacheCounters
    from quarterdeck.store.disk_cache import DiskCache
    from quarterdeck.store.results import Results

USAGE = "stats|clear|warm [CHART…]"
DESCRIPTION = """Look after what is kept on the disk from one run to the next.

stats prints where it is, how large, and what the caches did so far in all runs; clear removes all that is in
it, warm compiles all templates of charts, so that their next rendering is fast."""

_OFF = "The cache is switched off by QUARTERDECK_CACHE_DIR=off or QUARTERDECK_CACHES=off.\n"


def add_options(parser: ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.add_argument("action", choices=("stats", "clear", "warm"), help="What to do.")
    parser.add_argument(
        "charts", nargs="*", metavar="CHART", help="For warm: charts, or folders with charts below."
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="For stats: how to print them (text)."
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
    from quarterdeck.store.disk_cache import default_folder  # noqa: PLC0415 - `--help` needs no cache

    folder = default_folder()
    if folder is None:
        terminal.write(_OFF)
    elif options.action == "stats":
        stats = _read_stats(folder)
        terminal.write(_as_json(stats) if options.format == "json" else _as_text(stats))
    elif options.action == "clear":
        count = _clear(folder)
        terminal.write(f"Removed {count} {'entry' if count == 1 else 'entries'}.\n")
    else:
        _warm(options.charts)
    return 0


# --- stats and clear ---------------------------------------------------------------------------------------

_COLUMNS = ("cache", "entries", "size", "hits", "misses", "evictions", "saved")


class _Stats(NamedTuple):
    """What is on the disk; each cache's `entries` and `bytes` are there, the rest is over all runs."""

    folder: str
    limit: int
    caches: tuple[CacheCounters, ...]

    @property
    def entries(self) -> int:
        return sum(one.entries for one in self.caches)

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.caches)


def _read_stats(folder: Path) -> _Stats:
    from quarterdeck.store.lifetime import Lifetime  # noqa: PLC0415 - as above

    caches = Lifetime(folder).read()
    by_name = {one.name: one for one in caches}
    code, results = _disks(folder)
    for size in code.sizes().values():
        by_name["templates"].added(size)
    for kind, held in results.held().items():
        cache = by_name.get(_CACHE_OF_KIND.get(kind, ""))
        if cache is not None:
            cache.entries += held.entries
            cache.bytes += held.bytes
    return _Stats(str(folder), code.limit + results.disk.limit, caches)


_CACHE_OF_KIND = {"findings": "resources", "documents": "validation", "patterns": "patterns"}
"""Which of the four caches the results of each kind belong to."""


def _disks(folder: Path) -> tuple[DiskCache, Results]:
    from quarterdeck.store.disk_cache import DiskCache  # noqa: PLC0415 - as above
    from quarterdeck.store.results import open_results  # noqa: PLC0415 - as above

    return DiskCache(folder / "code"), open_results(folder)


def _clear(folder: Path) -> int:
    from quarterdeck.store.lifetime import Lifetime  # noqa: PLC0415 - as above

    Lifetime(folder).clear()
    code, results = _disks(folder)
    return code.clear() + results.disk.clear()


def _as_text(stats: _Stats) -> str:
    rows = [
        (
            one.name,
            f"{one.entries:,}",
            _size_text(one.bytes),
            f"{one.hits:,}",
            f"{one.misses:,}",
            f"{one.evictions:,}",
            f"{one.seconds_saved:,.1f} s",
        )
        for one in stats.caches
    ]
    widths = [max(map(len, column)) for column in zip(_COLUMNS, *rows, strict=True)]
    table = [(row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])) for row in (_COLUMNS, *rows)]
    return (
        f"folder   {stats.folder}\n"
        f"entries  {stats.entries}\n"
        f"size     {_size_text(stats.bytes)} of {_size_text(stats.limit)}\n\n"
        + "".join(f"{'  '.join(row)}\n" for row in table)
    )


def _as_json(stats: _Stats) -> str:
    from msgspec import json  # noqa: PLC0415 - as above

    data = {
        "folder": stats.folder,
        "entries": stats.entries,
        "bytes": stats.bytes,
        "limit": stats.limit,
        "caches": stats.caches,
    }
    return json.format(json.encode(data)).decode() + "\n"


# --- warm --------------------------------------------------------------------------------------------------


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
