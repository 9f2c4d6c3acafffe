"""YAML problems in words that help: what go-yaml says, what it means, and what to do."""

from __future__ import annotations

import re
from typing import NamedTuple


class YamlProblem(NamedTuple):
    """One thing that is wrong with a document.

    `offset` is where, in code points of the whole text; `go_message` is Go's text as Helm prints it,
    beginning with `yaml: ` or `error converting`; `message` says it in plain words, `proposal` what to do.
    """

    offset: int
    go_message: str
    message: str
    proposal: str


_TEXTS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed in this context",
        "a second “: ” stands in one value, or the line is indented deeper than its neighbours",
        "Quote the value, or indent the line like the keys around it.",
    ),
    (
        "did not find expected key",
        "the line does not fit into the mapping that it stands in",
        "Indent it like the other keys of its mapping; text after a closing quote must go inside the quotes.",
    ),
    (
        "did not find expected '-' indicator",
        "the list is followed by something at its column that is no list item",
        "Begin the line with “- ”, or indent it like the key that the list belongs to.",
    ),
    (
        "block sequence entries are not allowed",
        "a list item stands where no list can begin",
        "Put the first “- ” on a line of its own below the key.",
    ),
    (
        "could not find expected ':'",
        "the line has no colon, so it is no key with a value",
        "Write “key: value”, or indent the line if it continues the value above.",
    ),
    (
        "found unexpected ':'",
        "a colon stands right before a bracket, brace or comma",
        "Put a space after the colon, or quote the text.",
    ),
    (
        "found character that cannot start any token",
        "a value cannot begin with this character",
        "Put the value in quotes; indent with spaces, never with tabs.",
    ),
    (
        "found a tab character",
        "a tab stands where only spaces may indent",
        "Replace the tab by spaces.",
    ),
    (
        "found unknown escape character",
        "this backslash sequence means nothing inside double quotes",
        "Double the backslash, or use single quotes.",
    ),
    (
        "found unexpected end of stream",
        "a quote is opened and never closed",
        "Close the quote at the end of the value.",
    ),
    (
        "found unexpected document indicator",
        "a document begins inside a quoted text",
        "Close the quote before the “---”.",
    ),
    (
        "did not find expected ',' or ']'",
        "a list in brackets is not closed, or misses a comma",
        "Close it with “]”, or put commas between the items; quote items with special characters.",
    ),
    (
        "did not find expected ',' or '}'",
        "a map in braces is not closed, or misses a comma",
        "Close it with “}”, or put commas between the entries; quote values with special characters.",
    ),
    (
        "did not find expected node content",
        "a value is missing here",
        "Write a value, or take out the comma or bracket.",
    ),
    (
        "did not find expected alphabetic or numeric character",
        "“*” or “&” at the start of a value makes it an alias or anchor, and its name is missing",
        "Put the value in quotes.",
    ),
    (
        "did not find expected comment or line break",
        "something follows the “|” or “>” of a block text on the same line",
        "Begin the text on the next line.",
    ),
    (
        "did not find expected whitespace or line break",
        "a tag or anchor runs into the text after it",
        "Put a space between them, or quote the value.",
    ),
    (
        "did not find expected <document start>",
        "text follows the end of a document",
        "Separate documents by a line “---”; a document has one value at its top.",
    ),
    (
        "unknown anchor",
        "the alias refers to an anchor that does not come before it in this document",
        "Define the anchor with “&name” first; quote the value if it begins with a star.",
    ),
    (
        "value contains itself",
        "the alias refers to a value that it is part of",
        "Refer to something outside of the alias's own value.",
    ),
    (
        "excessive aliasing",
        "the aliases multiply each other into too much data",
        "Use fewer aliases within aliased values.",
    ),
    (
        "exceeded max depth",
        "the document is nested too deeply",
        "Nest at most 10,000 levels.",
    ),
    (
        "exceeded maximum nesting depth",
        "the document is nested too deeply for its size",
        "Nest at most 1,000 levels in texts of more than 2,000,000 characters.",
    ),
    (
        "map merge requires map or sequence of maps",
        "“<<” merges something that is no map",
        "Let the alias after “<<” refer to a map, or to a list of maps.",
    ),
    (
        "invalid map key",
        "a key is a map or a list; an unquoted template action at the start of a line is read so",
        "Quote the key.",
    ),
    (
        "unsupported map key",
        "this key cannot be a key of JSON, which Helm converts the document to",
        "Quote the key.",
    ),
    (
        "unsupported value",
        "JSON, which Helm converts the document to, has no infinity and no NaN",
        "Quote the value.",
    ),
    (
        "invalid base64 data",
        "the text after “!!binary” is not base64",
        "Mend the base64 text, or take out the tag.",
    ),
    (
        "cannot decode",
        "the value does not fit its tag",
        "Take out the tag, or write a value of its type.",
    ),
    (
        "control characters are not allowed",
        "the text contains a control character",
        "Take it out, or write it as an escape (such as “\\x07”) in double quotes.",
    ),
    (
        "UTF-8",
        "the file is not UTF-8 here",
        "Save the file with the encoding UTF-8.",
    ),
    (
        "found incompatible YAML document",
        "Helm reads YAML 1.1 only",
        "Take out the %YAML line.",
    ),
)
_JSON_PREFIX = re.compile(r"error (?:converting|unmarshaling) ")


def explain(text: str, go_message: str, offset: int) -> YamlProblem:
    """Explain Go's message about the place `offset` of `text`; the message may lack its `yaml: `."""
    full = go_message if _JSON_PREFIX.match(go_message) else f"yaml: {go_message}"
    for part, message, proposal in _TEXTS:
        if part in go_message:
            return YamlProblem(offset, full, *_particular(text, offset, message, proposal))
    return YamlProblem(
        offset, full, "the document is no valid YAML", "Check quotes and indentation around this place."
    )


def _particular(text: str, offset: int, message: str, proposal: str) -> tuple[str, str]:
    """Name the character where the general text speaks of “this character”."""
    character = text[offset : offset + 1]
    if "this character" not in message or not character:
        return message, proposal
    if character == "\t":
        return "a tab cannot indent YAML", "Replace the tab by spaces."
    return message.replace("this character", f"“{character}”"), proposal
