"""The trace is what Chrome reads, whole or cut off; sums of stages are always kept."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from quarterdeck.errors import Cancelled, OptionError
from quarterdeck.measure import trace
from quarterdeck.measure.trace import TIMINGS, Timings, counter, span, timed


@pytest.fixture
def path(tmp_path: Path):
    yield str(tmp_path / "trace.json")
    trace.stop()


def events(path: str, phase: str = "X") -> list[dict[str, Any]]:
    """Read a trace as Chrome does: the last bracket may be missing."""
    text = Path(path).read_text().rstrip()
    return [event for event in json.loads(text if text.endswith("]") else f"{text}]") if event["ph"] == phase]


def test_spans_are_complete_events_with_process_and_thread(path: str) -> None:
    trace.start(path)
    with span("outer", "T0", chart="a"), span("inner"):
        pass
    trace.stop()
    inner, outer = events(path)
    assert (outer["name"], outer["cat"], outer["args"]) == ("outer", "T0", {"chart": "a"})
    assert outer["ts"] <= inner["ts"] <= inner["ts"] + inner["dur"] <= outer["ts"] + outer["dur"]
    assert {event["pid"] for event in (inner, outer)} == {os.getpid()}
    assert {event["tid"] for event in (inner, outer)} == {threading.get_native_id()}


def test_threads_and_processes_have_names(path: str) -> None:
    def work() -> None:
        with span("elsewhere"):
            pass

    trace.start(path)
    thread = threading.Thread(target=work, name="worker bee")
    thread.start()
    thread.join()
    trace.stop()
    names = {event["args"]["name"]: event.get("tid") for event in events(path, "M")}
    assert names["quarterdeck"] is None
    assert names["worker bee"] == events(path)[0]["tid"]


def test_counters_are_lines_over_time(path: str) -> None:
    trace.start(path)
    counter("queue", waiting=3, running=1)
    trace.stop()
    (event,) = events(path, "C")
    assert event["args"] == {"waiting": 3, "running": 1}


def test_a_span_that_an_exception_leaves_says_so(path: str) -> None:
    trace.start(path)
    with pytest.raises(Cancelled), span("render"), timed("stage"):
        raise Cancelled
    trace.stop()
    assert [event["args"] for event in events(path)] == [{"raised": "Cancelled"}, {"raised": "Cancelled"}]


def test_without_a_trace_nothing_is_made(path: str) -> None:
    assert span("one") is span("two", "T0", chart="a")
    assert not trace.is_on()
    counter("queue", waiting=1)
    trace.stop()


def test_what_waits_in_memory_is_bounded(path: str) -> None:
    trace.start(path)
    for number in range(5_000):
        with span("one", number=number):
            pass
        assert trace._trace is not None
        assert len(trace._trace._waiting) <= trace._MOST_WAITING
    assert len(events(path)) > 4_500
    trace.stop()
    assert [event["args"]["number"] for event in events(path)] == list(range(5_000))


def test_what_is_no_text_is_written_with_escapes(path: str) -> None:
    trace.start(path)
    with span("read", path="a\udcff", what=Path("x")):
        pass
    trace.stop()
    (event,) = events(path)
    assert event["args"]["path"] == "a\udcff"
    assert event["args"]["what"] == "x"


def test_a_worker_joins_the_trace_of_its_parent(path: str) -> None:
    trace.start(path)
    with span("before"):
        pass
    assert trace._trace is not None
    trace._trace.flush()
    program = (
        "import sys; from quarterdeck.measure import trace\n"
        "trace.start(sys.argv[1], joins=True)\n"
        "with trace.span('in the worker'): pass\n"
    )
    subprocess.run([sys.executable, "-c", program, path], check=True)
    with span("after"):
        pass
    trace.stop()
    assert [event["name"] for event in events(path)] == ["before", "in the worker", "after"]
    assert len({event["pid"] for event in events(path)}) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows: there is no SIGKILL")
def test_a_killed_process_leaves_a_trace(path: str) -> None:
    program = (
        "import sys; from quarterdeck.measure import trace\n"
        "trace.start(sys.argv[1])\n"
        "for number in range(100_000_000):\n"
        "    with trace.span('one', number=number): pass\n"
        "    if number == 5_000: print('ready', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not Path(path).read_text().endswith("]\n")
    assert len(events(path)) > 4_500


def test_a_file_that_cannot_be_written_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot be written"):
        trace.start(str(tmp_path / "none" / "trace.json"))
    assert not trace.is_on()


def test_a_full_disk_ends_the_trace_and_nothing_else(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    trace.start(path)
    monkeypatch.setattr("quarterdeck.measure.trace.os.write", full)
    for _ in range(1_000):
        with span("one"):
            pass
    trace.stop()
    assert events(path) == []


def test_stages_are_summed_up_by_name() -> None:
    timings = Timings()
    for seconds in (0.3, 0.1, 0.2):
        timings.record("render", seconds)
    timings.record("parse", 1.0)
    render, parse = timings.summary()
    assert (render.stage, render.count, render.max) == ("render", 3, 0.3)
    assert render.total == pytest.approx(0.6)
    assert (parse.stage, parse.p95) == ("parse", 1.0)


def test_the_percentile_is_of_the_last_times() -> None:
    timings = Timings()
    for _ in range(1_000):
        timings.record("render", 9.0)
    for hundredths in range(256):
        timings.record("render", hundredths / 100)
    (render,) = timings.summary()
    assert render.count == 1_256
    assert render.max == 9.0
    assert render.p95 == 2.43  # 244 of 256 are not longer


def test_a_timed_stage_enters_the_sums_and_the_trace(path: str) -> None:
    TIMINGS.clear()
    with timed("render"):
        pass
    trace.start(path)
    with timed("render", chart="a"):
        pass
    trace.stop()
    assert [(one.stage, one.count) for one in TIMINGS.summary()] == [("render", 2)]
    assert [event["args"] for event in events(path)] == [{"chart": "a"}]
    TIMINGS.clear()
