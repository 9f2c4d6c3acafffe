"""Code objects of units: compiling the generated source, and their form on disk."""

from __future__ import annotations

import marshal
from types import CodeType
from typing import TYPE_CHECKING

from quarterdeck.compiler.codegen import generate
from quarterdeck.compiler.expressions import LONG_CONSTANT, NotCompilableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quarterdeck.compiler.units import Unit
    from quarterdeck.runtime.signatures import Function

FILE_NAME = "<template>"
"""Cached code is shared by every chart with the same text, so it names no file."""

_MARSHAL_VERSION = 2
"""The last version without references, whose bytes do not depend on reference counts."""


def compile_unit(unit: Unit, functions: Mapping[str, Function]) -> CodeType | None:
    """Compile a unit; None when only the interpreter can run it."""
    try:
        source, constants = generate(unit, functions)
        module = compile(source, FILE_NAME, "exec", dont_inherit=True, optimize=0)
    except (NotCompilableError, SyntaxError, RecursionError, MemoryError, ValueError):
        # SyntaxError and MemoryError: nested deeper than Python's own parser goes.
        return None
    code = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
    return code.replace(co_consts=_restored(code.co_consts, constants))


def _restored(values: tuple[object, ...], constants: tuple[str, ...]) -> tuple[object, ...]:
    """Put the long strings where their placeholders stand, in tuples of constants too."""
    restored: list[object] = []
    for value in values:
        if isinstance(value, tuple):
            restored.append(_restored(value, constants))  # pyright: ignore[reportUnknownArgumentType] - constants
        elif isinstance(value, str) and value[:1] == "\0":
            restored.append("\0" if value == "\0\0" else constants[int(value[1:])])
        else:
            restored.append(value)
    return tuple(restored)


def dump_code(code: CodeType, text: str) -> bytes:
    """Give the bytes of the code of a unit of `text`, for this Python version.

    Literal text, which is most of many templates, is not in them: they say where it stands in `text`.
    """
    spans: list[int] = []
    referring = _referring(code.co_consts, text, spans)
    if referring is None or not spans:
        return marshal.dumps((code, ()), _MARSHAL_VERSION)
    return marshal.dumps((code.replace(co_consts=referring), tuple(spans)), _MARSHAL_VERSION)


def _referring(values: tuple[object, ...], text: str, spans: list[int]) -> tuple[object, ...] | None:
    """Put placeholders where long strings of `text` stand; None where a constant could be taken for one."""
    referring: list[object] = []
    for value in values:
        kept: object = value
        if isinstance(value, tuple):
            kept = _referring(value, text, spans)  # pyright: ignore[reportUnknownArgumentType] - constants
            if kept is None:
                return None
        elif isinstance(value, str) and (len(value) > LONG_CONSTANT or value[:1] == "\0"):
            start = text.find(value) if len(value) > LONG_CONSTANT else -1
            if start >= 0:
                kept = f"\0{len(spans) // 2}"
                spans += (start, start + len(value))
            elif value == "\0":
                kept = "\0\0"
            elif value[:1] == "\0":
                return None
        referring.append(kept)
    return tuple(referring)


def load_code(data: bytes, text: str) -> CodeType | None:
    """Read what `dump_code` gave for a unit of this text; None for anything else.

    Only for bytes whose checksum was verified: `marshal` trusts its input.
    """
    try:
        code, spans = marshal.loads(data)  # noqa: S302 - a private, checksummed cache; pickle would be no safer
        if spans:
            constants = tuple([text[start:end] for start, end in zip(spans[::2], spans[1::2], strict=True)])
            code = code.replace(co_consts=_restored(code.co_consts, constants))
    except (EOFError, ValueError, TypeError, AttributeError, IndexError):
        return None
    return code if isinstance(code, CodeType) else None
