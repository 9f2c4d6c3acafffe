"""`.Files`: what templates can read of a chart.

Source: Helm pkg/engine/files.go.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, ClassVar

from quarterdeck.chart.glob import compile_files_glob
from quarterdeck.runtime.funcs.documents import to_yaml
from quarterdeck.runtime.funcs.methods import Method, call_method, method
from quarterdeck.runtime.printing import sprintf
from quarterdeck.runtime.values import GoList, GoStruct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quarterdeck.chart.model import ChartFile


class Files(GoStruct):
    """A chart's files, or those of them that a glob selected: a map of paths to bytes with methods.

    `reads` collects the paths that were read, and `globs` the patterns that were asked, of this object and of
    all that were made from it: what a rendering depends on. Whoever goes through all files asks for `**`.
    """

    __slots__ = ("_files", "_is_chosen", "globs", "made", "reads")
    go_type: ClassVar[str] = "engine.files"
    kind: ClassVar[str] = "map"
    is_stringer: ClassVar[bool] = False

    def __init__(
        self,
        files: Mapping[str, ChartFile],
        *,
        reads: set[str] | None = None,
        globs: set[str] | None = None,
        made: dict[tuple[str, ...], tuple[str, dict[str, str]]] | None = None,
    ) -> None:
        self._files = files
        self._is_chosen = globs is not None
        self.reads: set[str] = set() if reads is None else reads
        self.globs: set[str] = set() if globs is None else globs
        self.made: dict[tuple[str, ...], tuple[str, dict[str, str]]] = {} if made is None else made
        """What `AsConfig` gave for which paths, and the texts that it was made of."""

    def __len__(self) -> int:
        self._note_all()
        return len(self._files)

    def __iter__(self) -> Iterator[str]:
        self._note_all()
        return iter(sorted(self._files, key=_by_bytes))

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __getitem__(self, path: str) -> bytes:
        file = self._files[path]
        self.reads.add(path)
        file.own_content()
        return file.data

    def keys(self) -> list[str]:
        """Give the paths in Go's order."""
        return list(self)

    def items(self) -> list[tuple[str, bytes]]:
        """Give paths and contents in Go's order."""
        return [(path, self[path]) for path in self]

    def get(self, name: str) -> Any:
        """Give the file of that path, or the result of a method without parameters.

        A file that is not there is None.

        Raises:
            GoError: it is a method that takes arguments.
        """
        if name in _METHODS:
            return self.invoke(name, ())
        self.reads.add(name)
        return self[name] if name in self._files else None

    def invoke(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method.

        Raises:
            GoError: there is no such method, or the arguments do not fit.
        """
        return call_method(self, self.go_type, _METHODS, name, arguments)

    def format(self) -> str:
        """Give what Go prints of the map."""
        return sprintf("%v", [dict(self.items())])

    def marshal(self) -> dict[str, str]:
        """Give the contents in base64, as JSON has bytes."""
        return {path: base64.b64encode(data).decode() for path, data in self.items()}

    def get_bytes(self, path: str) -> bytes:
        """Give a file's content, nothing where there is no such file."""
        self.reads.add(path)
        file = self._files.get(path)
        if file is None:
            return b""
        file.own_content()
        return file.data

    def get_text(self, path: str) -> str:
        """Give a file's content as text."""
        self.reads.add(path)
        file = self._files.get(path)
        if file is None:
            return ""
        file.own_content()
        return file.text

    def is_same(self, other: Files) -> bool:
        """Tell whether both have the same files, to read and to show."""
        own, others = self._files, other._files
        return own.keys() == others.keys() and all(
            file.display_path == others[path].display_path and file.has_content_of(others[path])
            for path, file in own.items()
        )

    def _note_all(self) -> None:
        if not self._is_chosen:
            self.globs.add("**")

    def read_files(self) -> Iterator[ChartFile]:
        """Give the files that were read and are there."""
        for path in tuple(self.reads):
            if path in self._files:
                yield self._files[path]

    def glob(self, pattern: str) -> Files:
        """Give the files whose paths match."""
        self.globs.add(pattern)
        expression = compile_files_glob(pattern)
        chosen = {path: file for path, file in self._files.items() if expression.matches(path)}
        return Files(chosen, reads=self.reads, globs=self.globs, made=self.made)

    def as_config(self) -> str:
        """Give the files as data of a ConfigMap: names without folders, and texts."""
        paths = tuple(self)
        if paths not in self.made:
            texts = {path.rsplit("/", 1)[-1]: self.get_text(path) for path in paths}
            self.made[paths] = (to_yaml(texts), texts)
        return self.made[paths][0]

    def as_secrets(self) -> str:
        """Give the files as data of a Secret: names without folders, and contents in base64."""
        return to_yaml(
            {path.rsplit("/", 1)[-1]: base64.b64encode(data).decode() for path, data in self.items()}
        )

    def lines(self, path: str) -> GoList:
        """Give a file's lines; a line feed at the end makes no empty last line."""
        text = self.get_text(path)
        return GoList(text.removesuffix("\n").split("\n") if text else [])


_METHODS: dict[str, Method[Files]] = {
    "Get": method(Files.get_text, "string"),
    "GetBytes": method(Files.get_bytes, "string"),
    "Glob": method(Files.glob, "string"),
    "AsConfig": method(Files.as_config),
    "AsSecrets": method(Files.as_secrets),
    "Lines": method(Files.lines, "string"),
}


def _by_bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
