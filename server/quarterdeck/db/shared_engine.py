"""The engine of this process, with the user's cache of compiled templates."""

from __future__ import annotations

import atexit
from functools import cache

from quarterdeck.compiler.packs import Packs
from quarterdeck.render.engine import Engine
from quarterdeck.store.disk_cache import DiskCache, default_folder
from quarterdeck.store.lifetime import keep_counts

CHECK_SEED = 0
"""What makes random numbers and the time the same in every check, so that findings are."""


@cache
def shared_engine() -> Engine:
    """Give the engine of this process; it knows the user's cache of compiled templates.

    What was compiled and not saved yet is saved when the process ends, and what caches did is counted. The
    environment variable `QUARTERDECK_CACHE_DIR` chooses another folder for the cache; `off` means none.
    """
    disk = code_cache()
    if disk is None:
        return Engine(None)
    engine = Engine(Packs(disk))
    keep_counts(disk.folder.parent)
    atexit.register(engine.save_all)
    return engine


def code_cache() -> DiskCache | None:
    """Give the user's cache of compiled templates; None where it is switched off."""
    folder = default_folder()
    return None if folder is None else DiskCache(folder / "code")
