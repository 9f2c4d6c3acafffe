"""The events of libyaml, from which everything here is built, and its errors in go-yaml's words.

go-yaml v2 is a port of libyaml, so that both accept the same texts but for a few cases, which
`quarterdeck.yamldoc.dialect` knows.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, Protocol

import yaml
from yaml.scanner import ScannerError

from quarterdeck.errors import ToolError

try:
    from yaml import cyaml
except ImportError:
    _CParser: Any = None
else:
    _CParser = vars(cyaml).get("CParser")

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that YAML's readers refuse. Source: yaml.v2 readerc.go, yaml_parser_update_buffer."""

_READ_AT_A_TIME = 512

MAX_DEPTH = 10_000
"""How deep go-yaml lets collections nest. Source: yaml.v2 scannerc.go, max_flow_level and max_indents."""


BOM = "\ufeff"


class EventSource(Protocol):
    """What gives libyaml's events, one at a time."""

    def get_event(self) -> Any:
        """Give the next event, None after the last."""
        ...


class YamlError(NamedTuple):
    """Why a text is not YAML: Go's message after `yaml: `, and the offset in code points of the place."""

    message: str
    offset: int


def find_forbidden(text: str) -> YamlError | None:
    """Give the error for the first character that no YAML text may contain."""
    match = _FORBIDDEN.search(text)
    if match is None:
        return None
    if "\ud800" <= match[0] <= "\udfff":
        return YamlError(_octet_message(text, match.start()), match.start())
    return YamlError("control characters are not allowed", match.start())


def _octet_message(text: str, offset: int) -> str:
    """Say what Go's reader says of bytes that are not UTF-8, which stand in `text` as lone surrogates."""
    end = offset
    while end < len(text) and end < offset + 4 and "\ud800" <= text[end] <= "\udfff":
        end += 1
    octets = text[offset:end].encode(
        "utf-8", "replace" if not _are_octets(text[offset:end]) else "surrogateescape"
    )
    lead = octets[0] if octets else 0x80
    width = 2 if lead & 0xE0 == 0xC0 else 3 if lead & 0xF0 == 0xE0 else 4 if lead & 0xF8 == 0xF0 else 0
    if width == 0:
        return "invalid leading UTF-8 octet"
    if any(octet & 0xC0 != 0x80 for octet in octets[1:width]):
        return "invalid trailing UTF-8 octet"
    if len(octets) < width:
        return "invalid trailing UTF-8 octet" if end < len(text) else "incomplete UTF-8 octet sequence"
    return "invalid Unicode character" if lead in {0xED, 0xF4} else "invalid length of a UTF-8 sequence"


def _are_octets(text: str) -> bool:
    return all("\udc80" <= character <= "\udcff" for character in text)


def readable_before(text: str, offset: int) -> str:
    """Give what go-yaml has read before the forbidden character at `offset`, 512 octets at a time."""
    octets = text[:offset].encode("utf-8", "surrogatepass")
    return octets[: len(octets) // _READ_AT_A_TIME * _READ_AT_A_TIME].decode("utf-8", "ignore")


def make_parser(text: str) -> EventSource:
    """Start libyaml on `text`, which must be free of forbidden characters.

    Raises:
        ToolError: PyYAML was built without libyaml. Its own parser is 20 times slower and reads other texts.
    """
    if _CParser is None:
        raise ToolError(
            "PyYAML was installed without libyaml; install a PyYAML wheel that has yaml.CSafeLoader"
        )
    return _CParser(text)


def go_error(error: yaml.YAMLError, text: str) -> YamlError:
    """Put an error of libyaml into go-yaml's words. Source: yaml.v2 decode.go, parser.fail."""
    problem = getattr(error, "problem", None) or "unknown problem parsing YAML content"
    problem_mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    line = 0
    offset = 0
    if problem_mark is not None:
        offset = problem_mark.index
        line = problem_mark.line
        if line and isinstance(error, ScannerError):
            line += 1
    if not line and context_mark is not None:
        line = context_mark.line
    if text.startswith(BOM):
        offset += 1
    where = f"line {line}: " if line else ""
    return YamlError(f"{where}{problem}", min(offset, len(text)))
