"""How one string is written: plain, quoted or as a block. Source: yaml.v2 encode.go, stringv; emitterc.go.

A *form* is the text of a scalar on one line, before it is folded; it does not depend on where it stands, so
that forms of short strings are kept. A string that is written on several lines has no form: `string_form`
gives `""`, and `write_lines` writes it.
"""

from __future__ import annotations

import re

from quarterdeck.yamldoc.resolve import HINTS, WORDS, resolve_typed

BEST_WIDTH = 80

_PLAIN = re.compile(r"""[A-Za-z/_$(](?:[!-9;-~]++|:(?=[!-~])|\ (?=[ !"$-~]))*+""", re.VERBOSE)
"""What is surely plain, if it is not one of the words: no indicator, comment or number can be in it."""

_BREAKS = "\n\u2028\u2029"
_SPECIAL = re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
"""What the emitter takes for unprintable: tabs, carriage returns, NEL and all beyond the basic plane too."""
_SPACE_BREAK = re.compile(f" [{_BREAKS}]")
_BREAK_SPACE = re.compile(f"[{_BREAKS}] ")
_BLOCK_INDICATOR = re.compile(r"---|\.\.\.|[#,\[\]{}&*!|>'\"%@`]|[?:-](?: |$)", re.DOTALL)
_INNER_INDICATOR = re.compile(rf":(?: |\Z)|[ {_BREAKS}]#")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TO_ESCAPE = re.compile(r"[^ !#-\[\]-~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_ESCAPES = {
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    '"': '\\"',
    "\\": "\\\\",
    "\x85": "\\N",
    "\xa0": "\\_",
    "\u2028": "\\L",
    "\u2029": "\\P",
}
_FIRST_IN_LINE = re.compile("^(?=[^\n])", re.MULTILINE)
_FIRST_AFTER_BREAK = re.compile(f"(?:^|(?<=[{_BREAKS}]))(?=[^{_BREAKS}])")

OPEN_LINE = "\udfff"
"""Stands at the end of a block that ends with a break other than a line feed: no line feed follows it."""


def string_form(text: str) -> str:
    """Give the form of `text`, which has been through JSON; `""` if it takes several lines."""
    if text not in WORDS and _PLAIN.fullmatch(text):
        return text
    if "\n" in text:
        return "" if can_be_block(text) else double_quoted(text)
    if not _stays_string(text):
        return double_quoted(text)
    special = _SPECIAL.search(text) is not None
    has_breaks = "\u2028" in text or "\u2029" in text
    if special or (has_breaks and (_SPACE_BREAK.search(text) or _BREAK_SPACE.search(text))):
        return double_quoted(text)
    if has_breaks:
        return ""
    if text[0] == " " or text[-1] == " " or _BLOCK_INDICATOR.match(text) or _INNER_INDICATOR.search(text):
        return "'" + text.replace("'", "''") + "'"
    return text


def is_simple_key(text: str) -> bool:
    """Tell whether a key can stand before its colon: one line, at most 128 bytes.

    Source: emitterc.go, yaml_emitter_check_simple_key.
    """
    if len(text) <= 32 and text.isascii() and text.isprintable():
        return True
    is_one_line = not any(character in text for character in "\n\r\x85\u2028\u2029")
    return is_one_line and len(text.encode("utf-8", "surrogatepass")) <= 128


def fold(form: str, column: int, indent: int) -> str:
    """Break a form into lines after column 80; it starts at `column`, further lines at `indent`.

    A line is broken at a space that stands alone (in double quotes also before further spaces), beyond column
    80. Source: emitterc.go, yaml_emitter_write_plain_scalar and its siblings.
    """
    quote = form[0] if form[0] in "'\"" and len(form) > 1 else ""
    first = 2 if quote else 0
    last = len(form) - 3 if quote else len(form) - 1
    pieces: list[str] = []
    start = 0
    new_line = "\n" + " " * indent
    at = form.find(" ", max(BEST_WIDTH + 1 - column, 0))
    while at >= 0:
        next_is_space = form[at + 1 : at + 2] == " "
        if first <= at <= last and form[at - 1 : at] != " " and (quote == '"' or not next_is_space):
            pieces.append(form[start:at])
            pieces.append(new_line + "\\" if next_is_space else new_line)
            start = at + 1
            at = form.find(" ", start + max(BEST_WIDTH + 1 - indent - next_is_space, next_is_space))
        else:
            at = form.find(" ", at + 1)
    pieces.append(form[start:])
    return "".join(pieces)


def write_lines(text: str, column: int, indent: int) -> str:
    """Write a text that has no form, beginning at `column`, further lines at `indent`.

    The last line feed of a block is left to whoever comes next.
    """
    return _literal_block(text, indent) if "\n" in text else _quote_lines(text, column, indent)


def _literal_block(text: str, indent: int) -> str:
    """Write `text` as a block after `|`, its lines at `indent`.

    Source: emitterc.go, yaml_emitter_write_literal_scalar and yaml_emitter_write_block_scalar_hints.
    """
    hint = "2" if text[0] in _BREAKS or text[0] == " " else ""
    chomp = "-" if text[-1] not in _BREAKS else "+" if len(text) == 1 or text[-2] in _BREAKS else ""
    pad = " " * indent
    if "\u2028" in text or "\u2029" in text:
        body = _FIRST_AFTER_BREAK.sub(pad, text)
        if text[-1] in "\u2028\u2029":
            return f"|{hint}{chomp}\n{body}{OPEN_LINE}"
    else:
        body = _FIRST_IN_LINE.sub(pad, text)
    return f"|{hint}{chomp}\n{body[:-1] if text[-1] == chr(10) else body}"


def _quote_lines(text: str, column: int, indent: int) -> str:
    """Write single quotes around a text with U+2028 or U+2029, after which the emitter counts columns anew.

    Source: emitterc.go, yaml_emitter_write_single_quoted_scalar.
    """
    new_line = " " * indent
    pieces = ["'"]
    column += 1
    after_break = False
    after_space = False
    last = len(text) - 1
    for index, character in enumerate(text):
        if character in "\u2028\u2029":
            pieces.append(character)
            column = 0
            after_break = True
            continue
        if after_break:
            pieces.append(new_line)
            column = indent
            after_break = False
        if character == " ":
            if not after_space and column > BEST_WIDTH and 0 < index < last and text[index + 1] != " ":
                pieces.append("\n" + new_line)
                column = indent
            else:
                pieces.append(" ")
                column += 1
            after_space = True
            continue
        pieces.append("''" if character == "'" else character)
        column += 2 if character == "'" else 1
        after_space = False
    pieces.append("'")
    return "".join(pieces)


def _stays_string(text: str) -> bool:
    """Tell whether the plain text would be read as the same string. Source: encode.go, stringv."""
    if not text:
        return False
    if text[0] not in HINTS:
        return True
    return resolve_typed(text)[0] == "!!str" and not _BASE_60.fullmatch(text)


def can_be_block(text: str) -> bool:
    """Tell whether a text with line feeds can be written as a block."""
    return text[-1] != " " and not _SPECIAL.search(text) and not _SPACE_BREAK.search(text)


def double_quoted(text: str) -> str:
    """Write `text` in double quotes, on one line."""
    if text[:1] == "\ufeff":
        # The emitter looks for a byte order mark at the start of the text, whichever character it is at.
        return '"' + "".join(map(_escape, text)) + '"'
    return '"' + _TO_ESCAPE.sub(lambda match: _escape(match[0]), text) + '"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
