"""Code objects of units: compiling the generated source, and their form on disk."""

from __future__ import annotations

import marshal
from types import CodeType
from typing import TYPE_CHECKING

from quarterdeck.compiler.codegen import generate
from quarterdeck.compiler.expressions import NotCompilableError

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


def dump_code(code: CodeType) -> bytes:
    """Give the bytes of a code object for this Python version."""
    return marshal.dumps(code, _MARSHAL_VERSION)


def load_code(data: bytes) -> CodeType | None:
    """Read what `dump_code` gave; None for anything else.

    Only for bytes whose checksum was verified: `marshal` trusts its input.
    """
    try:
        code = marshal.loads(data)  # noqa: S302 - a private, checksummed cache; pickle would be no safer
    except (EOFError, ValueError, TypeError):
        return None
    return code if isinstance(code, CodeType) else None
