"""The quick reading of the tags that templates are full of.

A tag's text is split into words by one regular expression, and each distinct word is classified once. Nodes
are made from the words in one pass, which gives up on whatever is not plainly right: that is left to
`goparser`, which gives the same nodes. Both agree on every tag that this module reads.

What is remembered (words, and the words of a tag) depends on a tag's text alone, and is bounded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from quarterdeck.gotmpl.golexer import KEYWORDS, SPACE
from quarterdeck.gotmpl.goparser import MAX_PARENTHESES, TagKind
from quarterdeck.gotmpl.literals import LiteralError, parse_number, unquote
from quarterdeck.gotmpl.nodes import (
    Bool,
    Chain,
    Command,
    Dot,
    Expression,
    Field,
    Identifier,
    If,
    Nil,
    Number,
    Pipeline,
    Range,
    String,
    Variable,
    With,
)
from quarterdeck.gotmpl.recovery import is_chained_else

if TYPE_CHECKING:
    from collections.abc import Container


_MOST_READ = 16_000_000
"""So many characters are read before what is remembered of them is dropped."""

# Kinds of words, as integers for the sake of the loop in `build_pipeline`; operands first.
_FIELD: Final = 0
_STRING: Final = 1
_IDENTIFIER: Final = 2
_VARIABLE: Final = 3
_DOT: Final = 4
_NUMBER: Final = 5
_BOOL: Final = 6
_NIL: Final = 7
_OPEN: Final = 8
_CLOSE: Final = 9
_PIPE: Final = 10
_DECLARATION: Final = 11
_OTHER: Final = 12

BranchClass: TypeAlias = type[If] | type[With] | type[Range]
Word: TypeAlias = tuple[int, Any, int, int]
"""Kind, payload (names of a field, a value, …), length, length with the space behind it.

The payload of an opening parenthesis or pipe symbol is the function's name right behind it, or None, and
where that begins; the word then ends with the name.
"""

# Every alternative but the last is a word with the space behind it; the last takes what is not understood.
# Fields are right as they are split; whether another word is right is for `_classify`, once for each text.
_WORDS = re.compile(
    r"""
    (?: \.[A-Za-z_][A-Za-z0-9_]*+ )++ [ \t\r\n]*+
    | [A-Za-z_$][A-Za-z0-9_.]*+ [ \t\r\n]*+
        (?: , [ \t\r\n]*+ \$[A-Za-z0-9_]*+ [ \t\r\n]*+ )?+ (?: (?: (?<=[ \t\r\n]) | : ) = [ \t\r\n]*+ )?+
    | "(?:[^"\\\n]++|\\[^\n])*+" [ \t\r\n]*+
    | [|(] [ \t\r\n]*+ (?: [A-Za-z_][A-Za-z0-9_]*+ [ \t\r\n]*+ )?+
    | [.)] [ \t\r\n]*+
    | \{\{(?:-[ \t\r\n])?+ [ \t\r\n]*+ (?: else[ \t\r\n]++ )?+ (?: [A-Za-z_][A-Za-z0-9_]*+ [ \t\r\n]*+ )?+
    | -?+ (?: \}\} | [0-9][A-Za-z0-9_.]*+ [ \t\r\n]*+ )
    | `[^`]*+` [ \t\r\n]*+
    | (?s:.)
    """,
    re.VERBOSE,
)
_COMMENT = re.compile(r"\{\{(?:-[ \t\r\n])?/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/(?:[ \t\r\n]-)?\}\}")
_FIELDS_OF = re.compile(
    r"(?P<name>\$(?:[A-Za-z_][A-Za-z0-9_]*+)?+)(?P<fields>(?:\.[A-Za-z_][A-Za-z0-9_]*+)*+)"
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_NUMERAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17}+)(?:\.[0-9]{1,15}+)?")
_DECLARED = re.compile(
    r"(\$[A-Za-z_][A-Za-z0-9_]*+)[ \t\r\n]*+"
    r"(?:,[ \t\r\n]*+(\$[A-Za-z_][A-Za-z0-9_]*+)[ \t\r\n]*+(?=:))?+(:?)=[ \t\r\n]*+"
)
_HEAD = re.compile(
    r"\{\{(?P<trim>-[ \t\r\n])?+[ \t\r\n]*+(?P<else>else[ \t\r\n]++)?+"
    r"(?P<name>[A-Za-z_][A-Za-z0-9_]*+)?+(?P<space>[ \t\r\n]*+)"
)

_PLAIN: dict[str, tuple[int, Any]] = {
    ".": (_DOT, None),
    ")": (_CLOSE, None),
    "true": (_BOOL, True),
    "false": (_BOOL, False),
    "nil": (_NIL, None),
    **{word: (_OTHER, None) for word in KEYWORDS if word != "nil"},
}
_NO_WORD: Word = (_OTHER, None, 0, 0)
_NOT_NAMES = frozenset(_PLAIN)
BRANCHES: Final[dict[TagKind, BranchClass]] = {TagKind.IF: If, TagKind.WITH: With, TagKind.RANGE: Range}
"""Kinds of tags that open a block with branches -> its node."""

# What follows a head.
_PIPELINE: Final = 0
_NOTHING: Final = 1
_TEMPLATE_NAME: Final = 2
_UNKNOWN: Final = 3

# `break` and `continue` may be names of functions; that is for the exact parser to say.
_KEYWORDS = {
    "if": (TagKind.IF, _PIPELINE),
    "else": (TagKind.ELSE, _NOTHING),
    "end": (TagKind.END, _NOTHING),
    "with": (TagKind.WITH, _PIPELINE),
    "range": (TagKind.RANGE, _PIPELINE),
    "define": (TagKind.DEFINE, _TEMPLATE_NAME),
    "template": (TagKind.TEMPLATE, _TEMPLATE_NAME),
    "block": (TagKind.BLOCK, _TEMPLATE_NAME),
    "break": (TagKind.BREAK, _UNKNOWN),
    "continue": (TagKind.CONTINUE, _UNKNOWN),
}
_CHAINED = {"if": TagKind.ELSE_IF, "with": TagKind.ELSE_WITH}
_CONSTANTS = frozenset((Bool, Dot, Nil, Number, String))


# --- words -------------------------------------------------------------------------------------------------


class _Words(dict[str, Word]):
    """Texts of words -> what they are."""

    def __missing__(self, text: str) -> Word:
        word = self[text] = _classify(text)
        return word


def _classify(text: str) -> Word:
    word = text.rstrip(SPACE)
    length = len(word)
    first = text[0]
    if first == ".":
        if length == 1:
            return _DOT, None, 1, len(text)
        return _FIELD, tuple(word[1:].split(".")), length, len(text)
    if first == '"' and "\\" not in word and length > 1:
        return _STRING, (word, word[1:-1]), length, len(text)
    if first in "(|":
        name = word[1:].lstrip(SPACE)
        kind = _OTHER if name in _NOT_NAMES else _OPEN if first == "(" else _PIPE
        return kind, (name or None, length - len(name) if name else len(text)), length, len(text)
    return *(_PLAIN.get(word) or _classify_operand(word)), length, len(text)


def _classify_operand(word: str) -> tuple[int, Any]:
    if _NAME.fullmatch(word):
        return _IDENTIFIER, word
    if len(word) > 1 and word[0] in '"`':
        try:
            return _STRING, (word, unquote(word))
        except LiteralError:
            return _OTHER, None
    match = _FIELDS_OF.fullmatch(word)
    if match:
        return _VARIABLE, (match["name"], tuple(match["fields"].split(".")[1:]))
    if _NUMERAL.fullmatch(word):
        value = parse_number(word)
        return _NUMBER, (word, value.int_value, value.float_value)
    match = _DECLARED.fullmatch(word)
    if match:
        names = [(match[group], match.start(group)) for group in (1, 2) if match[group]]
        return _DECLARATION, (tuple(names), not match[3])
    return _OTHER, None


class _Head(msgspec.Struct, frozen=True, gc=False):
    """How a tag begins, up to its first word that is neither a keyword nor a function's name."""

    kind: TagKind
    follows: int
    """What has to follow: `_PIPELINE`, …"""
    trims_left: bool
    words: tuple[Word, ...] = ()
    """The function's name, if there is one."""
    words_start: int = 0
    """Where that begins, or else the head's end."""
    opens: BranchClass | None = None


class _Heads(dict[str, _Head]):
    """Texts of heads -> what they are."""

    def __missing__(self, text: str) -> _Head:
        head = self[text] = _read_head(text)
        return head


def _read_head(text: str) -> _Head:
    match = _HEAD.fullmatch(text)
    if match is None:
        return _Head(TagKind.ACTION, _UNKNOWN, trims_left=False)
    name = match["name"]
    trims_left = match["trim"] is not None
    if match["else"]:
        if not name:
            return _Head(TagKind.ELSE, _NOTHING, trims_left)
        follows = _PIPELINE if name in _CHAINED and match["space"] else _UNKNOWN
        return _Head(_CHAINED.get(name, TagKind.ELSE), follows, trims_left, (), len(text))
    if not name:
        return _Head(TagKind.ACTION, _PIPELINE, trims_left, (), len(text))
    if name not in _KEYWORDS:
        word = _words[name + match["space"]]
        return _Head(TagKind.ACTION, _PIPELINE, trims_left, (word,), match.start("name"))
    kind, follows = _KEYWORDS[name]
    if follows != _NOTHING and not match["space"]:
        follows = _UNKNOWN
    return _Head(kind, follows, trims_left, (), len(text), BRANCHES.get(kind))


# --- shapes ------------------------------------------------------------------------------------------------


class Shape(msgspec.Struct, frozen=True, gc=False):
    """What a tag's text is, wherever it stands; offsets count from the tag's start."""

    kind: TagKind
    trims_left: bool
    trims_right: bool
    words: tuple[Word, ...] | None
    """The words of the commands, if it has any; None: the tag has to be read by `goparser`."""
    opens: BranchClass | None = None
    """The node of the block that an `if`, `with` or `range` opens."""
    words_start: int = 0
    pipeline_start: int = 0
    """Where the pipeline begins, its variables included."""
    declared: tuple[tuple[str, int], ...] = ()
    """Variables before `:=` or `=`, each with where it begins."""
    assigns: bool = False
    name: str = ""
    name_start: int = 0
    name_end: int = 0


class _Shapes(dict[str, Shape]):
    """Texts of tags -> their shapes."""

    def __missing__(self, source: str) -> Shape:
        shape = self[source] = _find_shape(source)
        return shape


_words: Final = _Words()
_read_since = 0
_find_word: Final = _words.__getitem__
_heads: Final = _Heads()
SHAPES: Final = _Shapes()
"""The shape of every tag that begins with `{{` and ends with `}}`."""


def make_room(length: int) -> None:
    """Say that a text of so many characters will be read; forgets all when very much has been read.

    What is remembered is at most what was read, so this bounds it, whatever the texts are.
    """
    global _read_since  # noqa: PLW0603  what it counts is as global
    _read_since += length
    if _read_since > _MOST_READ:
        forget()
        _read_since = length


def forget() -> None:
    """Drop all that was remembered, so that the next reading starts cold."""
    _words.clear()
    _heads.clear()
    SHAPES.clear()


def _find_shape(source: str) -> Shape:
    if "/*" in source and (source[2] == "/" or source[4] == "/"):
        return _comment_shape(source)
    texts = _WORDS.findall(source)
    head = _heads[texts[0]]
    trims_left, at, follows = head.trims_left, head.words_start, head.follows
    trims_right = False
    if texts[-1] == "-}}":
        trims_right = source[-4] in SPACE
        if not trims_right:
            follows = _UNKNOWN
    if follows == _PIPELINE:
        if len(texts) <= 2:
            return Shape(head.kind, trims_left, trims_right, head.words or None, head.opens, at, at)
        words = (*head.words, *map(_find_word, texts[1:-1]))
        if words[0][0] == _DECLARATION:
            return _declaring_shape(head, words, trims_right=trims_right)
        return Shape(head.kind, trims_left, trims_right, words, head.opens, at, at)
    if follows == _NOTHING:
        return Shape(head.kind, trims_left, trims_right, () if len(texts) == 2 else None)
    if follows == _TEMPLATE_NAME:
        return _named_shape(head, list(map(_find_word, texts[1:-1])), trims_right=trims_right)
    kind = head.kind
    if (kind is TagKind.ELSE_IF or kind is TagKind.ELSE_WITH) and not is_chained_else(source, 0):
        kind = TagKind.ELSE
    return Shape(kind, trims_left, trims_right, None)


def _comment_shape(source: str) -> Shape:
    trims_left = source[2] == "-" and source[3] in SPACE
    trims_right = source[-3] == "-" and source[-4] in SPACE
    if not source.startswith("/*", 4 if trims_left else 2):
        return Shape(TagKind.ACTION, trims_left, trims_right, None)
    return Shape(TagKind.COMMENT, trims_left, trims_right, () if _COMMENT.fullmatch(source) else None)


def _declaring_shape(head: _Head, words: tuple[Word, ...], *, trims_right: bool) -> Shape:
    """Read the words of a tag that begin with variables and `:=` or `=`."""
    kind, trims_left, start = head.kind, head.trims_left, head.words_start
    _, (names, assigns), _, length = words[0]
    if len(words) == 1 or (len(names) == 2 and kind is not TagKind.RANGE):
        return Shape(kind, trims_left, trims_right, None)
    declared = tuple([(name, start + place) for name, place in names])
    at = start + length
    return Shape(kind, trims_left, trims_right, words[1:], head.opens, at, start, declared, assigns)


def _named_shape(head: _Head, words: list[Word], *, trims_right: bool) -> Shape:
    """Read the words of a define, template or block."""
    kind, trims_left, at = head.kind, head.trims_left, head.words_start
    word, payload, length, full = words[0] if words else _NO_WORD
    has_pipeline = len(words) > 1
    if (
        word != _STRING
        or (has_pipeline and (length == full or kind is TagKind.DEFINE))
        or (kind is TagKind.BLOCK and not has_pipeline)
    ):
        return Shape(kind, trims_left, trims_right, None)
    start = at + full
    name = payload[1]
    return Shape(
        kind,
        trims_left,
        trims_right,
        tuple(words[1:]),
        None,
        start,
        start,
        (),
        False,  # noqa: FBT003  by place
        name,
        at,
        at + length,
    )


# --- nodes -------------------------------------------------------------------------------------------------


def build_pipeline(
    shape: Shape, at: int, visible: Container[str], functions: Container[str]
) -> Pipeline | None:
    """Make the pipeline of a shape whose tag starts at offset `at`; None when it is not plainly right.

    Then it is wrong, or names what is not there, or is rare. The variables that the shape declares have to be
    in `visible` already.
    """
    start = at + shape.pipeline_start
    declared = shape.declared
    variables: tuple[Variable, ...] = ()
    if declared:
        variables = tuple([Variable(at + place, at + place + len(name), name) for name, place in declared])
    at += shape.words_start
    words = shape.words or ()
    if len(words) == 1:
        kind, payload, length, _ = words[0]
        if kind == _FIELD:
            end = at + length
            return Pipeline(
                start, end, variables, shape.assigns, (Command(at, end, (Field(at, end, payload),)),)
            )
    outer: list[tuple[list[Command], list[Expression], int, int, int]] = []
    commands: list[Command] = []
    args: list[Expression] = []
    inner_start = command_start = at
    opened = end = -1
    for kind, payload, length, full in words:
        if kind < _OPEN:
            if at == end:
                # No space between operands: right only for fields of what stands in parentheses.
                if kind != _FIELD or type(args[-1]) is not Pipeline:
                    return None
                end = at + length
                args[-1] = Chain(opened, end, args[-1], payload)
                at += full
                continue
            end = at + length
            if kind == _FIELD:
                args.append(Field(at, end, payload))
            elif kind == _STRING:
                args.append(String(at, end, payload[0], payload[1]))
            elif kind == _IDENTIFIER:
                if payload not in functions:
                    return None
                args.append(Identifier(at, end, payload))
            elif kind == _VARIABLE:
                if payload[0] not in visible:
                    return None
                args.append(Variable(at, end, payload[0], payload[1]))
            elif kind == _DOT:
                args.append(Dot(at, end))
            elif kind == _NUMBER:
                args.append(Number(at, end, payload[0], payload[1], payload[2]))
            elif kind == _BOOL:
                args.append(Bool(at, end, payload))
            else:
                args.append(Nil(at, end))
            at += full
        elif kind == _CLOSE:
            if not args or not outer or (commands and type(args[0]) in _CONSTANTS):
                return None
            commands.append(Command(command_start, end, tuple(args)))
            node = Pipeline(inner_start, end, (), False, tuple(commands))  # noqa: FBT003  by place
            commands, args, inner_start, command_start, opened = outer.pop()
            args.append(node)
            end = at + length
            at += full
        elif kind < _DECLARATION:
            name, place = payload
            if kind == _OPEN:
                if at == end or len(outer) == MAX_PARENTHESES:
                    return None
                outer.append((commands, args, inner_start, command_start, at))
                commands = []
                inner_start = command_start = at + place
            else:
                if not args or (commands and type(args[0]) in _CONSTANTS):
                    return None
                commands.append(Command(command_start, end, tuple(args)))
                command_start = at + place
            if name is None:
                args = []
            else:
                if name not in functions:
                    return None
                end = at + length
                args = [Identifier(command_start, end, name)]
            at += full
        else:
            return None
    if not args or outer or (commands and type(args[0]) in _CONSTANTS):
        return None
    commands.append(Command(command_start, end, tuple(args)))
    return Pipeline(start, end, variables, shape.assigns, tuple(commands))
