"""Files in memory, for tests of what reads a workspace; they keep a record of what was read."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import NamedTuple

_FILE = re.compile(r"^-- (.+) --\n", re.MULTILINE)


class MemoryEntry(NamedTuple):
    name: str
    is_folder: bool


class MemoryFiles:
    """The files of one string: `-- path --` starts one. Paths are below `root` (or absolute)."""

    def __init__(self, described: str, root: str = "/w") -> None:
        pieces = _FILE.split(dedent(described).lstrip("\n"))
        assert not pieces[0].strip(), "text before the first `-- path --`"
        self.root = root
        self.texts: dict[str, str] = {}
        for path, text in zip(pieces[1::2], pieces[2::2], strict=True):
            self.add(path, text)
        self.read: list[str] = []
        self.listed: list[str] = []

    def add(self, path: str, text: str) -> None:
        self.texts[path if path.startswith("/") else f"{self.root}/{path}"] = text

    def read_text(self, path: str) -> str | None:
        self.read.append(path)
        return self.texts.get(path)

    def list(self, folder: str) -> tuple[MemoryEntry, ...] | None:
        self.listed.append(folder)
        prefix = folder + "/"
        inside = [path.removeprefix(prefix) for path in self.texts if path.startswith(prefix)]
        names = {path.partition("/")[0]: "/" in path for path in inside}
        return tuple(sorted(MemoryEntry(*pair) for pair in names.items())) if inside else None
