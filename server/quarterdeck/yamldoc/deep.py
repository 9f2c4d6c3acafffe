"""Events of texts that nest deeper than libyaml reads: 1,000 from its version 0.2.6 on; in Go it is 10,000.

PyYAML's own parser has no such limit and keeps no call open per level, but is 20 times slower; it is asked
only where libyaml has given up, and only for texts that it reads in a few seconds. In texts this deep,
`[a:, b]` is a map in a list (in Go the word `a:`), a tab ends a plain word (in Go it may stand inside), and
mistakes in directives are told in other words.
"""

# PyYAML's parser has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from quarterdeck.yamldoc.events import BOM

TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml says where it gives up."""

MAX_DEEP_SIZE = 2_000_000
"""The longest text, in code points, that is read once more."""

_LONGEST_KEY = 1024
_ENDS = "\0\r\n\x85\u2028\u2029"
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"expected (',' or '[]}]'), but got .*", r"did not find expected \1"),
        (r"expected '<document start>', but found .*", "did not find expected <document start>"),
        (r"expected the node content, but found .*", "did not find expected node content"),
        (r"expected alphabetic or numeric character, but found .*",
         "did not find expected alphabetic or numeric character"),
        (r"expected escape sequence of .*", "did not find expected hexdecimal number"),
        (r"(mapping values|mapping keys) are not allowed here", r"\1 are not allowed in this context"),
        (r"sequence entries are not allowed here", "block sequence entries are not allowed in this context"),
        (r"found character .* that cannot start any token", "found character that cannot start any token"),
        (r"found unknown escape character .*", "found unknown escape character"),
        (r"found undefined tag handle .*|found undefined tag handle", "found undefined tag handle"),
        (r"expected chomping or indentation indicators, but found .*",
         "did not find expected comment or line break"),
        (r"found unexpected document separator", "found unexpected document indicator"),
        (r"found incompatible YAML document .*", "found incompatible YAML document"),
    )
)  # fmt: skip
"""What PyYAML says, and what libyaml and go-yaml say of the same mistake."""


def may_read_deep(message: str, text: str) -> bool:
    """Tell whether libyaml refused `text` for its depth alone, and the slow way is short enough."""
    return TOO_DEEP in message and len(text) <= MAX_DEEP_SIZE


class DeepParser(Reader, Scanner, Parser):
    """Gives the events that libyaml would give, and errors in its words."""

    def __init__(self, text: str) -> None:
        """Start reading; a byte order mark at the start is not counted, as in libyaml."""
        Reader.__init__(self, text.removeprefix(BOM))
        Scanner.__init__(self)
        Parser.__init__(self)
        self.possible_simple_keys: Any = OrderedDict()

    def get_event(self) -> Any:
        """Give the next event, None after the last.

        Raises:
            yaml.MarkedYAMLError: the text is not YAML.
        """
        try:
            event: Any = Parser.get_event(self)
        except yaml.MarkedYAMLError as error:
            error.problem = _libyaml_words(error)
            raise
        if event.__class__ is yaml.events.ScalarEvent and event.tag == "!":
            if event.value or event.style:
                event.tag = None
            else:
                event.implicit = (False, False)
        return event

    def scan_to_next_token(self) -> None:
        """Go on to the next token, also past tabs where they cannot be taken for indentation."""
        while True:
            while self.peek() == " " or (
                self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)
            ):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in _ENDS:
                    self.forward()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def fetch_stream_end(self) -> None:
        """End the text where libyaml does: at the start of a line."""
        if self.column:
            self.column = 0
            self.line += 1
        self.stale_possible_simple_keys()
        super().fetch_stream_end()

    # The keys that may be waiting for their colon stand in the order of their levels, so that the first is
    # the oldest. PyYAML looks at all of them for every token.

    def next_possible_simple_key(self) -> int | None:
        """Give the number of the first token that may turn out to be a key."""
        for key in self.possible_simple_keys.values():
            return key.token_number
        return None

    def stale_possible_simple_keys(self) -> None:
        """Forget what is no key: it ends neither on its line nor within 1,024 characters.

        Raises:
            ScannerError: a key must be there.
        """
        keys = self.possible_simple_keys
        while keys:
            level, key = next(iter(keys.items()))
            if key.line == self.line and self.index - key.index <= _LONGEST_KEY:
                return
            if key.required:
                raise ScannerError(
                    "while scanning a simple key", key.mark, "could not find expected ':'", self.get_mark()
                )
            del keys[level]


def _libyaml_words(error: Any) -> str:
    problem: str = error.problem or ""
    if problem.startswith("expected <block end>"):
        is_map = "mapping" in (error.context or "")
        return "did not find expected key" if is_map else "did not find expected '-' indicator"
    for pattern, words in _WORDS:
        match = pattern.fullmatch(problem)
        if match is not None:
            return match.expand(words)
    return problem
