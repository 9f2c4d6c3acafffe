"""Regular expressions: Go's syntax is RE2's, Go's ways of walking over matches and of replacing are its own.

The library re2 is imported with the first expression. Where it is missing, Python's `re` runs the expressions
that mean the same to both; `is_exact` tells.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from quarterdeck.runtime.funcs.bytewise import from_bytes, has_broken_bytes, to_bytes
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.quoting import can_backquote, quote
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoList, NilList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from quarterdeck.runtime.context import Context

_MESSAGES = {
    "bad repetition operator": "invalid nested repetition operator",
    "invalid character class": "invalid character class",
    "invalid character class range": "invalid character class range",
    "invalid escape sequence": "invalid escape sequence",
    "invalid named capture group": "invalid named capture",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid repetition size": "invalid repeat count",
    "invalid UTF-8": "invalid UTF-8",
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "no argument for repetition operator": "missing argument to repetition operator",
    "pattern too large - compile failed": "expression too large",
    "trailing \\": "trailing backslash at end of expression",
    "unexpected )": "unexpected )",
}
"""What RE2 says -> what Go says."""

_WITHOUT_ARGUMENT = frozenset({"expression too large", "trailing backslash at end of expression"})
_REFERENCE = r"\$(?:(\$)|\{(\w+)\}|(\w+))"
_GROUP_NUMBER = r"0|[1-9][0-9]{0,8}"
_ANY_BYTE = r"(?<!\\)(?:\\\\)*\\C"
_CONTINUATION = frozenset(range(0x80, 0xC0))


class _Found(Protocol):
    """What re2 and re both say of a match."""

    def span(self, group: int = 0, /) -> tuple[int, int]: ...
    def group(self, index: int | str = 0, /) -> bytes | None: ...


class Expression:
    """A compiled expression, over bytes."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._compiled = _compile(source)

    def search(self, data: bytes, start: int = 0) -> _Found | None:
        """Find the leftmost match at or after `start`; assertions see the bytes before it."""
        return self._compiled.search(data, start)

    def matches(self, data: bytes, limit: int) -> Iterator[tuple[int, int]]:
        """Give the spans of matches one after the other, at most `limit` of them.

        An empty match right after another match does not count. Source: regexp.go, allMatches.
        """
        start, last_end = 0, -1
        while limit > 0 and start <= len(data):
            found = self.search(data, start)
            if found is None:
                return
            begin, end = found.span()
            is_repeated = begin == end == last_end and end == start
            start = _after_rune(data, start) if end == start else end
            last_end = end
            if not is_repeated:
                limit -= 1
                yield begin, end

    def replaced(self, data: bytes) -> Iterator[_Found]:
        """Give the matches that are replaced where all are. Source: regexp.go, replaceAll."""
        start = last_end = 0
        while start <= len(data):
            found = self.search(data, start)
            if found is None:
                return
            begin, end = found.span()
            if end > last_end or begin == 0:
                yield found
            last_end = end
            start = max(_after_rune(data, start), end)

    def replace(self, data: bytes, template: list[bytes | int]) -> Iterator[bytes]:
        """Give the pieces of `data` with each match replaced."""
        done = 0
        for found in self.replaced(data):
            begin, end = found.span()
            yield data[done:begin]
            for piece in template:
                yield piece if isinstance(piece, bytes) else found.group(piece) or b""
            done = end
        yield data[done:]

    def template(self, replacement: str) -> list[bytes | int]:
        """Split a replacement into literal pieces and numbers of groups: `$1`, `$name`, `${name}`, `$$`.

        Source: regexp.go, expand and extract.
        """
        pieces: list[bytes | int] = []
        end = 0
        for reference in re.finditer(_REFERENCE, replacement):
            pieces.append(to_bytes(replacement[end : reference.start()]))
            end = reference.end()
            if reference[1]:
                pieces.append(b"$")
                continue
            name = reference[2] or reference[3]
            index = int(name) if re.fullmatch(_GROUP_NUMBER, name) else self._compiled.names.get(name, -1)
            if 0 <= index <= self._compiled.groups:
                pieces.append(index)
        pieces.append(to_bytes(replacement[end:]))
        return pieces


def _after_rune(data: bytes, position: int) -> int:
    """Give the position after the rune at `position`, one more than the length at the end."""
    position += 1
    while position < len(data) and data[position] in _CONTINUATION:
        position += 1
    return position


class _Compiled(NamedTuple):
    """What re2 and re both give: the search from a position, numbers of groups by name, how many groups."""

    search: Callable[[bytes, int], _Found | None]
    names: Mapping[str, int]
    groups: int


@cache
def _library() -> Any:
    """Give the module re2, None where there is none."""
    try:
        return import_module("re2")
    except ImportError:
        return None


def is_exact() -> bool:
    """Tell whether expressions run as Go runs them, not by Python's `re`."""
    return _library() is not None


def _compile(source: str) -> _Compiled:
    """Compile with re2, or with re where there is no re2."""
    if has_broken_bytes(source):
        raise GoError(f"error parsing regexp: invalid UTF-8: `{source}`")
    if "\\C" in source and "\\Q" not in source and re.search(_ANY_BYTE, source):
        raise GoError("error parsing regexp: invalid escape sequence: `\\C`")
    library = _library()
    if library is None:
        return _compile_with_re(source)
    options = library.Options()
    options.log_errors = False
    try:
        compiled = library.compile(source, options)
    except library.error as error:
        raise GoError(f"error parsing regexp: {_translate_error(error.args[0], source)}") from None
    return _Compiled(compiled.search, compiled.groupindex, compiled.groups)


def _translate_error(message: bytes | str, source: str) -> str:
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else message
    reason, _, argument = text.partition(": ")
    found = _MESSAGES.get(reason, reason)
    if found in _WITHOUT_ARGUMENT:
        return f"{found}: ``"
    if found in ("missing closing )", "unexpected )"):
        argument = source
    return f"{found}: `{argument}`"


def _compile_with_re(source: str) -> _Compiled:
    r"""Compile with Python's `re`, which has no `\z`, no POSIX classes, and flags at the start alone."""
    text = source.replace("\\z", "\\Z")
    for name, content in {"alpha": "A-Za-z", "digit": "0-9", "alnum": "0-9A-Za-z", "space": r"\s"}.items():
        text = text.replace(f"[:{name}:]", content)
    try:
        compiled: Any = re.compile(text.encode())
    except re.error as error:
        raise GoError(f"error parsing regexp: {error}: `{source}`") from None
    return _Compiled(compiled.search, compiled.groupindex, compiled.groups)


@lru_cache(maxsize=512)
def compile_expression(source: str) -> Expression:
    """Compile an expression, as `regexp.Compile` does.

    Raises:
        GoError: its syntax is wrong.
    """
    return Expression(source)


def _require(source: str) -> Expression:
    """Compile an expression, with the words of `regexp.MustCompile` if its syntax is wrong."""
    try:
        return compile_expression(source)
    except GoError as error:
        shown = f"`{source}`" if can_backquote(source) else quote(source)
        raise GoError(f"regexp: Compile({shown}): {error}") from None


@function("mustRegexMatch", "func(string, string) bool")
def must_regex_match(source: str, text: str) -> bool:
    """Tell whether the expression matches somewhere."""
    return compile_expression(source).search(to_bytes(text)) is not None


@function("regexMatch", "func(string, string) bool")
def regex_match(source: str, text: str) -> bool:
    """Tell whether the expression matches somewhere; one with wrong syntax never does."""
    try:
        return must_regex_match(source, text)
    except GoError:
        return False


def _find(expression: Expression, text: str) -> str:
    data = to_bytes(text)
    found = expression.search(data)
    return from_bytes(data[slice(*found.span())]) if found is not None else ""


@function("regexFind", "func(string, string) string")
def regex_find(source: str, text: str) -> str:
    """Give the first match, "" if there is none."""
    return _find(_require(source), text)


@function("mustRegexFind", "func(string, string) string")
def must_regex_find(source: str, text: str) -> str:
    """Give the first match, "" if there is none."""
    return _find(compile_expression(source), text)


def _find_all(expression: Expression, text: str, limit: int) -> GoList:
    data = to_bytes(text)
    spans = expression.matches(data, limit if limit >= 0 else len(data) + 1)
    return GoList([from_bytes(data[begin:end]) for begin, end in spans]) or NilList("[]string")


@function("regexFindAll", "func(string, string, int) []string")
def regex_find_all(source: str, text: str, limit: int) -> GoList:
    """Give at most `limit` matches, all if it is negative."""
    return _find_all(_require(source), text, limit)


@function("mustRegexFindAll", "func(string, string, int) []string")
def must_regex_find_all(source: str, text: str, limit: int) -> GoList:
    """Give at most `limit` matches, all if it is negative."""
    return _find_all(compile_expression(source), text, limit)


def _replace(context: Context, expression: Expression, text: str, template: list[bytes | int]) -> str:
    pieces: list[bytes] = []
    length = 0
    for piece in expression.replace(to_bytes(text), template):
        length += len(piece)
        if length > context.budget.max_output:
            context.budget.check_length(length)
        pieces.append(piece)
    return from_bytes(b"".join(pieces))


@function("regexReplaceAll", "func(string, string, string) string", effect="context")
def regex_replace_all(context: Context, source: str, text: str, replacement: str) -> str:
    """Replace every match; `$1`, `$name` and `${name}` in the replacement stand for groups."""
    expression = _require(source)
    return _replace(context, expression, text, expression.template(replacement))


@function("mustRegexReplaceAll", "func(string, string, string) string", effect="context")
def must_regex_replace_all(context: Context, source: str, text: str, replacement: str) -> str:
    """Replace every match; `$1`, `$name` and `${name}` in the replacement stand for groups."""
    expression = compile_expression(source)
    return _replace(context, expression, text, expression.template(replacement))


@function("regexReplaceAllLiteral", "func(string, string, string) string", effect="context")
def regex_replace_all_literal(context: Context, source: str, text: str, replacement: str) -> str:
    """Replace every match by the replacement as it is."""
    return _replace(context, _require(source), text, [to_bytes(replacement)])


@function("mustRegexReplaceAllLiteral", "func(string, string, string) string", effect="context")
def must_regex_replace_all_literal(context: Context, source: str, text: str, replacement: str) -> str:
    """Replace every match by the replacement as it is."""
    return _replace(context, compile_expression(source), text, [to_bytes(replacement)])


def _split(expression: Expression, text: str, limit: int) -> GoList:
    """Give the parts between matches, at most `limit` of them. Source: regexp.go, Split."""
    if limit == 0:
        return NilList("[]string")
    if expression.source and not text:
        return GoList([""])
    data = to_bytes(text)
    parts: list[str] = []
    begin = end = 0
    for match_begin, match_end in expression.matches(data, limit if limit > 0 else len(data) + 1):
        if len(parts) == limit - 1:
            break
        end = match_begin
        if match_end != 0:
            parts.append(from_bytes(data[begin:end]))
        begin = match_end
    if end != len(data):
        parts.append(from_bytes(data[begin:]))
    return GoList(parts)


@function("regexSplit", "func(string, string, int) []string")
def regex_split(source: str, text: str, limit: int) -> GoList:
    """Give the parts between matches, at most `limit` of them, all if it is negative."""
    return _split(_require(source), text, limit)


@function("mustRegexSplit", "func(string, string, int) []string")
def must_regex_split(source: str, text: str, limit: int) -> GoList:
    """Give the parts between matches, at most `limit` of them, all if it is negative."""
    return _split(compile_expression(source), text, limit)


@function("regexQuoteMeta", "func(string) string")
def regex_quote_meta(text: str) -> str:
    """Put a backslash before each character that means something in an expression.

    Source: regexp.QuoteMeta.
    """
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text)
