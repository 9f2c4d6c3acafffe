"""Reads packaged charts (`.tgz`), untrusted: nothing is unpacked to disk, nothing grows without limit.

Also packs them.

Source: Helm pkg/chart/loader/archive/archive.go, LoadArchiveFiles.
"""

from __future__ import annotations

import gzip
import io
import posixpath
import re
import tarfile
import zlib
from typing import TYPE_CHECKING, Any

from quarterdeck.chart.files_on_disk import MAX_FILE_SIZE, FileSet, strip_byte_order_mark
from quarterdeck.chart.model import ChartFile
from quarterdeck.chart.problems import ARCHIVE_LINK, BAD_ARCHIVE, TOO_LARGE, stop, warn
from quarterdeck.diagnostics.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

MAX_UNPACKED_SIZE = 100 * 1024 * 1024
"""Bytes of all files of one archive together."""
MAX_ENTRIES = 100_000
_HEADER_ALLOWANCE = 32 * 1024 * 1024
_DRIVE = re.compile(r"[a-zA-Z]:/")
_GZIP_MAGIC = b"\x1f\x8b\x08"


class UnpackBudget:
    """How many bytes the archives of one chart, nested ones included, may unpack to."""

    __slots__ = ("remaining",)

    def __init__(self, remaining: int = 4 * MAX_UNPACKED_SIZE) -> None:
        self.remaining = remaining


class _RefusedError(Exception):
    """The archive is refused; arguments: the code, our sentence, Helm's words."""


def read_archive(
    stream: BinaryIO, display_path: str, budget: UnpackBudget, *, is_nested: bool = False
) -> FileSet:
    """Read the files of the `.tgz` in `stream`, without the folder at their top.

    `is_nested` tells that it lies in another chart's `charts/`, of which Helm says less. A refused or damaged
    archive gives the files that came before, and a critical finding.
    """
    found = FileSet()
    place = Place(display_path)
    try:
        _check_magic(stream, display_path, is_nested=is_nested)
        _read_entries(stream, display_path, budget, found)
    except _RefusedError as refusal:
        code, message, helm = refusal.args
        proposal = "Package the chart again with `helm package`, from a source you trust."
        found.problems.append(stop(code, place, message, helm=helm, proposal=proposal))
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError, RecursionError) as error:
        found.problems.append(
            stop(
                BAD_ARCHIVE,
                place,
                f"the archive is damaged: {_reason(error)}",
                helm="unable to load chart archive",
                proposal="Package the chart again, or download it again.",
            )
        )
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):  # tarfile reads headers about headers by recursion
        return "it has too many extended headers in a row"
    text = str(error).strip()
    return text or "it ends too early"


def _check_magic(stream: BinaryIO, display_path: str, *, is_nested: bool) -> None:
    start = stream.read(512)
    stream.seek(0)
    if start.startswith(_GZIP_MAGIC):
        return
    if is_nested:
        helm = "gzip: invalid header" if len(start) >= 10 else "unexpected EOF" if start else "EOF"
    elif display_path.endswith((".yml", ".yaml")):
        helm = f"file '{display_path}' seems to be a YAML file, but expected a gzipped archive"
    else:
        kind = _content_type(start)
        helm = f"file '{display_path}' does not appear to be a gzipped archive; got '{kind}'"
    raise _RefusedError(BAD_ARCHIVE, "the file is not a packaged chart (gzip)", helm)


def _read_entries(stream: BinaryIO, display_path: str, budget: UnpackBudget, found: FileSet) -> None:
    limit = min(MAX_UNPACKED_SIZE, budget.remaining)
    unpacked: Any = _LimitedReader(gzip.GzipFile(fileobj=stream), limit + _HEADER_ALLOWANCE)
    remaining = limit
    with tarfile.open(fileobj=unpacked, mode="r|", bufsize=64 * 1024, errorlevel=0) as archive:
        for count, entry in enumerate(archive):
            if count >= MAX_ENTRIES:
                raise _RefusedError(
                    TOO_LARGE, f"the archive has more than {MAX_ENTRIES} entries", _too_large()
                )
            if entry.isdir():
                continue
            path = _checked_path(entry.name)
            size = entry.size if entry.isreg() else 0
            _check_size(entry.name, size, remaining)
            data = b""
            if entry.isreg():
                content = archive.extractfile(entry)
                data = content.read(size) if content is not None else b""
            else:
                kind = "a link" if entry.issym() or entry.islnk() else "a device or pipe"
                found.problems.append(
                    warn(
                        ARCHIVE_LINK,
                        Place(f"{display_path}/{path}"),
                        f"the archive has {kind} at {path}; it counts as an empty file",
                        proposal="Package the file itself.",
                    )
                )
            remaining -= len(data)
            budget.remaining -= len(data)
            found.files.append(ChartFile(path, strip_byte_order_mark(data), f"{display_path}/{path}"))
    if not found.files:
        raise _RefusedError(BAD_ARCHIVE, "the archive holds no files", "no files in chart archive")


def pack_archive(name: str, files: Iterable[ChartFile]) -> bytes:
    """Package files as `helm package` does: below a folder of the chart's name."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for file in files:
            entry = tarfile.TarInfo(f"{name}/{file.path}")
            entry.size = len(file.data)
            archive.addfile(entry, io.BytesIO(file.data))
    return buffer.getvalue()


def _check_size(name: str, size: int, remaining: int) -> None:
    if size > remaining:
        raise _RefusedError(TOO_LARGE, f"the unpacked chart exceeds {MAX_UNPACKED_SIZE} bytes", _too_large())
    if size > MAX_FILE_SIZE:
        helm = f'decompressed chart file "{name}" is larger than the maximum file size {MAX_FILE_SIZE}'
        raise _RefusedError(TOO_LARGE, f"{name} is larger than {MAX_FILE_SIZE} bytes", helm)


def _too_large() -> str:
    return f"decompressed chart is larger than the maximum size {MAX_UNPACKED_SIZE}"


def _checked_path(name: str) -> str:
    """Give an entry's path inside the chart.

    Raises:
        _RefusedError: it leads out of the chart.
    """
    delimiter = "\\" if "\\" in name else "/"
    first, _, rest = name.partition(delimiter)
    path = rest.replace(delimiter, "/")
    if path.startswith("/"):
        helm = "chart illegally contains absolute paths"
        raise _RefusedError(BAD_ARCHIVE, f"the archive has an absolute path: {name!r}", helm)
    path = posixpath.normpath(path) if path else "."
    if path == ".":
        helm = f'chart illegally contains content outside the base directory: "{name}"'
        raise _RefusedError(BAD_ARCHIVE, f"{name!r} lies outside the chart's folder", helm)
    if path.startswith(".."):
        helm = "chart illegally references parent directory"
        raise _RefusedError(BAD_ARCHIVE, f"{name!r} leads out of the chart's folder", helm)
    if _DRIVE.match(path):
        helm = "chart contains illegally named files"
        raise _RefusedError(BAD_ARCHIVE, f"{name!r} names a drive", helm)
    if first == "Chart.yaml":
        helm = "chart yaml not in base directory"
        raise _RefusedError(BAD_ARCHIVE, "Chart.yaml is not in the archive's top folder", helm)
    return path


def _content_type(start: bytes) -> str:
    """Name the content roughly as Go's `http.DetectContentType`: text or anything else."""
    is_binary = any(byte < 0x20 and byte not in b"\t\n\x0c\r\x1b" for byte in start)
    return "application/octet-stream" if is_binary else "text/plain; charset=utf-8"


class _LimitedReader(io.RawIOBase):
    """Reads from a stream up to a limit, and refuses beyond it."""

    def __init__(self, stream: gzip.GzipFile, limit: int) -> None:
        self._stream = stream
        self._left = limit

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left + 1 if size < 0 else min(size, self._left + 1)
        data = self._stream.read(wanted)
        self._left -= len(data)
        if self._left < 0:
            raise _RefusedError(TOO_LARGE, "the archive unpacks to more than a chart may hold", _too_large())
        return data
