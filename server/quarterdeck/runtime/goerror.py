"""The error that a template function or operation of Go returns."""

from __future__ import annotations


class GoError(Exception):
    """A template's run failed; `str()` is Go's text, as the function returned it, without a place.

    Never leaves the packages `runtime`, `compiler` and `render`: rendering turns it into a problem.
    """


class BudgetError(GoError):
    """A rendering used more time, output or nesting than its budget allows."""
