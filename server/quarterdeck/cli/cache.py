"""`quarterdeck cache`: the compiled templates on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quarterdeck.cli import terminal

if TYPE_CHECKING:
    from quarterdeck.store.disk_cache import DiskCache

cache_app = typer.Typer(help="The cache of compiled templates.", no_args_is_help=True)
_OFF = "The cache is switched off by QUARTERDECK_CACHE_DIR=off.\n"


@cache_app.command("stats")
def stats_command() -> None:
    """Print where the cache is and how large."""
    cache = _find_cache()
    if cache is None:
        terminal.write(_OFF)
        return
    stats = cache.stats()
    terminal.write(
        f"folder   {stats.folder}\n"
        f"entries  {stats.entries}\n"
        f"size     {_size_text(stats.bytes)} of {_size_text(stats.limit)}\n"
    )


@cache_app.command("clear")
def clear_command() -> None:
    """Remove all that is cached."""
    cache = _find_cache()
    if cache is None:
        terminal.write(_OFF)
        return
    count = cache.clear()
    terminal.write(f"Removed {count} {'entry' if count == 1 else 'entries'}.\n")


@cache_app.command("warm")
def warm_command(
    charts: Annotated[
        list[str], typer.Argument(metavar="CHART…", help="Charts, or folders with charts below.")
    ],
) -> None:
    """Compile all templates of charts, so that their next rendering is fast."""
    from quarterdeck.chart.capabilities import make_capabilities  # noqa: PLC0415 - `--help` needs no engine
    from quarterdeck.chart.load import read_chart  # noqa: PLC0415 - as above
    from quarterdeck.chart.prepare import Release, prepare  # noqa: PLC0415 - as above
    from quarterdeck.workspace.find_charts import find_charts  # noqa: PLC0415 - as above
    from quarterdeck.workspace.shared_engine import shared_engine  # noqa: PLC0415 - as above

    if _find_cache() is None:
        terminal.write(_OFF)
        return
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


def _find_cache() -> DiskCache | None:
    from quarterdeck.workspace.shared_engine import code_cache  # noqa: PLC0415 - `--help` needs no engine

    return code_cache()


def _size_text(size: int) -> str:
    for unit in ("B", "KiB"):
        if size < 1024:
            return f"{size} {unit}"
        size //= 1024
    return f"{size} MiB"
