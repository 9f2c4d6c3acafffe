"""Go's parser for one tag, rule for rule: the slow, exact reading with Go's error messages.

`quick` builds the tree of nearly every tag; this module reads the rest and explains what is wrong with a tag.

Source: text/template/parse parse.go
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import TYPE_CHECKING, NamedTuple

from quarterdeck.gotmpl.golexer import SPACE, Kind, Lexer, Token
from quarterdeck.gotmpl.literals import (
    LiteralError,
    parse_complex,
    parse_number,
    quote,
    unquote,
    unquote_char,
)
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

    from quarterdeck.gotmpl.scope import Scope

MAX_PARENTHESES = 100
"""Deepest nesting of parentheses. Go's limit is 10,000; ours keeps every tree fit for recursive visitors."""

_OPERANDS = frozenset(
    (
        Kind.BOOL, Kind.CHAR_CONSTANT, Kind.COMPLEX, Kind.DOT, Kind.FIELD, Kind.IDENTIFIER, Kind.NUMBER,
        Kind.NIL, Kind.RAW_STRING, Kind.STRING, Kind.VARIABLE, Kind.LEFT_PAREN,
    )
)  # fmt: skip


class TagKind(IntEnum):
    """What a tag is, by its first word."""

    __hash__ = int.__hash__  # kinds are keys in hot loops, and the hash of an enumeration is slow

    ACTION = auto()
    BLOCK = auto()
    BREAK = auto()
    CONTINUE = auto()
    DEFINE = auto()
    ELSE = auto()
    ELSE_IF = auto()
    ELSE_WITH = auto()
    END = auto()
    IF = auto()
    RANGE = auto()
    TEMPLATE = auto()
    WITH = auto()
    COMMENT = auto()


class ParsedTag(NamedTuple):
    """A tag that Go accepts. Offsets of nodes count from `base`; `end` is absolute, after `}}`."""

    kind: TagKind
    end: int
    pipeline: Pipeline | None = None
    name: str = ""
    name_start: int = 0
    name_end: int = 0


class TagError(Exception):
    """Go refuses the tag: its message, the text to underline, the offset whose line it names."""

    def __init__(self, code: str, message: str, start: int, end: int, line_offset: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.start = start
        self.end = end
        self.line_offset = line_offset
        self.is_lexical = False


class TagParser:
    """Reads the tag whose `{{` is at `start` of `text`; variables that it declares go into `scope`.

    `functions` None: names of functions and variables are not checked.
    """

    def __init__(
        self,
        text: str,
        start: int,
        *,
        base: int,
        scope: Scope,
        functions: Container[str] | None,
        is_top_level: bool,
    ) -> None:
        at = start + 2
        if text.startswith("-", at) and text[at + 1 : at + 2] in SPACE and at + 1 < len(text):
            at += 2
        self._lexer = Lexer(
            text,
            at,
            break_is_name=functions is not None and "break" in functions,
            continue_is_name=functions is not None and "continue" in functions,
        )
        self._base = base
        self._scope = scope
        self._functions = functions
        self._is_top_level = is_top_level
        self._tokens = [Token(Kind.LEFT_DELIM, start, "{{")] * 3
        self._peeked = 0
        self._depth = 0
        self._last = self._tokens[0]

    def parse(self) -> ParsedTag:
        """Read the tag.

        Raises:
            TagError: Go refuses it.

        Source: parse.go, action
        """
        token = self._next_non_space()
        match token.kind:
            case Kind.BLOCK:
                return self._named(TagKind.BLOCK, "block clause")
            case Kind.BREAK:
                return self._bare(TagKind.BREAK, "{{break}}")
            case Kind.CONTINUE:
                return self._bare(TagKind.CONTINUE, "{{continue}}")
            case Kind.DEFINE if self._is_top_level:
                return self._named(TagKind.DEFINE, "define clause")
            case Kind.ELSE:
                return self._else()
            case Kind.END:
                return self._bare(TagKind.END, "end")
            case Kind.IF:
                return self._control(TagKind.IF, "if")
            case Kind.RANGE:
                return self._control(TagKind.RANGE, "range")
            case Kind.TEMPLATE:
                return self._named(TagKind.TEMPLATE, "template clause")
            case Kind.WITH:
                return self._control(TagKind.WITH, "with")
            case _:
                self._peeked = 1
                return self._control(TagKind.ACTION, "command")

    # --- tokens: three of look-ahead, as in Go; `_tokens[0]` is always the last one lexed -------------------

    def _next(self) -> Token:
        if self._peeked > 0:
            self._peeked -= 1
        else:
            self._tokens[0] = self._lexer.next()
        return self._tokens[self._peeked]

    def _peek(self) -> Token:
        if self._peeked > 0:
            return self._tokens[self._peeked - 1]
        self._peeked = 1
        self._tokens[0] = self._lexer.next()
        return self._tokens[0]

    def _next_non_space(self) -> Token:
        token = self._next()
        while token.kind is Kind.SPACE:
            token = self._next()
        return token

    def _peek_non_space(self) -> Token:
        token = self._next_non_space()
        self._peeked += 1
        return token

    def _fail(self, message: str, token: Token, code: str = "syntax") -> TagError:
        """Make the error; Go names the line of the last token that it has lexed."""
        return TagError(code, message, token.start, token.end, self._tokens[0].start)

    def _unexpected(self, token: Token, context: str) -> TagError:
        if token.kind is Kind.ERROR:
            error = self._fail(token.value, token)
            error.is_lexical = True
            return error
        return self._fail(f"unexpected {token} in {context}", token)

    # --- tags -----------------------------------------------------------------------------------------------

    def _bare(self, kind: TagKind, context: str) -> ParsedTag:
        token = self._next_non_space()
        if token.kind is not Kind.RIGHT_DELIM:
            raise self._unexpected(token, context)
        return ParsedTag(kind, token.end)

    def _else(self) -> ParsedTag:
        token = self._peek_non_space()
        if token.kind is Kind.IF:
            self._next()
            return self._control(TagKind.ELSE_IF, "if")
        if token.kind is Kind.WITH:
            self._next()
            return self._control(TagKind.ELSE_WITH, "with")
        return self._bare(TagKind.ELSE, "else")

    def _control(self, kind: TagKind, context: str) -> ParsedTag:
        pipeline, end = self._pipeline(context, Kind.RIGHT_DELIM)
        return ParsedTag(kind, end, pipeline)

    def _named(self, kind: TagKind, context: str) -> ParsedTag:
        token = self._next_non_space()
        if token.kind not in (Kind.STRING, Kind.RAW_STRING):
            raise self._unexpected(token, context)
        name = self._unquoted(token)
        span = (token.start - self._base, token.end - self._base)
        if kind is TagKind.DEFINE:
            return ParsedTag(kind, self._bare(kind, context).end, None, name, *span)
        if kind is TagKind.TEMPLATE:
            after = self._next_non_space()
            if after.kind is Kind.RIGHT_DELIM:
                return ParsedTag(kind, after.end, None, name, *span)
            self._peeked += 1
        pipeline, end = self._pipeline(context, Kind.RIGHT_DELIM)
        return ParsedTag(kind, end, pipeline, name, *span)

    def _unquoted(self, token: Token) -> str:
        try:
            return unquote(token.value)
        except LiteralError as error:
            raise self._fail(str(error), token) from None

    # --- pipelines ------------------------------------------------------------------------------------------

    def _pipeline(self, context: str, end: Kind) -> tuple[Pipeline, int]:
        """Read `declarations? command ('|' command)*` up to and with `end`; gives the offset after it."""
        first = self._peek_non_space()
        variables, assigns = self._declarations(context)
        commands: list[Command] = []
        while True:
            token = self._next_non_space()
            if token.kind is end:
                break
            if token.kind not in _OPERANDS:
                raise self._unexpected(token, context)
            self._peeked += 1
            commands.append(self._command())
        if not commands:
            raise self._fail(f"missing value for {context}", token)
        for stage, command in enumerate(commands[1:], start=2):
            if isinstance(command.args[0], Bool | Dot | Nil | Number | String):
                raise self._fail(f"non executable command in pipeline stage {stage}", token)
        pipeline = Pipeline(
            first.start - self._base, commands[-1].end, tuple(variables), assigns, tuple(commands)
        )
        return pipeline, token.end

    def _declarations(self, context: str) -> tuple[list[Variable], bool]:
        """Source: parse.go, pipeline up to its loop."""
        variables: list[Variable] = []
        while True:
            token = self._peek_non_space()
            if token.kind is not Kind.VARIABLE:
                return variables, False
            self._next()
            # A space may turn out to separate arguments, so both it and what follows may have to go back.
            adjacent = self._peek()
            following = self._peek_non_space()
            is_comma = following.kind is Kind.CHAR and following.value == ","
            if not is_comma and following.kind not in (Kind.ASSIGN, Kind.DECLARE):
                if adjacent.kind is Kind.SPACE:
                    self._tokens[1], self._tokens[2] = adjacent, token
                    self._peeked = 3
                else:
                    self._tokens[1] = token
                    self._peeked = 2
                return variables, False
            self._next_non_space()
            start = token.start - self._base
            variables.append(Variable(start, start + len(token.value), token.value))
            self._scope.declare(token.value)
            if not is_comma:
                return variables, following.kind is Kind.ASSIGN
            if context != "range" or len(variables) >= 2:
                raise self._fail(f"too many declarations in {context}", token)
            next_token = self._peek_non_space()
            if next_token.kind not in (Kind.VARIABLE, Kind.RIGHT_DELIM, Kind.RIGHT_PAREN):
                raise self._fail("range can only initialize variables", next_token)

    def _command(self) -> Command:
        """Read `operand (space operand)*` and a pipe symbol if one follows."""
        start = self._peek_non_space().start
        args: list[Expression] = []
        end = start
        while True:
            before = self._peek_non_space()
            operand, operand_end = self._operand()
            if operand is not None:
                args.append(operand)
                end = operand_end
            token = self._next()
            if token.kind is Kind.SPACE:
                continue
            if token.kind in (Kind.RIGHT_DELIM, Kind.RIGHT_PAREN):
                self._peeked += 1
            elif token.kind is not Kind.PIPE:
                raise self._unexpected(token, "operand")
            break
        if not args:
            raise self._fail("empty command", before)
        return Command(start - self._base, end - self._base, tuple(args))

    def _operand(self) -> tuple[Expression | None, int]:
        """Read `term .Field*`; None (and nothing consumed) when there is no operand."""
        first = self._peek_non_space()
        node, end = self._term()
        if node is None or self._peek().kind is not Kind.FIELD:
            return node, end
        fields: list[str] = []
        while self._peek().kind is Kind.FIELD:
            token = self._next()
            fields.append(token.value[1:])
            end = token.end
        start = first.start - self._base
        match node:
            case Field():
                return Field(start, end - self._base, (*node.names, *fields)), end
            case Variable():
                return Variable(start, end - self._base, node.name, tuple(fields)), end
            case Bool() | String() | Number() | Nil() | Dot():
                raise self._fail(f"unexpected . after term {quote(first.value)}", first)
            case _:
                return Chain(start, end - self._base, node, tuple(fields)), end

    def _term(self) -> tuple[Expression | None, int]:
        token = self._next_non_space()
        start, end = token.start - self._base, token.end - self._base
        node: Expression
        match token.kind:
            case Kind.IDENTIFIER:
                if self._functions is not None and token.value not in self._functions:
                    message = f"function {quote(token.value)} not defined"
                    raise self._fail(message, token, "unknown-function")
                node = Identifier(start, end, token.value)
            case Kind.DOT:
                node = Dot(start, end)
            case Kind.NIL:
                node = Nil(start, end)
            case Kind.VARIABLE:
                if self._functions is not None and token.value not in self._scope.visible:
                    message = f"undefined variable {quote(token.value)}"
                    raise self._fail(message, token, "undefined-variable")
                node = Variable(start, end, token.value)
            case Kind.FIELD:
                node = Field(start, end, (token.value[1:],))
            case Kind.BOOL:
                node = Bool(start, end, token.value == "true")
            case Kind.CHAR_CONSTANT | Kind.COMPLEX | Kind.NUMBER:
                node = self._number(token)
            case Kind.LEFT_PAREN:
                return self._parenthesized(token)
            case Kind.STRING | Kind.RAW_STRING:
                node = String(start, end, token.value, self._unquoted(token))
            case _:
                self._peeked += 1
                return None, token.start
        return node, token.end

    def _parenthesized(self, token: Token) -> tuple[Expression, int]:
        if self._depth >= MAX_PARENTHESES:
            raise self._fail("max expression depth exceeded", token)
        self._depth += 1
        node, end = self._pipeline("parenthesized pipeline", Kind.RIGHT_PAREN)
        self._depth -= 1
        return node, end

    def _number(self, token: Token) -> Number:
        start, end, text = token.start - self._base, token.end - self._base, token.value
        try:
            if token.kind is Kind.CHAR_CONSTANT:
                code = unquote_char(text)
                return Number(start, end, text, code, float(code), is_char=True)
            value = parse_complex(text) if token.kind is Kind.COMPLEX else parse_number(text)
        except LiteralError as error:
            raise self._fail(str(error), token) from None
        return Number(start, end, text, value.int_value, value.float_value, is_complex=value.is_complex)
