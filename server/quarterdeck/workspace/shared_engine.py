"""The engine of this process, with the user's cache of compiled templates."""

from __future__ import annotations

from functools import cache

from quarterdeck.compiler.packs import Packs
from quarterdeck.render.engine import Engine
from quarterdeck.store.disk_cache import DiskCache, default_folder


@cache
def shared_engine() -> Engine:
    """Give the engine of this process; it knows the user's cache of compiled templates.

    The environment variable `QUARTERDECK_CACHE_DIR` chooses another folder for it; `off` means none.
    """
    cache = code_cache()
    return Engine(None if cache is None else Packs(cache))


def code_cache() -> DiskCache | None:
    """Give the user's cache of compiled templates; None where it is switched off."""
    folder = default_folder()
    return None if folder is None else DiskCache(folder / "code")
