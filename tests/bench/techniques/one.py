"""Makes one measurement in a process of its own and prints the figure: `NAME on|off CHART`."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.techniques.measures import MEASURES

if __name__ == "__main__":
    name, state, chart = sys.argv[1:]
    print(MEASURES[name].run(Path(chart), state == "on"))
