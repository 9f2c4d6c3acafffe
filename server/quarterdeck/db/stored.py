"""Findings that an earlier process left on the disk, by all that they were made of.

A chart that is opened again need not be rendered to show what is wrong with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quarterdeck.diagnostics.model import Finding  # noqa: TC001 - msgspec reads the types of fields
from quarterdeck.store.results import digest

if TYPE_CHECKING:
    from quarterdeck.chart.files_on_disk import FileSet
    from quarterdeck.chart.overrides import ValuesInput
    from quarterdeck.scenarios.model import Scenario


STORED_KIND = "findings"
"""What these are called in the store."""


class StoredFindings(msgspec.Struct, frozen=True, array_like=True):
    """What one check of a chart in one scenario found, tier by tier, without budgets running out."""

    syntax: tuple[Finding, ...]
    names: tuple[Finding, ...]
    render: tuple[Finding, ...]


_DECODER = msgspec.msgpack.Decoder(StoredFindings)


def encode(found: StoredFindings) -> bytes:
    """Give findings as bytes for the disk."""
    return msgspec.msgpack.encode(found)


def decode(data: bytes) -> StoredFindings | None:
    """Read findings from the disk; None where they are no such thing."""
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def key_of(chart: str, files: FileSet, values: ValuesInput, scenario: Scenario) -> str:
    """Give the hash of everything that findings are made of, besides the code of Quarterdeck.

    The chart's path is a part of it, since findings name files.
    """
    parts: list[bytes | str] = [chart, msgspec.msgpack.encode(scenario)]
    for file in files.files:
        parts += (file.path, file.data)
    parts.append(repr(files.problems))
    parts += (repr(values.mapping), repr(values.refusals), repr(values.flags))
    for layer in values.files:
        parts += (layer.path, layer.text, repr(layer.start))
    return digest(parts)
