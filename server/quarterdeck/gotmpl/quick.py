"""The quick reading of the tags that templates are full of.

A tag's text is split into words by one regular expression. Each word has a letter for its kind, and the
letters of all its words decide what it is (a `_Plan`). The outcome (a `Shape`) is remembered by the tag's
text, so that the same text elsewhere only makes its nodes anew, with their own offsets. Whatever is not
plainly right, or plainly simple, is left to `goparser`, which gives the same nodes: both agree on every tag
that this module reads.

What is remembered depends on a tag's text alone, and is bounded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import msgspec

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

if TYPE_CHECKING:
    from collections.abc import Container

_MOST_SHAPES = 8192
_MOST_WORDS = 16384
_MOST_PLANS = 4096
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
_OTHER: Final = 12

Word: TypeAlias = tuple[int, Any, int, int, str]
"""Kind, payload (names of a field, a value, …), length, length with the space behind it, letter."""

# Every alternative but the last two is a word with the space behind it; the last takes what is not
# understood. Names must end where Go lets them end, and a field or variable is taken with all its fields.
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

# Letters of words. An operand's is a capital where space follows it; `w` is a variable with fields, `c`
# (which no word has by itself) a field right after a parenthesis, `x` what is odd.
_LETTERS = {
    _FIELD: "f", _IDENTIFIER: "i", _STRING: "s", _DOT: "d", _PIPE: "p", _OPEN: "l", _CLOSE: "r", _NUMBER: "n",
    _BOOL: "b", _NIL: "z",
}  # fmt: skip
_KEYWORDS = {
    "if": "1", "else": "2", "end": "3", "with": "4", "range": "5", "define": "6", "template": "7",
    "block": "8", "break": "9", "continue": "0",
}  # fmt: skip
_KINDS = {
    "1": TagKind.IF, "2": TagKind.ELSE, "21": TagKind.ELSE_IF, "24": TagKind.ELSE_WITH, "3": TagKind.END,
    "4": TagKind.WITH, "5": TagKind.RANGE, "6": TagKind.DEFINE, "7": TagKind.TEMPLATE, "8": TagKind.BLOCK,
    "9": TagKind.BREAK, "0": TagKind.CONTINUE, "": TagKind.ACTION,
}  # fmt: skip
_PLAIN: dict[str, tuple[int, Any, str]] = {
    ".": (_DOT, None, "d"),
    "|": (_PIPE, None, "p"),
    "(": (_OPEN, None, "l"),
    ")": (_CLOSE, None, "r"),
    "true": (_BOOL, True, "b"),
    "false": (_BOOL, False, "b"),
    "nil": (_NIL, None, "z"),
    ":=": (_OTHER, None, ":"),
    "=": (_OTHER, None, "="),
    ",": (_OTHER, None, ","),
    "{{": (_OTHER, None, "{"),
    "{{-": (_OTHER, None, "{"),
    "}}": (_OTHER, None, "}"),
    "-}}": (_OTHER, None, "]"),
    **{word: (_OTHER, None, letter) for word, letter in _KEYWORDS.items()},
}

_TAG_LETTERS = re.compile(
    r"\{(?P<keyword>2[14]|[0-9])?(?P<name>(?<=[678])[sS])?"
    r"(?P<declared>(?:(?<=5)[vV],)?(?:[vV]:|V=))?(?P<pipeline>.*)[}\]]"
)
_WRONG = re.compile(
    r"[fisvwdnbzc][fisvwdnbzlFISVWDNBZ]|r[isvwdnbzlISVWDNBZ]"  # operands without space between them
    r"|l[rRp]|p[rRp]|^p|p$|^$"  # an empty command, in parentheses too, and the trailing pipe that Go forgives
    r"|p[dnbzsDNBZS]"  # a pipe into what cannot be called
    r"|[^a-zA-Z]|[xX]"
)


# --- words -------------------------------------------------------------------------------------------------


class _Words(dict[str, Word]):
    """Texts of words -> what they are."""

    def __missing__(self, text: str) -> Word:
        word = _classify(text)
        if len(text) <= _LONGEST_REMEMBERED:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[text] = word
        return word


def _classify(text: str) -> Word:
    full = len(text)
    word = text.rstrip(SPACE)
    length = len(word)
    kind, payload, letter = _PLAIN.get(word) or _classify_operand(word)
    if length < full and letter not in "pl":
        letter = letter.upper()
    return kind, payload, length, full, letter


def _classify_operand(word: str) -> tuple[int, Any, str]:
    first = word[:1]
    if first == ".":
        return _FIELD, tuple(word[1:].split(".")), "f"
    if first == "$":
        name, *fields = word.split(".")
        return _VARIABLE, (name, tuple(fields)), "w" if fields else "v"
    if len(word) > 1 and first in '"`':
        try:
            return _STRING, (word, unquote(word)), "s"
        except LiteralError:
            return _OTHER, None, "x"
    if word.isidentifier() and word.isascii():
        return _IDENTIFIER, word, "i"
    if word.isascii() and (first.isdigit() or (first == "-" and word[1:2].isdigit())):
        value = parse_number(word)
        return _NUMBER, (word, value.int_value, value.float_value), "n"
    return _OTHER, None, "x"


# --- plans and shapes --------------------------------------------------------------------------------------


class _Plan(NamedTuple):
    """What a tag is, by the letters of its words."""

    kind: TagKind
    is_odd: bool
    name: int = 0
    """Index of the word that is the name of a define, block or template; 0: there is none."""
    declared: tuple[int, ...] = ()
    """Indices of the words that are variables before `:=` or `=`."""
    assigns: bool = False
    pipeline: int = 0
    """Index of the first word of the pipeline, its variables included."""
    commands: int = 0
    """Index of the first word of the commands."""
    chains: tuple[int, ...] = ()
    """Indices of the words that are fields of what stands in parentheses before them."""


class _Plans(dict[str, _Plan]):
    """Letters -> plans."""

    def __missing__(self, letters: str) -> _Plan:
        plan = _make_plan(letters)
        if len(letters) <= _LONGEST_REMEMBERED:
            if len(self) >= _MOST_PLANS:
                self.clear()
            self[letters] = plan
        return plan


def _make_plan(letters: str) -> _Plan:
    match = _TAG_LETTERS.fullmatch(letters)
    if match is None:
        keyword = re.match(r"\{(2[14]|[0-9])", letters)
        return _Plan(_KINDS[keyword[1]] if keyword else TagKind.ACTION, is_odd=True)
    kind = _KINDS[match["keyword"] or ""]
    name = match.start("name") if match["name"] else 0
    declared = match["declared"] or ""
    start = match.start("declared") if declared else match.start("pipeline")
    commands = match.start("pipeline")
    pipeline = match["pipeline"]
    if kind in (TagKind.BREAK, TagKind.CONTINUE):
        # Either may be a function's name; that is for the exact parser to say.
        return _Plan(kind, is_odd=True)
    takes_none = kind in (TagKind.END, TagKind.ELSE, TagKind.DEFINE)
    if not pipeline and not declared and (takes_none or kind is TagKind.TEMPLATE):
        is_odd = not name and kind in (TagKind.DEFINE, TagKind.TEMPLATE)
        return _Plan(kind, is_odd, name)
    chains: tuple[int, ...] = ()
    if "rf" in pipeline or "rF" in pipeline:
        chains = tuple([commands + place.start() + 1 for place in re.finditer("r[fF]", pipeline)])
        pipeline = pipeline.replace("rf", "rc").replace("rF", "rC")
    if takes_none or (kind in (TagKind.TEMPLATE, TagKind.BLOCK) and not name) or not _is_right(pipeline):
        return _Plan(kind, is_odd=True)
    variables = tuple([start + place for place, letter in enumerate(declared) if letter in "vV"])
    return _Plan(kind, False, name, variables, declared.endswith("="), start, commands, chains)  # noqa: FBT003  by place


def _is_right(pipeline: str) -> bool:
    """Tell whether Go would accept a pipeline of these letters, names aside; false when in doubt."""
    if _WRONG.search(pipeline):
        return False
    if "l" not in pipeline and "r" not in pipeline.lower():
        return True
    depth = 0
    for letter in pipeline:
        if letter == "l":
            depth += 1
        elif letter in "rR":
            depth -= 1
        if not 0 <= depth <= MAX_PARENTHESES:
            return False
    return depth == 0


class Shape(msgspec.Struct, frozen=True, gc=False):
    """What a tag's text is, wherever it stands; offsets count from the tag's start."""

    kind: TagKind
    trims_left: bool
    trims_right: bool
    words: tuple[Word, ...] | None
    """The words of the commands, if it has any; None: the tag has to be read by `goparser`."""
    words_start: int = 0
    declared: tuple[tuple[str, int], ...] = ()
    """Variables before `:=` or `=`, each with where it begins."""
    assigns: bool = False
    pipeline_start: int = 0
    name: str = ""
    name_start: int = 0
    name_end: int = 0


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
_plans = _Plans()
SHAPES: Final = _Shapes()
"""The shape of every tag that begins with `{{` and ends with `}}`."""


def forget() -> None:
    """Drop all that was remembered, so that the next reading starts cold."""
    _words.clear()
    _plans.clear()
    SHAPES.clear()


def _find_shape(source: str) -> Shape:
    trims_left = source[2] == "-" and source[3] in SPACE
    trims_right = source[-3] == "-" and source[-4] in SPACE
    if source.startswith("/*", 4 if trims_left else 2):
        words = () if _COMMENT.fullmatch(source) else None
        return Shape(TagKind.COMMENT, trims_left, trims_right, words)
    words = tuple(map(_words.__getitem__, _WORDS.findall(source)))
    letters = "".join([word[4] for word in words])
    kind, is_odd, name_at, declared_at, assigns, pipeline_at, commands_at, chains = _plans[letters]
    if is_odd or (letters[-1] == "]" and not trims_right):
        return Shape(kind, trims_left, trims_right, None)
    name, name_start, name_end = "", 0, 0
    if name_at:
        name_word = words[name_at]
        name = name_word[1][1]
        name_start = words[0][3] + words[1][3]
        name_end = name_start + name_word[2]
    if not commands_at:
        return Shape(kind, trims_left, trims_right, (), 0, (), False, 0, name, name_start, name_end)  # noqa: FBT003
    at = words[0][3]
    for word in words[1:pipeline_at]:
        at += word[3]
    start = at
    declared: tuple[tuple[str, int], ...] = ()
    if declared_at:
        for index in range(pipeline_at, commands_at):
            if index in declared_at:
                declared = (*declared, (words[index][1][0], at))
            at += words[index][3]
    if chains:
        words = tuple([(_CHAIN, *word[1:]) if index in chains else word for index, word in enumerate(words)])
    return Shape(
        kind,
        trims_left,
        trims_right,
        words[commands_at:-1],
        at,
        declared,
        assigns,
        start,
        name,
        name_start,
        name_end,
    )


# --- nodes -------------------------------------------------------------------------------------------------


def build_pipeline(
    shape: Shape, at: int, visible: Container[str], functions: Container[str]
) -> Pipeline | None:
    """Make the pipeline of a shape whose tag starts at offset `at`; None when it names what is not there.

    The variables that the shape declares have to be in `visible` already.
    """
    start = at + shape.pipeline_start
    declared = shape.declared
    variables: tuple[Variable, ...] = ()
    if declared:
        variables = tuple([Variable(at + place, at + place + len(name), name) for name, place in declared])
    words = shape.words or ()
    assigns = shape.assigns
    at += shape.words_start
    if len(words) == 1 and words[0][0] == _FIELD:
        _, names, length, _, _ = words[0]
        end = at + length
        return Pipeline(start, end, variables, assigns, (Command(at, end, (Field(at, end, names),)),))
    outer: list[tuple[list[Command], list[Expression], int, int, int]] = []
    commands: list[Command] = []
    args: list[Expression] = []
    inner_start = command_start = at
    opened = end = at
    for kind, payload, length, full, _ in words:
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
            node = Pipeline(inner_start, end, (), False, tuple(commands))  # noqa: FBT003  by place
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
    return Pipeline(start, end, variables, assigns, tuple(commands))
