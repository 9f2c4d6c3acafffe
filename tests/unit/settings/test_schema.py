"""The documents of the settings are what the definition prints, and say what the reader does."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from quarterdeck.diagnostics.model import Place
from quarterdeck.settings.model import Settings
from quarterdeck.settings.read import fields_of, read_settings
from quarterdeck.settings.schema import (
    editor_properties,
    example_file,
    json_schema,
    json_schema_text,
    markdown,
    with_editor_properties,
)
from quarterdeck.yamldoc.load import load_yaml
from tidy.source_files import REPOSITORY
from unit.settings.test_reading import WHOLE

STALE = "stale: run `make documents`"


def test_the_page_is_what_the_definition_prints() -> None:
    assert (REPOSITORY / "docs/configuration.md").read_text("utf-8") == markdown(), STALE


def test_the_published_schema_is_what_the_definition_prints() -> None:
    assert (REPOSITORY / "docs/quarterdeck.schema.json").read_text("utf-8") == json_schema_text(), STALE


def test_the_extension_offers_what_the_definition_says_an_editor_can_set() -> None:
    package = json.loads((REPOSITORY / "client-vscode/package.json").read_text("utf-8"))
    assert package == with_editor_properties(package), STALE
    properties = package["contributes"]["configuration"]["properties"]
    assert "quarterdeck.server.path" in properties
    assert "quarterdeck.focus" in properties


def test_every_setting_has_a_text_that_is_a_sentence() -> None:
    for one in fields_of(Settings):
        assert one.doc.text[0].isupper()
        assert one.doc.text.endswith(".")


def accepts(schema: dict[str, Any], value: Any) -> bool:
    return jsonschema_rs.validator_for(schema).is_valid(value)


@pytest.mark.parametrize("text", [WHOLE, example_file()])
def test_files_without_a_mistake_fit_the_schema(text: str) -> None:
    assert read_settings(text, "/x")[1] == []
    value, error = load_yaml(text.replace(": off", ": 'off'"))
    assert error is None
    assert accepts(json_schema(), value)


@pytest.mark.parametrize(
    "value",
    [
        {"kubeVersoin": "1"},
        {"scenarios": 3},
        {"scenarios": {"a": {"valeus": "x"}}},
        {"scenarios": {"a": {"values": [{}]}}},
        {"rules": {"QD304": "lo"}},
        {"rules": {"QD9999": "low"}},
        {"ignore": "QD304"},
        {"discover": {}},
        {"apiVersions": {}},
        {"focus": ["a"]},
    ],
)
def test_what_the_reader_reports_does_not_fit_the_schema(value: dict[str, Any]) -> None:
    assert read_settings(json.dumps(value), "/x")[1] != []
    assert not accepts(json_schema(), value)


@pytest.mark.parametrize(
    ("name", "value"), [("rules", {"QD304": "low"}), ("discover", False), ("focus", None)]
)
def test_settings_of_an_editor_fit_their_schema(name: str, value: Any) -> None:
    assert accepts(editor_properties()[f"quarterdeck.{name}"], value)


def test_settings_of_an_editor_refuse_codes_that_are_none() -> None:
    assert not accepts(editor_properties()["quarterdeck.rules"], {"QD9999": "low"})


def test_the_example_of_the_page_is_complete() -> None:
    settings, _ = read_settings(example_file(), "/work/.quarterdeck.yaml")
    assert settings.scenarios["prod"].place == Place("/work/.quarterdeck.yaml", 4, 3, 4, 7)
