"""Slash-separated paths: base, dir, clean, ext, isAbs, and the same with os before their names.

The `os` forms depend on the system in Go; charts are meant to render alike everywhere, so here they are those
of Linux, where Helm runs in clusters and pipelines. Source: path.go.
"""

from __future__ import annotations

from quarterdeck.runtime.signatures import function


@function("clean", "func(string) string")
@function("osClean", "func(string) string")
def clean(path: str) -> str:
    """Give the shortest path that means the same: no `.`, no double slash, `..` only at the start."""
    is_rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            parts.append(part)
        elif parts and parts[-1] != "..":
            parts.pop()
        elif not is_rooted:
            parts.append("..")
    return ("/" if is_rooted else "") + "/".join(parts) or "."


@function("base", "func(string) string")
@function("osBase", "func(string) string")
def base(path: str) -> str:
    """Give the last element; `.` of an empty path, `/` of slashes alone."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


@function("dir", "func(string) string")
@function("osDir", "func(string) string")
def directory(path: str) -> str:
    """Give all but the last element, cleaned."""
    return clean(path[: path.rfind("/") + 1])


@function("ext", "func(string) string")
@function("osExt", "func(string) string")
def extension(path: str) -> str:
    """Give the last element's ending, from its last dot."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


@function("isAbs", "func(string) bool")
@function("osIsAbs", "func(string) bool")
def is_absolute(path: str) -> bool:
    """Tell whether the path starts at the root."""
    return path.startswith("/")
