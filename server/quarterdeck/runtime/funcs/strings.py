"""Texts: trimming, cutting, replacing, searching, indenting. Lengths and positions count bytes, as in Go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.runtime.funcs.bytewise import byte_length, byte_slice, from_bytes, latin1, to_bytes
from quarterdeck.runtime.funcs.letters import WHITE_SPACE
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoList, GoMap

if TYPE_CHECKING:
    from quarterdeck.runtime.context import Context


@function("hello", "func() string")
def hello() -> str:
    """Greet."""
    return "Hello!"


@function("trim", "func(string) string")
def trim(text: str) -> str:
    """Drop white space at both ends. Source: strings.TrimSpace."""
    return text.strip(WHITE_SPACE)


@function("trimAll", "func(string, string) string")
@function("trimall", "func(string, string) string")
def trim_all(characters: str, text: str) -> str:
    """Drop all of the characters at both ends. Source: strings.Trim."""
    return text.strip(characters)


@function("trimSuffix", "func(string, string) string")
def trim_suffix(suffix: str, text: str) -> str:
    """Drop the suffix, once."""
    return text.removesuffix(suffix)


@function("trimPrefix", "func(string, string) string")
def trim_prefix(prefix: str, text: str) -> str:
    """Drop the prefix, once."""
    return text.removeprefix(prefix)


@function("nospace", "func(string) string")
def nospace(text: str) -> str:
    """Drop all white space; a text that has any is read byte by byte. Source: goutils.DeleteWhiteSpace."""
    characters = latin1(text)
    kept = "".join(char for char in characters if char not in WHITE_SPACE)
    return text if len(kept) == len(characters) else kept


@function("contains", "func(string, string) bool")
def contains(part: str, text: str) -> bool:
    """Tell whether the text contains the part."""
    return part in text


@function("hasPrefix", "func(string, string) bool")
def has_prefix(prefix: str, text: str) -> bool:
    """Tell whether the text starts with the prefix."""
    return text.startswith(prefix)


@function("hasSuffix", "func(string, string) bool")
def has_suffix(suffix: str, text: str) -> bool:
    """Tell whether the text ends with the suffix."""
    return text.endswith(suffix)


@function("replace", "func(string, string, string) string", effect="context")
def replace(context: Context, old: str, new: str, text: str) -> str:
    """Replace every `old` by `new`; an empty `old` stands before and after each rune.

    Source: strings.Replace.
    """
    if len(new) > len(old):
        places = text.count(old)
        context.budget.check_length(len(text) + places * (len(new) - len(old)))
    return text.replace(old, new)


@function("repeat", "func(int, string) string", effect="context")
def repeat(context: Context, count: int, text: str) -> str:
    """Give the text `count` times. Source: strings.Repeat."""
    if count < 0:
        raise GoError("strings: negative Repeat count")
    if count * byte_length(text) >= 1 << 63:
        raise GoError("strings: Repeat output length overflow")
    context.budget.check_length(count * len(text))
    return text * count if text else ""


@function("indent", "func(int, string) string", effect="context")
def indent(context: Context, spaces: int, text: str) -> str:
    """Put `spaces` spaces before each line, empty ones too. Source: sprig strings.go, indent."""
    if spaces < 0:
        raise GoError("strings: negative Repeat count")
    context.budget.check_length(len(text) + spaces * (1 + text.count("\n")))
    pad = " " * spaces
    return pad + text.replace("\n", "\n" + pad)


@function("nindent", "func(int, string) string", effect="context")
def nindent(context: Context, spaces: int, text: str) -> str:
    """Give a line feed and the text indented. Source: sprig strings.go, nindent."""
    return "\n" + indent(context, spaces, text)


@function("plural", "func(string, string, int) string")
def plural(one: str, many: str, count: int) -> str:
    """Give `one` for a count of 1, `many` otherwise."""
    return one if count == 1 else many


@function("trunc", "func(int, string) string")
def trunc(length: int, text: str) -> str:
    """Keep the first `length` bytes, or the last `-length`. Source: sprig strings.go, trunc."""
    size = byte_length(text)
    if length >= 0:
        return byte_slice(text, 0, length) if size > length else text
    return byte_slice(text, size + length, size) if size + length > 0 else text


@function("substr", "func(int, int, string) string")
def substr(start: int, end: int, text: str) -> str:
    """Give the bytes from `start` to `end`, to the last one if `end` is negative.

    Source: sprig, substring.
    """
    size = byte_length(text)
    if start < 0:
        if end < 0:
            raise GoError(f"runtime error: slice bounds out of range [:{end}]")
        if end > size:
            raise GoError(f"runtime error: slice bounds out of range [:{end}] with length {size}")
        return byte_slice(text, 0, end)
    if end < 0 or end > size:
        end = size
    if start > end:
        raise GoError(f"runtime error: slice bounds out of range [{start}:{end}]")
    return byte_slice(text, start, end)


@function("abbrev", "func(int, string) string")
def abbrev(width: int, text: str) -> str:
    """Shorten to `width` bytes, the last three of them dots; widths under 4 change nothing."""
    return text if width < 4 else _abbreviate(text, 0, width)


@function("abbrevboth", "func(int, int, string) string")
def abbrevboth(left: int, right: int, text: str) -> str:
    """Shorten to `right` bytes around the byte `left`, with dots at both ends. Source: sprig strings.go."""
    if right < 4 or (left > 0 and right < 7):
        return text
    return _abbreviate(text, left, right)


def _abbreviate(text: str, offset: int, width: int) -> str:
    """Shorten `text` to `width` bytes of which the byte `offset` is one. Source: goutils.AbbreviateFull."""
    data = to_bytes(text)
    size = len(data)
    if size <= width:
        return text
    offset = min(offset, size)
    if size - offset < width - 3:
        offset = size - (width - 3)
    if offset <= 4:
        return from_bytes(data[: width - 3]) + "..."
    if width < 7:
        return ""
    if offset + width - 3 < size:
        rest = data[offset:]
        inner = width - 3
        shown = rest if len(rest) <= inner else rest[: inner - 3] + b"..."
        return "..." + from_bytes(shown)
    return "..." + from_bytes(data[size - (width - 3) :])


@function("split", "func(string, string) map[string]string")
def split(separator: str, text: str) -> GoMap:
    """Give the parts as a map with the keys _0, _1, ….  Source: sprig strings.go, split."""
    return _numbered(split_text(text, separator, -1))


@function("splitn", "func(string, int, string) map[string]string")
def splitn(separator: str, count: int, text: str) -> GoMap:
    """Give at most `count` parts as a map with the keys _0, _1, …. Source: sprig strings.go, splitn."""
    return _numbered(split_text(text, separator, count))


@function("splitList", "func(string, string) []string")
def split_list(separator: str, text: str) -> GoList:
    """Give the parts between the separators. Source: strings.Split."""
    return GoList(split_text(text, separator, -1))


def split_text(text: str, separator: str, count: int) -> list[str]:
    """Split into at most `count` parts, all if negative; an empty separator splits runes.

    Source: strings.SplitN.
    """
    if count == 0:
        return []
    if separator:
        return text.split(separator, count - 1 if count > 0 else -1)
    characters = list(text)
    if 0 < count < len(characters):
        characters[count - 1 :] = ["".join(characters[count - 1 :])]
    return characters


def _numbered(parts: list[str]) -> GoMap:
    return GoMap({f"_{index}": part for index, part in enumerate(parts)})


@function("wrap", "func(int, string) string")
def wrap(width: int, text: str) -> str:
    """Break lines of `width` bytes at spaces, leaving long words whole. Source: goutils.Wrap."""
    return _wrap(text, width, "\n", breaks_words=False)


@function("wrapWith", "func(int, string, string) string", effect="context")
def wrap_with(context: Context, width: int, separator: str, text: str) -> str:
    """Break lines of `width` bytes with the separator, inside long words too. Source: goutils.WrapCustom."""
    context.budget.check_length(len(text) + len(separator) * (byte_length(text) // max(width, 1)))
    return _wrap(text, width, separator or "\n", breaks_words=True)


def _wrap(text: str, width: int, separator: str, *, breaks_words: bool) -> str:
    width = max(width, 1)
    data, line_end = to_bytes(text), to_bytes(separator)
    pieces: list[bytes] = []
    offset = 0
    while len(data) - offset > width:
        if data[offset] == 0x20:
            offset += 1
            continue
        space = data.rfind(b" ", offset, offset + width + 1)
        if space < 0 and not breaks_words:
            space = data.find(b" ", offset + width)
            if space < 0:
                break
        if space < 0:
            pieces += (data[offset : offset + width], line_end)
            offset += width
        else:
            pieces += (data[offset:space], line_end)
            offset = space + 1
    pieces.append(data[offset:])
    return from_bytes(b"".join(pieces))


@function("initials", "func(string) string")
def initials(text: str) -> str:
    """Give the first byte of each word. Source: goutils.Initials."""
    result: list[str] = []
    is_after_gap = True
    for char in latin1(text):
        if char in WHITE_SPACE:
            is_after_gap = True
        elif is_after_gap:
            result.append(char)
            is_after_gap = False
    return "".join(result)
