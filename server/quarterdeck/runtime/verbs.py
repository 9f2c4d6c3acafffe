"""How Go's `fmt` prints one operand under one verb, such as `%-8.3v`.

Source: fmt print.go (printArg, printValue) and format.go.
"""

from __future__ import annotations

from typing import Any, cast

from quarterdeck.runtime.floats import SHORTEST, format_float
from quarterdeck.runtime.goerror import BudgetError
from quarterdeck.runtime.kinds import go_kind, go_type, is_integer, is_unsigned, sorted_keys
from quarterdeck.runtime.quoting import can_backquote, quote, quote_ascii, quote_rune
from quarterdeck.runtime.values import GoStruct, NamedInt, NilList, NilMap, Uint8

ADDRESS = 0xC000012345
"""What stands for every address in memory, so that rendering twice gives the same text."""

LARGEST_TEXT = 64 * 1024 * 1024
"""How many characters one call of Sprintf may pad or round to: a short layout can ask for any number."""

MAX_NESTING = 10_000
"""Containers inside each other that are printed."""

_CHEAP_FILL = 1_000
"""Widths and precisions up to this are not counted."""

_POINTER_KINDS = frozenset({"chan", "func", "map", "ptr", "slice"})
_STRING_VERBS = frozenset("vsxXq")
_INTEGER_BASES = {"v": "d", "d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}

_NOT_BASIC = (GoStruct, NamedInt, dict, list, bytes)
"""What `fmt` asks for methods before it looks at the verb; `%w` is refused there."""


class Spec:
    """The flags, width and precision in front of a verb; `%+v` and `%#v` have flags of their own."""

    minus = False
    plus = False
    sharp = False
    space = False
    zero = False
    plus_v = False
    sharp_v = False
    width: int | None = None
    precision: int | None = None
    filled = 0
    """Characters that wide or long elements were given so far."""
    is_erroring = False
    """Whether a value is being printed as part of an error: its own methods are not asked then."""

    def spend(self) -> None:
        """Count the width and precision of one more element.

        Raises:
            BudgetError: all of them together are too much.
        """
        cost = (self.width or 0) + (self.precision or 0)
        if cost > _CHEAP_FILL:
            self.filled += cost
            check_text_length(self.filled)

    def pad(self, text: str) -> str:
        """Fill the text to the width, on the side that the flags say."""
        if not self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        return text.rjust(self.width, "0" if self.zero else " ")

    def pad_with_spaces(self, text: str) -> str:
        """Fill the text to the width with spaces even where zeros are asked for."""
        if not self.width:
            return text
        return text.ljust(self.width) if self.minus else text.rjust(self.width)


def check_text_length(length: int) -> None:
    """Refuse to print `length` characters if that is too much.

    Raises:
        BudgetError: it is.
    """
    if length > LARGEST_TEXT:
        raise BudgetError(f"a text of {length} characters exceeds the limit of {LARGEST_TEXT}")


def check_nesting(depth: int) -> None:
    """Refuse to print a container inside of `depth` others if that is too deep, as in one that holds itself.

    Raises:
        BudgetError: it is.
    """
    if depth > MAX_NESTING:
        raise BudgetError("a value is nested too deeply to be printed")


def format_operand(value: Any, verb: str, spec: Spec) -> str:
    """Give the text of one operand of Printf under `verb`.

    Source: fmt print.go, printArg.
    """
    if value is None:
        return spec.pad("<nil>") if verb in "Tv" else _bad_verb(None, verb, spec)
    if verb == "T":
        return _format_string(go_type(value), "s", spec)
    if verb == "p":
        return _format_pointer(value, verb, spec)
    if isinstance(value, bytes):
        return _format_bytes(value, verb, spec, "[]byte", 0)
    return _format_value(value, verb, spec, 0)


def _format_value(value: Any, verb: str, spec: Spec, depth: int) -> str:
    """Give the text of a value that is not nil at the top (`depth` 0) or inside of another."""
    if value.__class__ is str:
        return _format_string(value, verb, spec)
    handled = _format_by_method(value, verb, spec)
    if handled is not None:
        return handled
    if value is True or value is False:
        return spec.pad("true" if value else "false") if verb in "tv" else _bad_verb(value, verb, spec)
    if is_integer(value):
        return _format_integer(value, verb, spec)
    if isinstance(value, float):
        return _format_float(value, verb, spec)
    if isinstance(value, complex):
        return _format_complex(value, verb, spec)
    if isinstance(value, dict):
        return _format_map(cast("dict[str, Any]", value), verb, spec, depth)
    if isinstance(value, list):
        return _format_slice(cast("list[Any]", value), verb, spec, depth)
    if isinstance(value, bytes):
        if verb in _STRING_VERBS and verb != "v":
            return _format_bytes(value, verb, spec, "[]uint8", depth)
        return _format_slice(value, verb, spec, depth)
    return _format_struct(value, verb, spec, depth)


def _format_by_method(value: Any, verb: str, spec: Spec) -> str | None:
    """Give what the value's own String, Error or GoString makes of it, None where `fmt` does not ask."""
    if spec.is_erroring:
        return None
    if verb == "w" and isinstance(value, _NOT_BASIC):
        return _bad_verb(value, verb, spec)
    if not isinstance(value, (GoStruct, NamedInt)):
        return None
    if spec.sharp_v:
        text = value.go_string() if isinstance(value, GoStruct) else None
        return None if text is None else _format_string(text, "s", spec)
    if verb not in _STRING_VERBS or (isinstance(value, GoStruct) and not value.is_stringer):
        return None
    return _format_string(value.format(), verb, spec)


def _bad_verb(value: Any, verb: str, spec: Spec) -> str:
    if value is None:
        return f"%!{verb}(<nil>)"
    spec.is_erroring = True
    text = f"%!{verb}({go_type(value)}={format_operand(value, 'v', spec)})"
    spec.is_erroring = False
    return text


def _format_string(text: str, verb: str, spec: Spec) -> str:
    if verb == "v":
        verb = "q" if spec.sharp_v else "s"
    if verb == "s":
        return spec.pad(text if spec.precision is None else text[: spec.precision])
    if verb in {"x", "X"}:
        return _hexadecimal(text.encode("utf-8", "surrogateescape"), verb, spec)
    if verb != "q":
        return _bad_verb(text, verb, spec)
    if spec.precision is not None:
        text = text[: spec.precision]
    if spec.sharp and can_backquote(text):
        return spec.pad(f"`{text}`")
    return spec.pad(quote_ascii(text) if spec.plus else quote(text))


def _hexadecimal(data: bytes, verb: str, spec: Spec) -> str:
    if spec.precision is not None:
        data = data[: spec.precision]
    if not data:
        return spec.pad("")
    prefix = f"0{verb}" if spec.sharp else ""
    digits = data.hex(" ") if spec.space else data.hex()
    if verb == "X":
        digits = digits.upper()
    if spec.space:
        digits = digits.replace(" ", f" {prefix}")
    return spec.pad(prefix + digits)


def _format_bytes(data: bytes, verb: str, spec: Spec, type_name: str, depth: int) -> str:
    text = data.decode("utf-8", "surrogateescape")
    if verb in {"s", "q", "x", "X"}:
        return _format_string(text, verb, spec)
    check_text_length(len(data) * ((spec.width or 0) + (spec.precision or 0)))
    if verb == "v" and spec.sharp_v:
        return f"{type_name}{{{', '.join(_prefixed_hex(byte, spec) for byte in data)}}}"
    if verb in {"v", "d"}:
        return f"[{' '.join(_integer_text(byte, verb, spec) for byte in data)}]"
    return _format_slice(data, verb, spec, depth)


def _prefixed_hex(number: int, spec: Spec) -> str:
    sharp, spec.sharp = spec.sharp, True
    text = _integer_text(number, "x", spec)
    spec.sharp = sharp
    return text


def _format_integer(value: int, verb: str, spec: Spec) -> str:
    if verb == "v" and spec.sharp_v and is_unsigned(value):
        return _prefixed_hex(value, spec)
    if verb in _INTEGER_BASES:
        return _integer_text(value, verb, spec)
    code = value if value >= 0 else value + (1 << 64)
    if verb == "c":
        is_valid = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
        return spec.pad(chr(code) if is_valid else "\ufffd")
    if verb == "q":
        return spec.pad(quote_rune(code, is_ascii_only=spec.plus))
    if verb == "U":
        text = f"U+{code:0{max(4, spec.precision or 0)}X}"
        if spec.sharp and code <= 0x10FFFF:
            quoted = quote_rune(code)
            if len(quoted) == 3 or code in {0x27, 0x5C}:
                text += f" '{chr(code)}'"
        return spec.pad_with_spaces(text)
    return _bad_verb(value, verb, spec)


def _integer_text(value: int, verb: str, spec: Spec) -> str:
    """Give the digits of an integer with the sign, prefix, zeros and padding that the flags ask for.

    Source: fmt format.go, fmtInteger.
    """
    base = _INTEGER_BASES[verb]
    if spec.precision is not None:
        least = spec.precision
        if least == 0 and value == 0:
            return " " * (spec.width or 0)
    elif spec.zero and not spec.minus and spec.width is not None:
        least = spec.width - (1 if value < 0 or spec.plus or spec.space else 0)
    else:
        least = 0
    digits = format(abs(int(value)), base).rjust(least, "0")
    if spec.sharp:
        if base == "o":
            digits = digits if digits[0] == "0" else f"0{digits}"
        elif base != "d":
            digits = f"0{base}{digits}"
    if verb == "O":
        digits = f"0o{digits}"
    if value < 0:
        digits = f"-{digits}"
    elif spec.plus:
        digits = f"+{digits}"
    elif spec.space:
        digits = f" {digits}"
    return spec.pad_with_spaces(digits)


def _format_float(value: float, verb: str, spec: Spec) -> str:
    if verb in {"v", "b", "g", "G", "x", "X"}:
        return _float_text(value, "g" if verb == "v" else verb, SHORTEST, spec)
    if verb in {"f", "F", "e", "E"}:
        return _float_text(value, "f" if verb == "F" else verb, 6, spec)
    return _bad_verb(value, verb, spec)


def _float_text(value: float, verb: str, precision: int, spec: Spec) -> str:
    """Give the number with the sign, point and padding that the flags ask for.

    Source: fmt format.go, fmtFloat.
    """
    if spec.precision is not None:
        precision = spec.precision
    text = format_float(value, verb, precision)
    if text[0] not in "+-":
        text = f"+{text}"
    if spec.space and text[0] == "+" and not spec.plus:
        text = f" {text[1:]}"
    if text[1] in "IN":
        is_bare = text[1] == "N" and not spec.space and not spec.plus
        return spec.pad_with_spaces(text[1:] if is_bare else text)
    if spec.sharp and verb != "b":
        text = _with_point(text, verb, precision)
    if not spec.plus and text[0] == "+":
        return spec.pad(text[1:])
    if spec.zero and not spec.minus and spec.width is not None and spec.width > len(text):
        return text[0] + text[1:].rjust(spec.width - 1, "0")
    return spec.pad(text)


def _with_point(text: str, verb: str, precision: int) -> str:
    """Add the decimal point and the trailing zeros that the `#` flag keeps."""
    missing = 0
    if verb in {"g", "G", "x"}:
        missing = 6 if precision == SHORTEST else precision
    sign, number, tail = text[0], text[1:], ""
    for mark in "pP" if verb in {"x", "X"} else "eE":
        number, found, exponent = number.partition(mark)
        tail = tail or found + exponent
    has_point = "." in number
    significant = number.replace(".", "").lstrip("0")
    missing -= len(significant)
    if not has_point:
        if number == "0":
            missing -= 1
        number += "."
    return sign + number + "0" * max(missing, 0) + tail


def _format_complex(value: complex, verb: str, spec: Spec) -> str:
    if verb not in {"v", "b", "g", "G", "x", "X", "f", "F", "e", "E"}:
        return _bad_verb(value, verb, spec)
    real = _format_float(value.real, verb, spec)
    plus, spec.plus = spec.plus, True
    imaginary = _format_float(value.imag, verb, spec)
    spec.plus = plus
    return f"({real}{imaginary}i)"


def _format_element(value: Any, verb: str, spec: Spec, depth: int) -> str:
    """Give the text of what stands in an interface inside a map, slice or struct."""
    spec.spend()
    check_nesting(depth)
    if value is None:
        return "interface {}(nil)" if spec.sharp_v else "<nil>"
    return _format_value(value, verb, spec, depth + 1)


def _format_map(value: dict[str, Any], verb: str, spec: Spec, depth: int) -> str:
    if spec.sharp_v and value.__class__ is NilMap:
        return f"{go_type(value)}(nil)"
    pairs = [
        f"{_format_string(key, verb, spec)}:{_format_element(value[key], verb, spec, depth)}"
        for key in sorted_keys(value)
    ]
    if spec.sharp_v:
        return f"{go_type(value)}{{{', '.join(pairs)}}}"
    return f"map[{' '.join(pairs)}]"


def _format_slice(value: list[Any] | bytes, verb: str, spec: Spec, depth: int) -> str:
    if spec.sharp_v and value.__class__ is NilList:
        return f"{go_type(value)}(nil)"
    if isinstance(value, bytes):
        check_text_length(len(value) * ((spec.width or 0) + (spec.precision or 0)))
        if spec.sharp_v:
            texts = [_prefixed_hex(byte, spec) for byte in value]
        elif verb in _INTEGER_BASES:
            texts = [_integer_text(byte, verb, spec) for byte in value]
        else:
            texts = [_format_integer(Uint8(byte), verb, spec) for byte in value]
    else:
        texts = [_format_element(item, verb, spec, depth) for item in value]
    if spec.sharp_v:
        return f"{go_type(value)}{{{', '.join(texts)}}}"
    return f"[{' '.join(texts)}]"


def _format_struct(value: GoStruct, verb: str, spec: Spec, depth: int) -> str:
    kind = value.kind
    if kind == "ptr" and depth > 0:
        return _format_pointer(value, verb, spec)
    if kind not in {"ptr", "struct"}:
        return _format_string(value.format(), verb if verb in _STRING_VERBS else "v", spec)
    mark = "&" if kind == "ptr" else ""
    fields = value.fields()
    if spec.sharp_v:
        name = go_type(value).removeprefix("*")
        inner = ", ".join(f"{name}:{_format_element(item, verb, spec, depth)}" for name, item in fields)
        return f"{mark}{name}{{{inner}}}"
    if spec.plus_v:
        inner = " ".join(f"{name}:{_format_element(item, verb, spec, depth)}" for name, item in fields)
    else:
        inner = " ".join(_format_element(item, verb, spec, depth) for _, item in fields)
    return f"{mark}{{{inner}}}"


def _format_pointer(value: Any, verb: str, spec: Spec) -> str:
    """Give an address, always the same one.

    Source: fmt print.go, fmtPointer.
    """
    if go_kind(value) not in _POINTER_KINDS:
        return _bad_verb(value, verb, spec)
    address = 0 if value.__class__ in {NilMap, NilList} else ADDRESS
    if verb == "v" and spec.sharp_v:
        return f"({go_type(value)})({_prefixed_hex(address, spec)})"
    if verb in {"v", "p"}:
        sharp, spec.sharp = spec.sharp, not spec.sharp
        text = _integer_text(address, "x", spec)
        spec.sharp = sharp
        return text
    if verb in {"b", "o", "d", "x", "X"}:
        return _integer_text(address, verb, spec)
    return _bad_verb(value, verb, spec)
