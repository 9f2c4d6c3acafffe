"""Texts that nest deeper than libyaml reads are read all the same, by PyYAML's own parser."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import assume, given
from yaml.scanner import ScannerError

from quarterdeck.yamldoc import deep, events
from quarterdeck.yamldoc.load import load_yaml
from quarterdeck.yamldoc.parser import parse_manifests, parse_yaml
from unit.yamldoc.test_robustness import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

UNLIKE = re.compile(r"[\t%?\\]|:[][{]|: *[]},]|!(?!!)|[!&*]\S*[^ -~\n]|(?<!^)\ufeff")
"""What the two parsers read, or refuse, differently."""


def read_events(parser: Any, text: str) -> Iterator[tuple[object, ...]]:
    """Give all that we look at in the events of a text, and the error at its end."""
    try:
        while (event := parser.get_event()) is not None:
            is_scalar = isinstance(event, yaml.ScalarEvent)
            yield (
                event.__class__,
                event.start_mark.index,
                event.end_mark.index,
                event.start_mark.line,
                getattr(event, "anchor", None),
                getattr(event, "tag", None),
                getattr(event, "value", None),
                event.implicit if is_scalar else None,
                bool(getattr(event, "flow_style", None)),
                event.style or None if is_scalar else None,
                event.explicit if isinstance(event, yaml.DocumentStartEvent) else None,
            )
    except yaml.YAMLError as error:
        yield events.go_error(error, text)


def nest(text: str, depth: int) -> Any:
    """Give what is `depth` lists or maps down in the value of the text."""
    value, error = load_yaml(text)
    assert error is None
    for _ in range(depth):
        value = value[0] if isinstance(value, list) else value["a"]
    return value


@given(text=TEXTS)
def test_the_slow_way_reads_what_libyaml_reads(text: str) -> None:
    assume(events.find_forbidden(text) is None and UNLIKE.search(text) is None)
    expected = list(read_events(events.make_parser(text), text))
    assert list(read_events(deep.DeepParser(text), text)) == expected


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("[" * 9_000 + "x" + "]" * 9_000, 9_000),
        ("{a: " * 9_000 + "x" + "}" * 9_000, 9_000),
        ("- " * 9_000 + "x", 9_000),
        ("\n".join(" " * level + "a:" for level in range(1_500)) + " x", 1_500),
        ("\ufeff" + "[" * 2_000 + "\tx\t" + "]" * 2_000 + " # end", 2_000),
        ("[" * 2_000 + "&b x, *b" + "]" * 2_000, 2_000),
        ("[" * 2_000 + "! x" + "]" * 2_000, 2_000),
        ("[" * 2_000 + "x\ufeffy" + "]" * 2_000, 2_000),
    ],
    ids=range(8),
)
def test_values_far_down_are_read(text: str, depth: int) -> None:
    assert nest(text, depth) in {"x", "x\ufeffy"}


def test_a_stream_with_a_deep_document_has_all_documents() -> None:
    text = "a: 1\n---\n" + "[" * 2_000 + "]" * 2_000 + "\n---\nb: 2\n"
    for stream in (parse_yaml(text), parse_manifests(text)):
        assert [document.problem for document in stream.documents] == [None] * 3
        assert [stream.documents[0].value, stream.documents[2].value] == [{"a": 1}, {"b": 2}]


def test_a_mistake_far_down_is_at_its_place() -> None:
    (problem,) = parse_yaml("a: 1\n---\n" + "[" * 2_000 + "]" * 1_999 + "}").problems
    assert problem.offset == 9 + 3_999
    assert problem.go_message == "yaml: line 1: did not find expected ',' or ']'"


def test_deep_texts_that_would_take_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shallow:
        """A libyaml that has the limit, whatever version is installed."""

        def get_event(self) -> None:
            raise ScannerError(None, None, deep.TOO_DEEP, yaml.Mark("", 0, 0, 0, None, 0))

    text = "[" * 2_000 + "]" * 2_000
    monkeypatch.setattr("quarterdeck.yamldoc.dialect.make_parser", lambda _text: Shallow())
    assert parse_yaml(text).problems == ()
    monkeypatch.setattr("quarterdeck.yamldoc.dialect.MAX_DEEP_SIZE", len(text) - 1)
    (problem,) = parse_yaml(text).problems
    assert problem.message == "the document is nested too deeply for its size"


def test_time_does_not_grow_with_the_depth() -> None:
    started = time.process_time()
    for opening in ("[", "{a: ", "- ", "[a, "):
        load_yaml(opening * 9_999)
    assert time.process_time() - started < 10
