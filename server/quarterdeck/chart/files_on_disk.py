"""Reads the files of a chart's folder, as Helm's directory loader walks it, within limits.

Source: Helm pkg/chart/v2/loader/directory.go and internal/sympath/walk.go.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.chart.ignore import HELM_IGNORE, IgnoreRules, parse_ignore_rules
from quarterdeck.chart.model import ChartFile
from quarterdeck.chart.problems import (
    BAD_IGNORE_RULE,
    IRREGULAR_FILE,
    OUTSIDE_LINK,
    TOO_LARGE,
    UNREADABLE_FILE,
    stop,
    warn,
)
from quarterdeck.diagnostics.model import Finding, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_FILE_SIZE = 5 * 1024 * 1024
"""Bytes of one file of a chart (Helm's MaxDecompressedFileSize)."""
MAX_FOLDER_SIZE = 512 * 1024 * 1024
"""Bytes of all files of one folder together; Helm sets no limit here."""
MAX_FOLDER_FILES = 100_000
WORTH_SHARING = 1_024
"""Bytes from which on it is looked for equal files: sub-charts vendor the same libraries and definitions."""
_UNSETTLED = 2_000_000_000
"""Nanoseconds for which a file that was written may be written again with the same times: file systems count
in ticks of up to two seconds."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Stamp(NamedTuple):
    """What a file system says of a file; where it says the same again, the content is the same."""

    inode: int
    size: int
    changed: int
    modified: int
    """Nanoseconds."""


@dataclass(slots=True)
class FileSet:
    """The files of one chart and what went wrong while reading them."""

    files: list[ChartFile] = field(default_factory=list[ChartFile])
    problems: list[Finding] = field(default_factory=list[Finding])
    stamps: dict[str, Stamp] = field(default_factory=dict[str, Stamp])
    """By path, of the files whose content is known to be that of the stamp."""

    def with_texts(self, texts: Mapping[str, str]) -> FileSet | None:
        """Give these files with other texts, by path; None where that may change which files count.

        A path that is not among them is one that does not count.
        """
        if HELM_IGNORE in texts:
            return None
        files = [
            file.with_text(texts[file.path].removeprefix("\ufeff")) if file.path in texts else file
            for file in self.files
        ]
        stamps = {path: stamp for path, stamp in self.stamps.items() if path not in texts}
        return FileSet(files, self.problems, stamps)


def stamp_of(status: os.stat_result) -> Stamp:
    """Give what a file system says of a file."""
    return Stamp(status.st_ino, status.st_size, status.st_ctime_ns, status.st_mtime_ns)


def settled_stamp(status: os.stat_result) -> Stamp | None:
    """Give what a file system says of a file, None as long as it may say the same of another content."""
    settled = time.time_ns() - _UNSETTLED
    return stamp_of(status) if max(status.st_mtime_ns, status.st_ctime_ns) < settled else None


def _text_bytes(text: str) -> bytes:
    return strip_byte_order_mark(text.encode("utf-8", "surrogateescape"))


def strip_byte_order_mark(data: bytes) -> bytes:
    """Take away a UTF-8 byte order mark at the start."""
    return data.removeprefix(_BYTE_ORDER_MARK)


def read_folder(
    root: Path,
    display_path: str,
    overlay: Mapping[str, str],
    previous: FileSet | None = None,
    check: Callable[[], None] = lambda: None,
) -> FileSet:
    """Read all files below `root` that `.helmignore` does not leave out, in the order of their names.

    `overlay` has texts that stand for files, by their path inside the chart with `/`; they may be new files.
    A file that cannot be read is a finding, and the others are read all the same. `previous` is what the
    same folder gave before: a file that the file system calls unchanged is taken from there, unread. `check`
    is called before each file and may raise.
    """
    reader = _FolderReader(root, display_path, overlay, previous)
    reader.check = check
    return reader.read()


class _FolderReader:
    """One walk through one folder."""

    def __init__(
        self, root: Path, display_path: str, overlay: Mapping[str, str], previous: FileSet | None
    ) -> None:
        self.root = root
        self.real_root = os.path.realpath(root)
        self.display_path = display_path
        self.overlay = overlay
        self.found = FileSet()
        self.left = MAX_FOLDER_SIZE
        self.stamps = {} if previous is None else previous.stamps
        self.known = {} if previous is None else {file.path: file for file in previous.files}
        self.settled = time.time_ns() - _UNSETTLED
        self.by_size: dict[int, list[ChartFile]] = {}
        """Files that were read and are worth sharing, each content once."""
        self.check: Callable[[], None] = lambda: None
        """Called before each file; may raise to give up."""
        self.rules = self._read_rules()

    def read(self) -> FileSet:
        """Walk and give what was found."""
        seen: set[str] = set()
        for path, file in self._walk():
            self.check()
            seen.add(path)
            if len(self.found.files) >= MAX_FOLDER_FILES or self.left < 0:
                self._report_too_much()
                break
            self._add(path, file)
        self._add_new_files(seen)
        return self.found

    def _place(self, path: str) -> Place:
        return Place(f"{self.display_path}/{path}")

    def _read_rules(self) -> IgnoreRules:
        text = self.overlay.get(HELM_IGNORE)
        if text is None:
            try:
                file = self.root / HELM_IGNORE
                with file.open("rb") as stream:
                    text = stream.read(MAX_FILE_SIZE).decode("utf-8", "surrogateescape")
            except FileNotFoundError:
                text = ""
            except OSError as error:
                text = ""
                self._report_unreadable(HELM_IGNORE, error)
        rules, problem = parse_ignore_rules(text)
        if problem is not None:
            proposal = "Mend or delete this line; the lines after it are not used."
            place = Place(f"{self.display_path}/{HELM_IGNORE}", problem.line)
            message = f"the rule is malformed: {problem}"
            self.found.problems.append(
                stop(BAD_IGNORE_RULE, place, message, helm=str(problem), proposal=proposal)
            )
        return rules

    def _walk(self) -> Iterator[tuple[str, str]]:
        """Yield the path inside the chart and the real path of each file, depth first, sorted by name."""
        real_root = self.real_root
        pending: list[tuple[str, str, str]] = list(reversed(self._entries("", real_root)))
        open_folders = {real_root}
        while pending:
            kind, path, file = pending.pop()
            if kind == "leave":
                open_folders.discard(file)
                continue
            if kind == "folder":
                if self.rules.ignores(path, is_folder=True):
                    continue
                real = os.path.realpath(file)
                if real in open_folders:
                    self._report_link(path, "it leads back into a folder that holds it")
                    continue
                open_folders.add(real)
                pending.append(("leave", "", real))
                pending.extend(reversed(self._entries(path, file)))
            elif not self.rules.ignores(path, is_folder=False):
                yield path, file

    def _entries(self, folder: str, real_folder: str) -> list[tuple[str, str, str]]:
        """List one folder; links are resolved, those that lead out of the chart reported and left out."""
        entries: list[tuple[str, str, str]] = []
        try:
            with os.scandir(real_folder) as scan:
                listed = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            self._report_unreadable(folder or ".", error)
            return []
        for entry in listed:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink() and not self._may_follow(path, entry.path):
                continue
            try:
                is_folder = entry.is_dir()
            except OSError as error:
                self._report_unreadable(path, error)
                continue
            entries.append(("folder" if is_folder else "file", path, entry.path))
        return entries

    def _may_follow(self, path: str, link: str) -> bool:
        target = os.path.realpath(link)
        if self.rules.ignores(path, is_folder=Path(target).is_dir()):
            return False
        inside = target == self.real_root or target.startswith(self.real_root + os.sep)
        if not inside:
            self._report_link(path, "it leads out of the chart's folder")
        elif not os.path.lexists(target):
            helm = f"error evaluating symlink {link}: lstat {target}: no such file or directory"
            self.found.problems.append(
                stop(
                    UNREADABLE_FILE,
                    self._place(path),
                    "the link leads nowhere",
                    helm=helm,
                    proposal="Delete the link, or restore what it names.",
                )
            )
            return False
        return inside

    def _report_link(self, path: str, reason: str) -> None:
        message = f"the link is not followed: {reason}"
        proposal = "Copy the files into the chart, or declare them as a dependency."
        self.found.problems.append(
            warn(OUTSIDE_LINK, self._place(path), message, severity=Severity.HIGH, proposal=proposal)
        )

    def _add(self, path: str, file: str) -> None:
        text = self.overlay.get(path)
        if text is None and (known := self._find_known(path, file)) is not None:
            self.left -= known.size
            self.found.files.append(known)
            return
        data = self._read_file(path, file) if text is None else text.encode("utf-8", "surrogateescape")
        if data is None:
            return
        self.left -= len(data)
        display = f"{self.display_path}/{path}"
        file_read = ChartFile(path, strip_byte_order_mark(data), display)
        if file_read.size >= WORTH_SHARING:
            twins = self.by_size.setdefault(file_read.size, [])
            if not any(map(file_read.share_content, twins)):
                twins.append(file_read)
        self.found.files.append(file_read)

    def _find_known(self, path: str, file: str) -> ChartFile | None:
        """Give the file as it was read before, where the file system says that it is the same."""
        before = self.stamps.get(path)
        if before is None:
            return None
        try:
            if before != stamp_of(os.stat(file)):  # noqa: PTH116 - a third of the time that Path.stat takes
                return None
        except OSError:
            return None
        self.found.stamps[path] = before
        return self.known.get(path)

    def _read_file(self, path: str, file: str) -> bytes | None:
        try:
            # Without O_NONBLOCK, opening a pipe that replaced a file would wait for ever.
            flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            handle = os.open(file, flags)
            with os.fdopen(handle, "rb") as stream:
                status = os.fstat(handle)
                if not stat.S_ISREG(status.st_mode):
                    self._report_irregular(path, file)
                    return None
                data = stream.read(MAX_FILE_SIZE + 1) if status.st_size <= MAX_FILE_SIZE else None
                if max(status.st_mtime_ns, status.st_ctime_ns) < self.settled:
                    self.found.stamps[path] = stamp_of(status)
        except OSError as error:
            self._report_unreadable(path, error)
            return None
        if data is None or len(data) > MAX_FILE_SIZE:
            self._report_large(path)
            return None
        return data

    def _report_irregular(self, path: str, file: str) -> None:
        helm = f"cannot load irregular file {file} as it has file mode type bits set"
        message = "this is neither a file nor a folder (a device, pipe or socket)"
        proposal = "Delete it, or name it in .helmignore."
        self.found.problems.append(
            stop(IRREGULAR_FILE, self._place(path), message, helm=helm, proposal=proposal)
        )

    def _report_large(self, path: str) -> None:
        name = path.rsplit("/", 1)[-1]
        helm = f'chart file "{name}" is larger than the maximum file size {MAX_FILE_SIZE}'
        message = f"the file is larger than {MAX_FILE_SIZE} bytes, the most that Helm loads"
        proposal = "Make the file smaller, or name it in .helmignore."
        self.found.problems.append(stop(TOO_LARGE, self._place(path), message, helm=helm, proposal=proposal))

    def _report_unreadable(self, path: str, error: OSError) -> None:
        reason = (error.strerror or str(error)).lower()
        helm = f"error reading {path}: open {self.root / path}: {reason}"
        message = f"the file cannot be read: {reason}"
        if isinstance(error, FileNotFoundError):
            message = "the file vanished while the chart was read"
        proposal = "Give read permission, or name the file in .helmignore."
        self.found.problems.append(
            stop(UNREADABLE_FILE, self._place(path), message, helm=helm, proposal=proposal)
        )

    def _report_too_much(self) -> None:
        message = "the folder holds more than a chart can; the rest is left out"
        proposal = "Name what does not belong to the chart in .helmignore."
        self.found.problems.append(
            warn(TOO_LARGE, Place(self.display_path), message, severity=Severity.HIGH, proposal=proposal)
        )

    def _add_new_files(self, seen: set[str]) -> None:
        """Add texts of the overlay that are no files yet."""
        added = False
        for path, text in self.overlay.items():
            if path in seen or self._is_ignored(path):
                continue
            display = f"{self.display_path}/{path}"
            self.found.files.append(ChartFile(path, _text_bytes(text), display))
            added = True
        if added:
            self.found.files.sort(key=lambda file: file.path.split("/"))

    def _is_ignored(self, path: str) -> bool:
        parts = path.split("/")
        folders = ["/".join(parts[:count]) for count in range(1, len(parts))]
        if any(self.rules.ignores(folder, is_folder=True) for folder in folders):
            return True
        return self.rules.ignores(path, is_folder=False)
