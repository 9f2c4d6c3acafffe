"""What a scenario lays over a chart's values, read."""

from __future__ import annotations

from contextlib import suppress
from posixpath import join, normpath
from typing import TYPE_CHECKING, Literal, NamedTuple

from quarterdeck.chart.overrides import SetFlag, ValuesFile, ValuesInput
from quarterdeck.chart.problems import stop
from quarterdeck.chart.strvals import SetError, parse_set_line
from quarterdeck.diagnostics.catalog import MISSING_VALUES_FILE, OUTSIDE_FILE
from quarterdeck.diagnostics.model import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.diagnostics.model import Finding
    from quarterdeck.scenarios.model import Scenario
    from quarterdeck.scenarios.model import SetFlag as Flag

    ReadText = Callable[[str], "str | Refusal | None"]


class Refusal(NamedTuple):
    """Why a file is not read: it lies out of the workspace, or the system or a limit of ours refuses.

    `reason` goes on after `the file`.
    """

    kind: Literal["outside", "unreadable"]
    reason: str


OUTSIDE = Refusal("outside", "lies out of the workspace")


def values_input(scenario: Scenario, read_text: ReadText, *, root: str | None = None) -> ValuesInput:
    """Read the files of a scenario and give all that it lays over a chart's values.

    `read_text` gives the text of a file by its absolute path (with `/`), None for one that is not there. What
    cannot be read is in the result's `refusals`, at the place where the scenario names it. With `root`, a
    path that leads out of that folder is not even asked for; links are the business of `read_text`. Nothing
    is read later.
    """
    reader = _Reader(scenario, read_text, root)
    files: list[ValuesFile] = []
    for number, layer in enumerate(scenario.layers):
        if not isinstance(layer, str):
            files.append(ValuesFile(layer.place.path, layer.text, layer.place))
            continue
        text = reader.read(layer)
        if isinstance(text, str):
            files.append(ValuesFile(layer, text))
        else:
            reader.refuse(number, layer, text)
    flags = tuple(reader.read_flag(one) for one in scenario.flags)
    return ValuesInput(files=tuple(files), flags=flags, refusals=tuple(reader.findings))


class _Reader:
    """Reads the files of one scenario, and collects what cannot be read."""

    def __init__(self, scenario: Scenario, read_text: ReadText, root: str | None) -> None:
        self._scenario = scenario
        self._read_text = read_text
        self._root = root
        self.findings: list[Finding] = []

    def read(self, path: str) -> str | Refusal | None:
        """Give the text of a file, or why there is none."""
        if self._root is not None and not is_inside(path, self._root):
            return OUTSIDE
        return self._read_text(path)

    def refuse(self, number: int, path: str, why: Refusal | None) -> None:
        """Report a layer that cannot be read."""
        scenario = self._scenario
        places = scenario.layer_places
        place = places[number] if number < len(places) else scenario.place or Place(path)
        helm = f"open {path}: no such file or directory"
        if why is None:
            message, proposal = f"there is no file {path}", "Create the file, or mend the path."
            self.findings.append(stop(MISSING_VALUES_FILE, place, message, helm=helm, proposal=proposal))
        elif why.kind == "outside":
            message = f"the file {path} {why.reason} and is not read"
            proposal = "Copy the file into the workspace, or open a folder that holds both."
            self.findings.append(stop(OUTSIDE_FILE, place, message, helm="", proposal=proposal))
        else:
            message = f"the file {path} {why.reason}"
            self.findings.append(stop(MISSING_VALUES_FILE, place, message, helm=""))

    def read_flag(self, flag: Flag) -> SetFlag:
        """Give a flag with the texts of the files that it names, as far as they can be read."""
        if flag.kind != "set-file":
            return SetFlag(flag.kind, flag.text, flag.place)
        folder = "" if flag.place is None else flag.place.path.rpartition("/")[0]
        texts: dict[str, str | Refusal | None] = {}

        def read(path: str) -> str:
            texts[path] = self.read(normpath(join(folder, path)))
            return ""

        with suppress(SetError):  # which is reported where the flag is applied
            parse_set_line(flag.text, {}, flag.kind, read_file=read)
        return SetFlag(flag.kind, flag.text, flag.place, FlagFiles(folder, tuple(texts.items())))


class FlagFiles(NamedTuple):
    """The files that a flag names, read: path as in the flag, and text or why there is none."""

    folder: str
    texts: tuple[tuple[str, str | Refusal | None], ...]

    def __call__(self, path: str) -> str:
        """Give the text of a file.

        Raises:
            SetError: it cannot be read.
        """
        text = dict(self.texts).get(path)
        if isinstance(text, str):
            return text
        full = normpath(join(self.folder, path))
        if text is None:
            raise SetError(f"open {full}: no such file or directory")
        raise SetError(f"the file {full} {text.reason}")


def is_inside(path: str, folder: str) -> bool:
    """Tell whether an absolute path without `..` lies at or below a folder."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
