"""Documents of the settings: JSON Schema, docs/configuration.md, and the VS Code extension's part.

All are printed from `settings.model`. `make documents` writes them; a test fails when they are stale.
"""

from __future__ import annotations

import json
import re
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from quarterdeck.diagnostics.catalog import KINDS
from quarterdeck.settings.model import DEFAULTS, Ignore, Level, ScenarioSettings, Settings, Written
from quarterdeck.settings.names import FILE_NAMES
from quarterdeck.settings.read import Field, fields_of, is_struct

if TYPE_CHECKING:
    import msgspec

EDITOR_PREFIX: Final = "quarterdeck."
CLIENT_PREFIXES: Final = ("quarterdeck.server.", "quarterdeck.trace.")
"""What the extension itself reads; written by hand."""
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of `.quarterdeck.yaml`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of Quarterdeck",
        "description": f"What stands in {FILE_NAMES[0]}.",
        **_object_schema(Settings),
    }


def json_schema_text() -> str:
    """Print docs/quarterdeck.schema.json."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def editor_properties() -> dict[str, Any]:
    """Give what belongs below `contributes.configuration.properties` of the extension's package.json."""
    properties: dict[str, Any] = {}
    for one in fields_of(Settings):
        if one.doc.in_editor:
            schema = _nullable(_compact(_type_schema(one.type)))
            properties[EDITOR_PREFIX + one.name] = {
                **schema,
                "default": None,
                "scope": "resource",
                "markdownDescription": f"{_LINK.sub(lambda link: link[1], one.doc.text)} Wins over "
                f"`{FILE_NAMES[0]}`; `null` leaves that to the file.",
            }
    return properties


def with_editor_properties(package: dict[str, Any]) -> dict[str, Any]:
    """Give the content of package.json with these properties in the place of those that it has."""
    configuration = package["contributes"]["configuration"]
    own = {
        name: schema
        for name, schema in configuration["properties"].items()
        if name.startswith(CLIENT_PREFIXES)
    }
    contributes = {
        **package["contributes"],
        "configuration": {**configuration, "properties": {**own, **editor_properties()}},
    }
    return {**package, "contributes": contributes}


def _object_schema(model: type[msgspec.Struct]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for one in fields_of(model):
        schema: dict[str, Any] = {
            "description": _LINK.sub(lambda link: link[1], one.doc.text),
            **_type_schema(one.type),
        }
        if one.doc.example is not None:
            schema["examples"] = [one.doc.example]
        properties[one.name] = schema
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _type_schema(type_: Any) -> dict[str, Any]:
    """Give the schema of the values that `settings.read` takes for a type."""
    origin, arguments = get_origin(type_), get_args(type_)
    if origin is UnionType:
        parts = [_type_schema(one) for one in arguments if one is not NoneType]
        if len(parts) == 1:
            return parts[0]
        return {"anyOf": [choice for part in parts for choice in part.get("anyOf", [part])]}
    if origin is tuple:
        item = _type_schema(arguments[0])
        return {"anyOf": [item, {"type": "array", "items": item}]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is not None:
        return _mapping_schema(arguments[1])
    if is_struct(type_):
        return _object_schema(type_)
    return {"type": "boolean"} if type_ is bool else {"type": ["string", "number"]}


def _mapping_schema(item: Any) -> dict[str, Any]:
    schema = _type_schema(item)
    if item == Level:
        codes = {code: {"description": kind.title, **schema} for code, kind in KINDS.items()}
        return {"type": "object", "additionalProperties": False, "properties": codes}
    return {"type": "object", "additionalProperties": _nullable(schema)}


def _compact(schema: dict[str, Any]) -> dict[str, Any]:
    """Say once what all properties of a map have in common, for the extension's manifest."""
    if "properties" not in schema:
        return schema
    names = list(schema["properties"])
    item = {key: value for key, value in schema["properties"][names[0]].items() if key != "description"}
    return {"type": "object", "propertyNames": {"enum": names}, "additionalProperties": item}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Let a name stand without a value, too."""
    if "anyOf" in schema:
        return {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    kinds: Any = schema["type"]
    return {**schema, "type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}


# --- docs/configuration.md ---------------------------------------------------------------------------------

_HEAD: Final = f"""\
# Configuration

<!-- Generated by quarterdeck.settings.schema; `make documents` writes it, a test fails when it is stale. -->

`{FILE_NAMES[0]}` (or `{FILE_NAMES[1]}`) says with which values charts are rendered and how findings are
judged. The same file serves editors, `quarterdeck check` on a command line, and CI. It may lie in a chart's
folder and in any folder above, up to the workspace's root; all of them count together:

- Of a setting that several files give, the file **nearest to the chart** wins.
- `scenarios` are merged by name and `rules` by code: of each, the nearest file's counts as a whole.
- Entries of `ignore` count together, whichever file they are in.

An editor's own configuration wins over files, options of the command line win over both. The workspace's root
is the folder that the editor has open; on the command line the nearest folder at or above the chart with a
`.git`, else the folder in which the command runs, if the chart is in it, else the folder that it names.

What is wrong in a file is a finding with its place ([QD801 to QD807](findings.md)); all else in the file
counts. Files that settings name are read inside of the workspace only, also through links. A list of one may
be written without its brackets; texts such as `1.30` and `off` need no quotes.

`# yaml-language-server: $schema=…/quarterdeck.schema.json` in the first line of the file makes editors
complete it; the [schema](quarterdeck.schema.json) is printed from the same definition as this page.
"""
_EXAMPLE: Final = """\
scenarios:
  staging:
    values: [environments/common.yaml, environments/staging.yaml]
  prod:
    values: [environments/common.yaml, environments/prod.yaml]
    set: image.tag=1.2.3
    namespace: shop-prod
    kubeVersion: 1.33
focus: prod
rules:
  QD304: low
ignore:
  - codes: QD403
    paths: templates/tests/**
    reason: partial documents that a script joins
"""


def markdown() -> str:
    """Print docs/configuration.md."""
    parts = [_HEAD, "## An example\n", f"```yaml\n{_EXAMPLE}```\n", "## All settings\n", _table(Settings)]
    parts += ["### A scenario\n", _table(ScenarioSettings), "### An entry of `ignore`\n", _table(Ignore)]
    parts.append(_EDITORS)
    parts.append(_table(Settings, in_editor_only=True))
    return "\n".join(parts)


_EDITORS: Final = """\
## In an editor

These can be set in an editor's configuration, too, in the section `quarterdeck`; in VS Code they are in its
settings. A value of a wrong type is logged, and counts as if it were not there.
"""


def example_file() -> str:
    """Give the file that docs/configuration.md shows."""
    return _EXAMPLE


def _table(model: type[msgspec.Struct], *, in_editor_only: bool = False) -> str:
    if in_editor_only:
        rows = [
            f"| `{EDITOR_PREFIX}{one.name}` | {_type_text(one.type)} |"
            for one in fields_of(model)
            if one.doc.in_editor
        ]
        return "\n".join(["| setting | value |", "| --- | --- |", *rows]) + "\n"
    rows = [
        f"| `{one.name}` | {_type_text(one.type)} | {_default_text(model, one)} "
        f"| {one.doc.text}{_example(one)} |"
        for one in fields_of(model)
    ]
    return "\n".join(["| setting | value | default | meaning |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _example(one: Field) -> str:
    example = one.doc.example
    if example is None or isinstance(example, dict):
        return ""
    if any(isinstance(item, dict) for item in example):
        return ""
    shown = json.dumps(example, ensure_ascii=False) if isinstance(example, list) else str(example)
    return f" For example `{shown}`."


def _default_text(model: type[msgspec.Struct], one: Field) -> str:
    default: Any = getattr(DEFAULTS if model is Settings else model(), one.field)
    if default is None or default in ((), {}, ""):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _type_text(type_: Any) -> str:
    origin, arguments = get_origin(type_), get_args(type_)
    if origin is UnionType:
        return " or ".join(_type_text(one) for one in arguments if one is not NoneType)
    if origin is tuple:
        return "list of maps, see below" if is_struct(arguments[0]) else "list of texts"
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in arguments)
    if origin is not None:
        inner = "a map, see below" if is_struct(arguments[1]) else _type_text(arguments[1])
        return f"map of {'codes' if arguments[1] == Level else 'names'} to {inner}"
    return "`true` or `false`" if type_ is bool else "text" if type_ in {str, Written} else "map"
