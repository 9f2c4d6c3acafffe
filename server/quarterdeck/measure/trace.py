"""Spans of time, for people who want to see where it goes: Chrome's trace format.

Off by default, and then a span costs one look at a variable. `start(path)` begins to collect, `stop()` writes
the file. Source: Chromium, Trace Event Format, complete events ("ph": "X", times in microseconds).
"""
