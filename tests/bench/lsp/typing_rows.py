"""What a keystroke costs, seen by the editor: until names and syntax are told, until it is rendered."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.figures import quantile
from bench.lsp.keystrokes import type_in_template, type_in_values
from wire.editor import NAMES, RENDER, STATUS, WireEditor
from wire.processes import Memory, memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.lsp.charts import BenchChart
    from bench.lsp.keystrokes import Keystroke
    from wire.client import Answer
    from wire.editor import Change

SEED = 2_026
"""The same keys are typed in each run."""
HUMAN_SECONDS = (0.07, 0.26)
"""From one key to the next; whoever waits for an answer longer than that has typed on before it came."""
BURST_SECONDS = (0.01, 0.04)
"""The same when a key is held down, or a text is typed by a tool."""
BURST_KEYS = 12
SESSION_SECONDS = 1.5
"""How long a server lives on that was only to open a chart."""


@dataclass(slots=True)
class Typed:
    """The times of one kind of keystroke on one chart, in seconds.

    `slow` says of each time of T2 what was typed where; `bursts` has the T2 of the last key of each burst.
    """

    names: list[float] = field(default_factory=list[float])
    render: list[float] = field(default_factory=list[float])
    bursts: list[float] = field(default_factory=list[float])
    slow: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])


@dataclass(slots=True)
class Session:
    """What one session of typing in a chart measured."""

    templates: Typed = field(default_factory=Typed)
    values: Typed = field(default_factory=Typed)
    lookups: list[float] = field(default_factory=list[float])
    memory: list[Memory] = field(default_factory=list[Memory])
    has_status: bool = True


def type_in_chart(chart: BenchChart, environment: dict[str, str], keys: int) -> Session:
    """Open a chart, type `keys` keys in templates and as many in values; then look things up while typing."""
    session = Session()
    rng = random.Random(f"{SEED} {chart.name}")
    with WireEditor(environment) as editor:
        editor.start(chart.folder)
        opened = [editor.open(file) for file in (*chart.templates, chart.values)]
        for change in opened:
            editor.when(change, RENDER)
        time.sleep(1)  # as long as somebody looks at what they opened
        uris = [change.uri for change in opened]
        note_memory(editor, session)
        type_keys(editor, uris[:-1], type_in_template, keys, rng, session.templates)
        note_memory(editor, session)
        type_keys(editor, uris[-1:], type_in_values, keys, rng, session.values)
        note_memory(editor, session)
        look_up(editor, uris, keys, rng, session)
        note_memory(editor, session)
    return session


def note_memory(editor: WireEditor, session: Session) -> None:
    """Look at the memory of the server and its workers, now."""
    session.memory.append(memory(editor.client.process.pid))


def type_keys(
    editor: WireEditor,
    uris: list[str],
    typist: Callable[[str, random.Random], Iterator[Keystroke]],
    keys: int,
    rng: random.Random,
    typed: Typed,
) -> None:
    """Type keys at a human pace, file after file, and a fifth as many bursts as there are changes."""
    number = 0
    while len(typed.render) < keys:
        uri = uris[number % len(uris)]
        number += 1
        strokes = list(typist(editor.texts[uri], rng))
        if number % 5 == 0:
            typed.bursts.append(burst(editor, uri, strokes, rng))
            continue
        for stroke in strokes:
            change = editor.edit(uri, *stroke)
            due = change.at + rng.uniform(*HUMAN_SECONDS)
            typed.names.append(editor.when(change, NAMES) - change.at)
            typed.render.append(editor.when(change, RENDER) - change.at)
            typed.slow.append((typed.render[-1], f"{stroke.new!r} in {short(uri)}"))
            time.sleep(max(due - time.perf_counter(), 0))


def burst(editor: WireEditor, uri: str, strokes: list[Keystroke], rng: random.Random) -> float:
    """Send keys faster than they can be answered; give the time from the last one to its T2.

    What is typed is there when the clock runs: taking it back comes after.
    """
    change: Change | None = None
    for stroke in strokes[: min(BURST_KEYS, len(strokes) - 1)]:
        change = editor.edit(uri, *stroke)
        time.sleep(rng.uniform(*BURST_SECONDS))
    assert change is not None
    seconds = editor.when(change, RENDER) - change.at
    for stroke in strokes[min(BURST_KEYS, len(strokes) - 1) :]:
        change = editor.edit(uri, *stroke)
    editor.when(change, RENDER)
    return seconds


def look_up(editor: WireEditor, uris: list[str], keys: int, rng: random.Random, session: Session) -> None:
    """Ask while the server is at work on a keystroke: in its first milliseconds, where the work is."""
    while len(session.lookups) < keys:
        uri = rng.choice(uris)
        typist = type_in_values if uri == uris[-1] else type_in_template
        for stroke in typist(editor.texts[uri], rng):
            change = editor.edit(uri, *stroke)
            time.sleep(rng.uniform(0, 0.05))
            answer = editor.client.call(STATUS, None)
            session.lookups.append(answer.seconds)
            session.has_status &= answer.error is None
            editor.when(change, RENDER)


def short(uri: str) -> str:
    """Give the last parts of a URI."""
    return "/".join(uri.split("/")[-3:])


def open_first(chart: BenchChart, environment: dict[str, str]) -> tuple[Answer, float]:
    """Start a server and open one template; give the handshake, and the time from `didOpen` to T2.

    The server lives as long as a short session does: it may save what it found.
    """
    with WireEditor(environment) as editor:
        answer = editor.start(chart.folder)
        change = editor.open(chart.templates[0])
        seconds = editor.when(change, RENDER) - change.at
        editor.until_idle()
        time.sleep(SESSION_SECONDS)
        return answer, seconds


def handshake(folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Give the seconds until `initialize` is answered: from the start of a process, and from its receipt.

    A server cannot be seen to receive. So a second one is given time to start before it is asked.
    """
    with WireEditor(environment) as editor:
        answer = editor.start(folder)
        from_start = answer.at - editor.client.started_at
    with WireEditor(environment) as editor:
        time.sleep(2 * from_start)
        from_receipt = editor.start(folder).seconds
    return from_start, from_receipt


def p95(seconds: list[float]) -> float:
    """Give the time below which nineteen of twenty lie."""
    return quantile(seconds, 0.95)
