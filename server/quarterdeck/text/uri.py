"""Files as editors name them (`file:` URIs) and as we name them (absolute paths with `/`).

A path of ours is absolute, has `/` between its parts on every system, and is written in one way only: no `.`
or `..` parts, no doubled or trailing slashes, and on Windows an upper-case drive letter. Two URIs of one file
(`file:///c%3A/x` and `file:///C:/x`) therefore give one path.
"""

from __future__ import annotations

import os
import posixpath
import re
from urllib.parse import quote, unquote_to_bytes, urlsplit

_IS_WINDOWS = os.name == "nt"
_DRIVE = re.compile(r"/?([A-Za-z]):(?=/|$)")


def path_from_uri(uri: str, *, windows: bool = _IS_WINDOWS) -> str | None:
    """Give the path of a `file:` URI, or None for what is no file here (`untitled:`, `git:`, other hosts)."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme != "file":
        return None
    raw = unquote_to_bytes(parts.path)
    path = raw.decode("utf-8", "replace") if windows else os.fsdecode(raw)
    if "\0" in path:
        return None
    if host not in ("", "localhost"):
        if not windows:
            return None
        path = f"//{host}{path}"
    return normal_path(path, windows=windows) if path.startswith("/") else None


def uri_from_path(path: str) -> str:
    """Give the `file:` URI of an absolute path of ours, escaped as VS Code does it (`file:///c%3A/my%20chart`)."""
    if path.startswith("//"):
        host, _, rest = path[2:].partition("/")
        return f"file://{host}/{quote(rest)}"
    drive = _DRIVE.match(path)
    if drive:
        path = f"/{drive[1].lower()}:{path[drive.end() :]}"
    return "file://" + quote(os.fsencode(path))


def normal_path(path: str, *, windows: bool = _IS_WINDOWS) -> str:
    """Write an absolute path of the operating system as a path of ours."""
    if not windows:
        return "/" + posixpath.normpath(path).lstrip("/")
    path = path.replace("\\", "/")
    drive = _DRIVE.match(path)
    if drive:
        return f"{drive[1].upper()}:{posixpath.normpath('/' + path[drive.end() :].lstrip('/'))}"
    return posixpath.normpath(path)
