"""Patterns of file names: those of `.helmignore` and those of `.Files.Glob`.

Both are translated to regular expressions that match in linear time, because the patterns come from charts.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import Any, NamedTuple

_IS_WINDOWS = os.name == "nt"


class PatternError(ValueError):
    """A pattern is malformed; `str()` is Go's text."""


# --- .helmignore ---------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def compile_file_pattern(pattern: str) -> re.Pattern[str]:
    """Translate a pattern as Go's `filepath.Match` reads it; use `fullmatch` on a path with `/`.

    Source: path/filepath match.go. A star never gives back what it took once the text after it matched, as
    there, so that no pattern takes more than quadratic time.

    Raises:
        PatternError: the pattern is malformed.
    """
    chunks = _split_at_stars(pattern)
    parts = [_chunk_to_regex(chunks[0][1])]
    for index, (_, chunk) in enumerate(chunks[1:], start=1):
        expression = _chunk_to_regex(chunk)
        if index == len(chunks) - 1:
            parts.append(f"[^/]*{expression}")
        else:
            parts.append(f"(?>[^/]*?{expression})")
    return re.compile("".join(parts), re.DOTALL)


def _split_at_stars(pattern: str) -> list[tuple[bool, str]]:
    """Cut `pattern` into chunks; all but the first follow one or more stars."""
    chunks: list[tuple[bool, str]] = []
    current = ""
    in_class = False
    index = 0
    is_first = True
    while index < len(pattern):
        char = pattern[index]
        if char == "\\" and not _IS_WINDOWS and index + 1 < len(pattern):
            current += pattern[index : index + 2]
            index += 2
            continue
        if char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        if char == "*" and not in_class:
            chunks.append((not is_first, current))
            is_first = False
            current = ""
            while index < len(pattern) and pattern[index] == "*":
                index += 1
            continue
        current += char
        index += 1
    chunks.append((not is_first, current))
    return chunks


def _chunk_to_regex(chunk: str) -> str:
    parts: list[str] = []
    index = 0
    while index < len(chunk):
        char = chunk[index]
        if char == "[":
            expression, index = _class_to_regex(chunk, index + 1)
            parts.append(expression)
        elif char == "?":
            parts.append("[^/]")
            index += 1
        elif char == "\\" and not _IS_WINDOWS:
            if index + 1 == len(chunk):
                raise PatternError("syntax error in pattern")
            parts.append(re.escape(chunk[index + 1]))
            index += 2
        else:
            parts.append(re.escape(char))
            index += 1
    return "".join(parts)


def _class_to_regex(chunk: str, index: int) -> tuple[str, int]:
    """Translate the class after `[`; give the expression and where the chunk goes on."""
    is_negated = chunk.startswith("^", index)
    index += is_negated
    ranges: list[str] = []
    while not (ranges and chunk.startswith("]", index)):
        low, index = _class_char(chunk, index)
        high = low
        if chunk[index] == "-":
            high, index = _class_char(chunk, index + 1)
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            ranges.append("")
    body = "".join(ranges)
    if not body:
        return ("(?s:.)" if is_negated else "(?!)"), index + 1
    return f"[{'^' if is_negated else ''}{body}]", index + 1


def _class_char(chunk: str, index: int) -> tuple[str, int]:
    if index >= len(chunk) or chunk[index] in "-]":
        raise PatternError("syntax error in pattern")
    if chunk[index] == "\\" and not _IS_WINDOWS:
        index += 1
    if index + 1 >= len(chunk):
        raise PatternError("syntax error in pattern")
    return chunk[index], index + 1


# --- .Files.Glob ---------------------------------------------------------------------------------------


class FileGlob(NamedTuple):
    """A compiled pattern of `.Files.Glob`."""

    expression: Any

    def matches(self, path: str) -> bool:
        """Tell whether the path of a file, with `/` between its parts, matches."""
        clean = path.encode("utf-8", "replace").decode("utf-8")
        return self.expression.fullmatch(clean) is not None


@lru_cache(maxsize=512)
def compile_files_glob(pattern: str) -> FileGlob:
    """Translate a pattern of `.Files.Glob`: `*`, `**`, `?`, `[a-z]`, `[!abc]`, `{one,two}`, escapes.

    A malformed pattern matches everything, as in Helm. gobwas panics over some empty alternatives (`a{}`) and
    finds nothing for others (`*{}`), which is not imitated: here they are empty.
    Source: Helm pkg/engine/files.go, Glob; github.com/gobwas/glob, syntax/lexer and syntax/ast.
    """
    try:
        expression = _glob_to_regex(pattern)
    except PatternError:
        expression = ".*"
    return FileGlob(_compile_linear(f"(?s:{expression})"))


def _compile_linear(expression: str) -> Any:
    import re2  # noqa: PLC0415 - loaded by the few charts that glob

    compiler: Any = re2
    return compiler.compile(expression)


def _glob_to_regex(pattern: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in pattern):
        raise PatternError("could not read rune")
    text = pattern.split("\0", 1)[0]
    parts: list[str] = []
    depth = 0
    index = 0
    while index < len(text):
        char = text[index]
        if char == "{":
            depth += 1
            parts.append("(?:")
        elif char == "," and depth:
            parts.append("|")
        elif char == "}" and depth:
            depth -= 1
            parts.append(")")
        elif char == "[":
            expression, index = _glob_class(text, index + 1)
            parts.append(expression)
            continue
        elif char == "?":
            parts.append("[^/]")
        elif text.startswith("**", index):
            parts.append(".*")
            index += 1
        elif char == "*":
            parts.append("[^/]*")
        elif char == "\\":
            index += 1
            parts.append(re.escape(text[index : index + 1]))
        else:
            parts.append(re.escape(char))
        index += 1
    return "".join(parts) + ")" * depth


def _glob_class(text: str, index: int) -> tuple[str, int]:
    is_negated = text.startswith("!", index)
    index += is_negated
    prefix = "^" if is_negated else ""
    if text.startswith("-", index + 1):
        low, high, close = text[index : index + 1], text[index + 2 : index + 3], text[index + 3 : index + 4]
        if not high or close != "]" or high < low:
            raise PatternError("could not parse range")
        return f"[{prefix}{_escape_in_class(low)}-{_escape_in_class(high)}]", index + 4
    chars: list[str] = []
    while index < len(text) and text[index] != "]":
        if text[index] == "\\":
            index += 1
        chars.append(text[index : index + 1])
        index += 1
    if index >= len(text) or not "".join(chars):
        raise PatternError("could not parse range")
    return f"[{prefix}{''.join(map(_escape_in_class, chars))}]", index + 1


def _escape_in_class(char: str) -> str:
    return f"\\x{{{ord(char):x}}}" if char else ""
