"""What is said of a mistake of ours: enough for a bug report, and no traceback unless it is asked for."""

from __future__ import annotations

import os


def wants_traceback() -> bool:
    """Tell whether whoever runs the program wants to see all: `QUARTERDECK_DEBUG` is set."""
    return bool(os.environ.get("QUARTERDECK_DEBUG"))


def describe_mistake(error: Exception) -> str:
    """Say what was raised and where, in two lines."""
    import traceback  # noqa: PLC0415 - for mistakes alone

    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{os.path.basename(one.filename)}:{one.lineno}" for one in reversed(frames))  # noqa: PTH119 - a name to show
    text = str(error).partition("\n")[0][:200]
    return (
        f"a mistake of ours: {type(error).__name__}: {text} ({places})\n"
        "Please file an issue with this line and the chart. QUARTERDECK_DEBUG=1 prints more."
    )
