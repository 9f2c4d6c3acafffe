"""The quick reading of the tags that templates are full of.

A tag's text is split into words by one regular expression and checked once; the result (a `Shape`) is remembered, so
that the same text elsewhere only makes its nodes anew, with their own offsets. Whatever is not plainly right,
or plainly simple, is left to `goparser`, which gives the same nodes: both agree on every tag that this module reads.

What is remembered depends on a tag's text alone, and is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any, Final, NamedTuple, TypeAlias

from quarterdeck.gotmpl.golexer import SPACE
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
    Nil,
    Number,
    Pipeline,
    String,
    Variable,
)

_MOST_SHAPES = 8192
_MOST_WORDS = 16384
_LONGEST_REMEMBERED = 400

# Kinds of words, as integers for the sake of the loop in `build_pipeline`.
_FIELD: Final = 0
_IDENTIFIER: Final = 1
_STRING: Final = 2
_VARIABLE: Final = 3
_DOT: Final = 4
_PIPE: Final = 5
_OPEN: Final = 6
_CLOSE: Final = 7
_NUMBER: Final = 8
_BOOL: Final = 9
_NIL: Final = 10
_CHAIN: Final = 11
_DECLARES: Final = 12
_COMMA: Final = 13
_KEYWORD: Final = 14
_LEFT: Final = 15
_RIGHT: Final = 16
_TRIMMING_RIGHT: Final = 17
_ODD: Final = 18

Word: TypeAlias = tuple[int, Any, int, int]
"""Kind, payload (names of a field, a value, …), length, length with the space behind it."""

# Every alternative but the last two is a word with the space behind it; the last takes what is not understood.
# Names must end where Go lets them end, and a field or variable is taken with all its fields.
_WORDS = re.compile(
    r"""
    (?: \$?(?:\.[A-Za-z_][A-Za-z0-9_]*+)++
      | \$?[A-Za-z_][A-Za-z0-9_]*+(?:\.[A-Za-z_][A-Za-z0-9_]*+)*+
      | \$
      | \.(?![A-Za-z0-9_])
    ) (?=[ \t\r\n|),(:.}]) [ \t\r\n]*+
    | "(?:[^"\\\n]++|\\[^\n])*+" [ \t\r\n]*+
    | `[^`]*+` [ \t\r\n]*+
    | [|()] [ \t\r\n]*+
    | -?(?:0|[1-9][0-9]{0,17}+)(?:\.[0-9]{1,15}+)?(?=[ \t\r\n|)}]) [ \t\r\n]*+
    | :?= [ \t\r\n]*+
    | , [ \t\r\n]*+
    | \{\{(?:-[ \t\r\n])?+ [ \t\r\n]*+
    | -?\}\}
    | (?s:.)
    """,
    re.VERBOSE,
)
_COMMENT = re.compile(r"\{\{(?:-[ \t\r\n])?/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/(?:[ \t\r\n]-)?\}\}")
_COMMENT_START = re.compile(r"\{\{(?:-[ \t\r\n])?/\*")

_KEYWORDS = {
    "block": TagKind.BLOCK,
    "break": TagKind.BREAK,
    "continue": TagKind.CONTINUE,
    "define": TagKind.DEFINE,
    "else": TagKind.ELSE,
    "end": TagKind.END,
    "if": TagKind.IF,
    "range": TagKind.RANGE,
    "template": TagKind.TEMPLATE,
    "with": TagKind.WITH,
}

# One letter per kind of word, a capital where space follows an operand: a pipeline's words become a text that one
# expression checks. A field right after a parenthesis has a letter of its own.
_LETTERS = "fisvdplrnbzcxxxxxxx"
_CAPITALS = "FISVDplRNBZCxxxxxxx"
_WRONG = re.compile(
    r"[fisvdnbzc][fisvdnbzlFISVDNBZ]|r[isvdnbzlISVDNBZ]"  # operands without space between them
    r"|l[rRp]|p[rRp]|^p|p$|^$"  # an empty command, also in parentheses, and the trailing pipe that Go forgives
    r"|p[dnbzsDNBZS]"  # a pipe into what cannot be called
    r"|x"
)


class Shape(NamedTuple):
    """What a tag's text is, wherever it stands; offsets count from the tag's start."""

    kind: TagKind
    trims_left: bool
    trims_right: bool
    words: tuple[Word, ...] | None
    """The words of the pipeline, if it has one; None: the tag has to be read by `goparser`."""
    words_start: int = 0
    declared: tuple[tuple[str, int], ...] = ()
    """Variables before `:=` or `=`, each with where it begins."""
    assigns: bool = False
    pipeline_start: int = 0
    name: str = ""
    name_start: int = 0
    name_end: int = 0


# --- words -------------------------------------------------------------------------------------------------


def _classify(text: str) -> Word:
    full = len(text)
    word = text.rstrip(SPACE)
    length = len(word)
    kind, payload = _classify_word(word)
    return kind, payload, length, full


def _classify_word(word: str) -> tuple[int, Any]:
    first = word[:1]
    if word in _PLAIN:
        return _PLAIN[word]
    if first == ".":
        return _FIELD, tuple(word[1:].split("."))
    if first == "$":
        name, *fields = word.split(".")
        return _VARIABLE, (name, tuple(fields))
    if len(word) > 1 and first in '"`':
        try:
            return _STRING, (word, unquote(word))
        except LiteralError:
            return _ODD, None
    if first == "{":
        return _LEFT, None
    if word.isascii() and (first.isdigit() or (first == "-" and word[1:2].isdigit())):
        value = parse_number(word)
        return _NUMBER, (word, value.int_value, value.float_value)
    if word.isascii() and word.isidentifier():
        return _IDENTIFIER, word
    return _ODD, None


_PLAIN: dict[str, tuple[int, Any]] = {
    ".": (_DOT, None),
    "|": (_PIPE, None),
    "(": (_OPEN, None),
    ")": (_CLOSE, None),
    "true": (_BOOL, True),
    "false": (_BOOL, False),
    "nil": (_NIL, None),
    ":=": (_DECLARES, False),
    "=": (_DECLARES, True),
    ",": (_COMMA, None),
    "}}": (_RIGHT, None),
    "-}}": (_TRIMMING_RIGHT, None),
    **{word: (_KEYWORD, kind) for word, kind in _KEYWORDS.items()},
}


class _Words(dict[str, Word]):
    """Texts of words -> what they are."""

    def __missing__(self, text: str) -> Word:
        word = _classify(text)
        if len(text) <= _LONGEST_REMEMBERED:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[text] = word
        return word


# --- shapes ------------------------------------------------------------------------------------------------


class _Shapes(dict[str, Shape]):
    """Texts of tags -> their shapes."""

    def __missing__(self, source: str) -> Shape:
        shape = _find_shape(source)
        if len(source) <= _LONGEST_REMEMBERED:
            if len(self) >= _MOST_SHAPES:
                self.clear()
            self[source] = shape
        return shape


_words = _Words()
SHAPES: Final = _Shapes()
"""The shape of every tag that begins with `{{` and ends with `}}`."""


def forget() -> None:
    """Drop all that was remembered, so that the next reading starts cold."""
    _words.clear()
    SHAPES.clear()


def _find_shape(source: str) -> Shape:
    trims_left = source[2] == "-" and source[3] in SPACE
    trims_right = source[-3] == "-" and source[-4] in SPACE
    if _COMMENT_START.match(source):
        words = () if _COMMENT.fullmatch(source) else None
        return Shape(TagKind.COMMENT, trims_left, trims_right, words)
    words = tuple(map(_words.__getitem__, _WORDS.findall(source)))
    kind, taken = _keyword(words)
    odd = Shape(kind, trims_left, trims_right, None)
    if words[-1][0] == _TRIMMING_RIGHT:
        if words[-2][2] == words[-2][3]:
            return odd
    elif words[-1][0] != _RIGHT:
        return odd
    at = sum(word[3] for word in words[:taken])
    inner = words[taken:-1]
    if kind in (TagKind.END, TagKind.ELSE):
        return odd if inner else Shape(kind, trims_left, trims_right, ())
    if kind in (TagKind.BREAK, TagKind.CONTINUE):
        # Either may be a function's name; that is for the exact parser to say.
        return odd
    name, name_start, name_end = "", 0, 0
    if kind in (TagKind.DEFINE, TagKind.TEMPLATE, TagKind.BLOCK):
        if not inner or inner[0][0] != _STRING:
            return odd
        name, name_start, name_end = inner[0][1][1], at, at + inner[0][2]
        at += inner[0][3]
        inner = inner[1:]
        if not inner and kind is not TagKind.BLOCK:
            return Shape(kind, trims_left, trims_right, (), 0, (), False, 0, name, name_start, name_end)
        if kind is TagKind.DEFINE:
            return odd
    start = at
    declared, assigns, count = _declarations(inner, at, is_range=kind is TagKind.RANGE)
    at += sum(word[3] for word in inner[:count])
    pipeline = _checked(inner[count:])
    if pipeline is None:
        return odd
    return Shape(
        kind, trims_left, trims_right, pipeline, at, declared, assigns, start, name, name_start, name_end
    )


def _keyword(words: tuple[Word, ...]) -> tuple[TagKind, int]:
    """Give the tag's kind and how many words say it, the delimiter included."""
    if len(words) < 2 or words[1][0] != _KEYWORD:
        return TagKind.ACTION, 1
    kind: TagKind = words[1][1]
    if kind is TagKind.ELSE and len(words) > 2 and words[2][0] == _KEYWORD:
        if words[2][1] is TagKind.IF:
            return TagKind.ELSE_IF, 3
        if words[2][1] is TagKind.WITH:
            return TagKind.ELSE_WITH, 3
    return kind, 2


def _declarations(
    words: tuple[Word, ...], at: int, *, is_range: bool
) -> tuple[tuple[tuple[str, int], ...], bool, int]:
    """Give the variables that the words declare or assign, whether they assign, and how many words that takes."""
    kinds = tuple(word[0] for word in words[:4])
    if kinds[:2] == (_VARIABLE, _DECLARES):
        places = (0,)
    elif is_range and kinds == (_VARIABLE, _COMMA, _VARIABLE, _DECLARES):
        places = (0, 2)
    else:
        return (), False, 0
    if any(words[place][1][1] for place in places) or not _may_assign(
        words[places[-1]], words[places[-1] + 1]
    ):
        return (), False, 0
    declared = tuple((words[place][1][0], at + sum(word[3] for word in words[:place])) for place in places)
    count = places[-1] + 2
    return declared, words[count - 1][1], count


def _may_assign(variable: Word, operator: Word) -> bool:
    """Tell whether the operator may follow: a name ends before `:=`, but not before `=`."""
    return not operator[1] or variable[2] < variable[3]


def _checked(words: tuple[Word, ...]) -> tuple[Word, ...] | None:
    """Give the words of a pipeline that Go would accept, names aside; None when in doubt."""
    letters = "".join(
        [_LETTERS[kind] if length == full else _CAPITALS[kind] for kind, _, length, full in words]
    )
    if "r" in letters:
        for glued in ("rf", "rF"):
            at = letters.find(glued)
            while at >= 0:
                _, names, length, full = words[at + 1]
                words = (*words[: at + 1], (_CHAIN, names, length, full), *words[at + 2 :])
                letters = letters[: at + 1] + ("c" if glued == "rf" else "C") + letters[at + 2 :]
                at = letters.find(glued, at)
    if _WRONG.search(letters):
        return None
    depth = 0
    for letter in letters:
        if letter == "l":
            depth += 1
            if depth > MAX_PARENTHESES:
                return None
        elif letter in "rR":
            depth -= 1
            if depth < 0:
                return None
    return None if depth else words


# --- nodes -------------------------------------------------------------------------------------------------


def build_pipeline(
    shape: Shape, at: int, visible: Container[str], functions: Container[str]
) -> Pipeline | None:
    """Make the pipeline of a shape whose tag starts at offset `at`; None when it names what is not there.

    The variables that the shape declares have to be in `visible` already.
    """
    start = at + shape[7]
    declared = shape[5]
    variables: tuple[Variable, ...] = ()
    if declared:
        variables = tuple([Variable(at + place, at + place + len(name), name) for name, place in declared])
    words = shape[3]
    assert words is not None
    at += shape[4]
    if len(words) == 1 and words[0][0] == _FIELD:
        _, names, length, _ = words[0]
        end = at + length
        return Pipeline(start, end, variables, shape[6], (Command(at, end, (Field(at, end, names),)),))
    outer: list[tuple[list[Command], list[Expression], int, int, int]] = []
    commands: list[Command] = []
    args: list[Expression] = []
    inner_start = command_start = at
    opened = end = at
    for kind, payload, length, full in words:
        if kind == _PIPE:
            commands.append(Command(command_start, end, tuple(args)))
            args = []
            at += full
            command_start = at
            continue
        if kind == _OPEN:
            outer.append((commands, args, inner_start, command_start, at))
            commands, args = [], []
            at += full
            inner_start = command_start = at
            continue
        if kind == _CLOSE:
            commands.append(Command(command_start, end, tuple(args)))
            node = Pipeline(inner_start, end, (), False, tuple(commands))
            commands, args, inner_start, command_start, opened = outer.pop()
            args.append(node)
            end = at + length
            at += full
            continue
        end = at + length
        if kind == _FIELD:
            args.append(Field(at, end, payload))
        elif kind == _IDENTIFIER:
            if payload not in functions:
                return None
            args.append(Identifier(at, end, payload))
        elif kind == _STRING:
            args.append(String(at, end, payload[0], payload[1]))
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
        elif kind == _NIL:
            args.append(Nil(at, end))
        else:
            args[-1] = Chain(opened, end, args[-1], payload)
        at += full
    commands.append(Command(command_start, end, tuple(args)))
    return Pipeline(start, end, variables, shape[6], tuple(commands))
