"""A workspace on the disk with an editor on the wire, on which steps are done."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from quarterdeck.text.uri import path_from_uri
from quarterdeck.workspace.discovery import find_chart_root
from wire.client import PATIENCE
from wire.editor import RENDER, WireEditor, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from soak.steps import Step
    from wire.editor import Change

MADE, CHANGED, DELETED = 1, 2, 3
Shown = dict[str, list[str]]
"""Diagnostics by URI, each as text, sorted: without what depends on the order of events."""


class Desk:
    """One workspace folder, its files as they were at the beginning, and one server that looks at it."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str] | None = None, *, patience: float = PATIENCE
    ) -> None:
        self.folder = folder
        self.patience = patience
        self.environment = dict(environment or {})
        self.beginning = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
        self.editor = WireEditor(self.environment)
        self.editor.start(folder)
        self.done: list[Step] = []
        self._undo: dict[str, list[tuple[int, int, str]]] = {}
        self._newest: Change | None = None

    @property
    def charts(self) -> list[str]:
        """The folders of the workspace's charts, relative to it."""
        return sorted(
            path.parent.relative_to(self.folder).as_posix()
            for path in self.beginning
            if path.name == "Chart.yaml" and "charts" not in path.relative_to(self.folder).parts
        )

    def files(self, chart: str) -> list[str]:
        """Give the text files of a chart, as they were at the beginning and as they are."""
        now = [path for path in sorted((self.folder / chart).rglob("*")) if path.is_file()]
        every = dict.fromkeys(
            [path for path in self.beginning if path.is_relative_to(self.folder / chart)] + now
        )
        return [
            path.relative_to(self.folder).as_posix()
            for path in every
            if path.suffix in (".yaml", ".yml", ".tpl", ".txt", ".json")
        ]

    def do(self, step: Step) -> None:
        """Do one step; one that makes no sense now does nothing."""
        self.done.append(step)
        getattr(self, f"_do_{step['do']}")(step)

    # --- steps in the editor --------------------------------------------------------------------------------

    def _do_edit(self, step: Step) -> None:
        uri = self._uri(step)
        if uri not in self.editor.texts:
            return
        text = self.editor.texts[uri]
        start = whole(text, step["at"] % (len(text) + 1))
        end = whole(text, min(len(text), start + step["delete"]))
        self._undo.setdefault(uri, []).append((start, start + len(step["insert"]), text[start:end]))
        self._newest = self.editor.edit(uri, start, end, step["insert"])

    def _do_undo(self, step: Step) -> None:
        uri = self._uri(step)
        if uri in self.editor.texts and self._undo.get(uri):
            start, end, old = self._undo[uri].pop()
            text = self.editor.texts[uri]
            if whole(text, start) == start and whole(text, end) == end:
                self._newest = self.editor.edit(uri, start, end, old)
            else:  # the edit joined a line end that no position can part
                self._newest = self.editor.rewrite(uri, text[:start] + old + text[end:])

    def _do_rewrite(self, step: Step) -> None:
        uri = self._uri(step)
        if uri in self.editor.texts:
            self._undo.pop(uri, None)
            self._newest = self.editor.rewrite(uri, step["text"])

    def _do_open(self, step: Step) -> None:
        file = self.folder / step["file"]
        if file.as_uri() not in self.editor.texts and file.is_file():
            self._undo.pop(file.as_uri(), None)
            self._newest = self.editor.open(file)

    def _do_close(self, step: Step) -> None:
        uri = self._uri(step)
        if uri in self.editor.texts:
            if self._newest is not None and self._newest.uri == uri:
                self._newest = None
            self.editor.close(uri)

    def _do_save(self, step: Step) -> None:
        file = self.folder / step["file"]
        if file.as_uri() in self.editor.texts and file.parent.is_dir():
            kind = CHANGED if file.exists() else MADE
            file.write_bytes(self.editor.texts[file.as_uri()].encode())
            self.editor.save(file.as_uri())
            self.editor.files_changed({file: kind})

    def _do_scenario(self, step: Step) -> None:
        """Focus a scenario in all charts; there need not be one of that name."""
        self.editor.select(step["name"])

    def _do_configure(self, step: Step) -> None:
        self.editor.configure(step["settings"])

    def _do_wait(self, _step: Step) -> None:
        newest = self._newest
        if newest is None or newest.uri not in self.editor.texts:
            return
        if find_chart_root(file_of(newest.uri).as_posix()) is not None:
            self.editor.when(newest, RENDER, self.patience)

    def _do_pause(self, step: Step) -> None:
        time.sleep(step["seconds"])

    # --- steps on the disk ----------------------------------------------------------------------------------

    def _do_write(self, step: Step) -> None:
        file = self.folder / step["file"]
        if file.is_file():
            text = read_text(file)
            start = step["at"] % (len(text) + 1)
            new = text[:start] + step["insert"] + text[start + step["delete"] :]
            file.write_bytes(new.encode())
            self.editor.files_changed({file: CHANGED})

    def _do_add(self, step: Step) -> None:
        file = self.folder / step["file"]
        self._put(file, step["text"].encode())

    def _do_delete(self, step: Step) -> None:
        self._remove(self.folder / step["file"])

    def _do_restore(self, step: Step) -> None:
        file = self.folder / step["file"]
        if file in self.beginning:
            self._put(file, self.beginning[file])

    def _put(self, file: Path, data: bytes) -> None:
        kind = CHANGED if file.exists() else MADE
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        self.editor.files_changed({file: kind})

    def _remove(self, file: Path) -> None:
        if file.is_file():
            file.unlink()
            self.editor.files_changed({file: DELETED})

    def undo_everything(self) -> None:
        """Bring back the files of the beginning, and their texts where they are open."""
        folders = {folder for path in self.beginning for folder in path.parents}
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if path.is_file() and path not in self.beginning:
                self._remove(path)
            elif path.is_dir() and path not in folders:
                path.rmdir()
        for file, data in self.beginning.items():
            if not file.is_file() or file.read_bytes() != data:
                self._put(file, data)
        for uri in list(self.editor.texts):
            file = file_of(uri)
            if file not in self.beginning:
                self.editor.close(uri)
            elif self.editor.texts[uri] != (text := read_text(file)):
                self._newest = self.editor.rewrite(uri, text)
        self._undo.clear()
        self.editor.configure({})
        self.editor.select(None)

    # --- comparing ------------------------------------------------------------------------------------------

    def shown(self) -> Shown:
        """Give what the server shows once it has nothing left to do, with a text of each chart open."""
        for chart in self.charts:
            self.do({"do": "open", "file": f"{chart}/Chart.yaml"})
        return settled(self.editor, self.patience)

    def shown_fresh(self, **environment: str) -> Shown:
        """Give what a fresh server shows that looks at the same files and has the same texts open."""
        with WireEditor({**self.environment, **environment}) as fresh:
            fresh.settings = self.editor.settings
            fresh.start(self.folder)
            fresh.configure(self.editor.settings)
            fresh.select(self.editor.selected)
            for uri, text in self.editor.texts.items():
                fresh.open(file_of(uri), text)
            return settled(fresh, self.patience)

    def close(self) -> None:
        """End the server in the orderly way."""
        self.editor.__exit__(None, None, None)

    def _uri(self, step: Step) -> str:
        return (self.folder / step["file"]).as_uri()


def settled(editor: WireEditor, patience: float = PATIENCE) -> Shown:
    """Wait until the server has analysed all that it was told; give what it shows then.

    Each open text is given one more version, without a change: once that one's findings are published, all
    messages before it have been taken.
    """
    changes = [editor.edit(uri, 0, 0, "") for uri in editor.texts]
    for change in changes:
        if find_chart_root(file_of(change.uri).as_posix()) is not None:
            editor.when(change, RENDER, patience)
    editor.until_idle(patience)
    return {
        uri: sorted(json.dumps(each, sort_keys=True) for each in diagnostics)
        for uri, diagnostics in sorted(editor.shown.items())
    }


def difference(ours: Shown, fresh: Shown) -> list[str]:
    """Say in what two servers differ; nothing if they show the same."""
    lines: list[str] = []
    for uri in sorted(ours.keys() | fresh.keys()):
        one, other = ours.get(uri, []), fresh.get(uri, [])
        lines += [f"only after the steps: {uri}: {each}" for each in one if each not in other]
        lines += [f"only in a fresh server: {uri}: {each}" for each in other if each not in one]
        if not lines and one != other:
            lines.append(f"another number of the same: {uri}: {one} / {other}")
    return lines


def file_of(uri: str) -> Path:
    """Give the file of a URI that an editor opened."""
    path = path_from_uri(uri)
    assert path is not None
    return Path(path)


def whole(text: str, offset: int) -> int:
    """Give the offset, or the one before where it would part a line end: no position can."""
    return offset - 1 if text[max(offset - 1, 0) : offset + 1] == "\r\n" else offset
