"""What the user lays over a chart's values: files, flags, or a mapping.

Source: Helm pkg/cli/values/options.go, MergeValues.
"""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from quarterdeck.chart.problems import BAD_FLAG, BAD_VALUES, TOO_LARGE, stop
from quarterdeck.chart.strvals import SetError, SetKind, decode_json_object, parse_set_line
from quarterdeck.chart.values_file import (
    MAX_VALUES_DEPTH,
    MAX_VALUES_SIZE,
    depth_exceeds,
    merge_maps,
    read_values_text,
    values_finding,
)
from quarterdeck.diagnostics.model import Finding, Place
from quarterdeck.errors import OptionError, ReadError
from quarterdeck.runtime.values import Int64

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import BinaryIO


MAX_FLAG_FILE_SIZE = 64 * 1024 * 1024
"""The most that is read of a file that a flag names, for it may be a device without end."""
COMMAND_LINE = "command line"
"""The path shown for what stands in flags."""
CALLER_VALUES = "values"
"""The path shown for values that a program handed over."""


@dataclass(frozen=True, slots=True)
class ValuesFile:
    """One `-f` file: its path as the user gave it, and its text.

    For values that stand inside a file of another kind, `start` is where line 1, column 1 of the text stands.
    """

    path: str
    text: str
    start: Place | None = None

    @property
    def label(self) -> str:
        """What a person would call it."""
        return f"-f {self.path}" if self.start is None else f"{self.path}:{self.start.line}"


@dataclass(frozen=True, slots=True)
class SetFlag:
    """One `--set` or one of its siblings, with its argument.

    `place` is where it is written, if not on the command line; `read_file` then gives the content of a file
    that it names.
    """

    kind: SetKind
    text: str
    place: Place | None = None
    read_file: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """What one file, flag or mapping says by itself; `label` names it to a person (`-f prod.yaml`)."""

    label: str
    values: dict[str, Any]
    file: ValuesFile | None = None
    flag: SetFlag | None = None


_ORDER: tuple[SetKind, ...] = ("set-json", "set", "set-string", "set-file", "set-literal")
"""The order in which Helm takes the flags, each kind in the order of the command line."""


@dataclass(frozen=True, kw_only=True)
class ValuesInput:
    """All that is laid over a chart's values: `mapping`, then `-f` files, then flags by kind.

    `refusals` tell of files that should be among them and cannot be read: Helm would stop at them.
    """

    mapping: Mapping[str, Any] = field(default_factory=dict[str, Any])
    files: tuple[ValuesFile, ...] = ()
    flags: tuple[SetFlag, ...] = ()
    read_file: Callable[[str], str] | None = None
    """Gives the content of a file that `--set-file` names; reads the disk if there is none."""
    refusals: tuple[Finding, ...] = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> ValuesInput:
        """Take values as a program has them: as JSON would carry them, so that every number is a float.

        Raises:
            OptionError: something in `values` has no counterpart in JSON.
        """
        return cls(mapping=to_tree(values))

    @property
    def values(self) -> dict[str, Any]:
        """All layers merged, in a tree that nobody else changes; as far as they can be read."""
        return self._merged[0]

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What makes Helm refuse files or flags, in its order."""
        return self._merged[1]

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """What each file, flag and mapping says by itself, the strongest last."""
        layers: list[Layer] = []
        if self.mapping:
            layers.append(Layer(CALLER_VALUES, dict(self.mapping)))
        layers.extend(
            Layer(file.label, read_values_text(file.text).values, file=file)
            for file in self.files
            if len(file.text) <= MAX_VALUES_SIZE
        )
        for flag in self._ordered_flags:
            values: dict[str, Any] = {}
            try:
                self._apply(flag, values)
            except SetError:
                continue
            layers.append(Layer(f"--{flag.kind} {flag.text}", values, flag=flag))
        return tuple(layers)

    @property
    def _ordered_flags(self) -> list[SetFlag]:
        return sorted(self.flags, key=lambda flag: _ORDER.index(flag.kind))

    @cached_property
    def _merged(self) -> tuple[dict[str, Any], tuple[Finding, ...]]:
        values = dict(self.mapping)
        problems: list[Finding] = [*self.refusals]
        for file in self.files:
            if len(file.text) > MAX_VALUES_SIZE:
                message = f"the values file is larger than {MAX_VALUES_SIZE} bytes and is not used"
                proposal = "Split off what templates do not need."
                place = file.start or Place(file.path)
                problems.append(stop(TOO_LARGE, place, message, helm="", proposal=proposal))
                continue
            read = read_values_text(file.text)
            if read.error is not None:
                helm = f"failed to parse {file.path}: "
                problems.append(
                    values_finding(BAD_VALUES, file.path, read.error, helm_prefix=helm, start=file.start)
                )
            values = merge_maps(values, read.values)
        if not self.flags:
            return values, tuple(problems)
        # Flags are parsed into the tree itself, so it must not share maps with the files' trees.
        values = _copy(values)
        for flag in self._ordered_flags:
            try:
                self._apply(flag, values)
            except SetError as error:
                problems.append(_flag_finding(flag, str(error)))
        return values, tuple(problems)

    def _apply(self, flag: SetFlag, values: dict[str, Any]) -> None:
        """Lay one flag over `values`, which is changed.

        Raises:
            SetError: the flag makes no sense; the text is what follows Helm's `failed parsing …`.
        """
        read_file = flag.read_file or self.read_file or read_local_file
        if sum(map(flag.text.count, "[{.")) > MAX_VALUES_DEPTH // 2:
            _refuse_deep(flag, read_file)
        trimmed = flag.text.strip()
        if flag.kind == "set-json" and trimmed.startswith("{"):
            merged = merge_maps(values, decode_json_object(trimmed))
            values.clear()
            values.update(merged)
        else:
            parse_set_line(flag.text, values, flag.kind, read_file=read_file)


def _refuse_deep(flag: SetFlag, read_file: Callable[[str], str]) -> None:
    """Look at a flag by itself.

    Raises:
        SetError: its values are nested too deeply, or it makes no sense.
    """
    trimmed = flag.text.strip()
    values: dict[str, Any] = {}
    if flag.kind == "set-json" and trimmed.startswith("{"):
        values = decode_json_object(trimmed)
    else:
        parse_set_line(flag.text, values, flag.kind, read_file=read_file)
    if depth_exceeds(values, MAX_VALUES_DEPTH):
        raise SetError(f"the values are nested more than {MAX_VALUES_DEPTH} deep")


def to_tree(values: Mapping[str, Any]) -> dict[str, Any]:
    """Make a tree of plain maps, lists, texts, floats, booleans and nulls.

    Raises:
        OptionError: something has no counterpart in JSON.
    """
    tree: dict[str, Any] = _to_tree(values, MAX_VALUES_DEPTH)
    return tree


def _to_tree(value: Any, levels: int) -> Any:
    if levels < 0:
        raise OptionError(f"the values are nested more than {MAX_VALUES_DEPTH} deep")
    match value:
        case None | bool() | Int64():
            return value
        case str():
            return "".join((value[:1], value[1:])) if len(value) > 1 else str(value)
        case int() | float():
            return _to_float(value)
        case list() | tuple():
            return [_to_tree(item, levels - 1) for item in cast("list[Any]", value)]
        case _:
            if not isinstance(value, abc.Mapping):
                raise OptionError(f"values cannot hold a {type(value).__name__}")
            mapping = cast("Mapping[Any, Any]", value)
            return {_to_key(key): _to_tree(item, levels - 1) for key, item in mapping.items()}


def _to_key(key: Any) -> str:
    if not isinstance(key, str):
        raise OptionError(f"keys of values must be texts, not {key!r}")
    return key


def _to_float(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        raise OptionError(f"the number {value} is too large") from None
    if number - number != 0.0:
        raise OptionError(f"values cannot hold {value}")
    return number * 1.0


def _copy(value: Any) -> Any:
    if value.__class__ is dict:
        return {key: _copy(item) for key, item in value.items()}
    if value.__class__ is list:
        return [_copy(item) for item in value]
    return value


def _flag_finding(flag: SetFlag, reason: str) -> Finding:
    if flag.kind != "set-json":
        helm = f"failed parsing --{flag.kind} data: {reason}"
    elif flag.text.strip().startswith("{"):
        helm = f"failed parsing --set-json data JSON: {flag.text}"
    else:
        helm = f"failed parsing --set-json data {flag.text}"
    message = f"`--{flag.kind} {flag.text}` makes no sense: {reason}"
    proposal = "Write name=value; put a backslash before a comma, dot or bracket that belongs to the text."
    return stop(BAD_FLAG, flag.place or Place(COMMAND_LINE), message, helm=helm, proposal=proposal)


def read_local_file(path: str) -> str:
    """Give the text of a file that a flag names; bytes that are not UTF-8 become lone surrogates.

    Raises:
        ReadError: it cannot be read, where the text is Go's, or has no end.
    """
    try:
        with Path(path).open("rb") as stream:
            return read_stream(stream, path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ReadError(f"open {path}: {reason}") from error


def read_stream(stream: BinaryIO, name: str) -> str:
    """Give the text of a stream that a flag names.

    Raises:
        ReadError: it is larger than anything that is meant to be values, or has no end.
        OSError: it cannot be read.
    """
    data = stream.read(MAX_FLAG_FILE_SIZE + 1)
    if len(data) > MAX_FLAG_FILE_SIZE:
        raise ReadError(f"{name} is larger than {MAX_FLAG_FILE_SIZE} bytes")
    return data.decode("utf-8", "surrogateescape")


def read_values_files(paths: Iterable[str]) -> tuple[ValuesFile, ...]:
    """Read `-f` files.

    Raises:
        ReadError: one cannot be read.
    """
    return tuple(ValuesFile(path, read_local_file(path)) for path in paths)
