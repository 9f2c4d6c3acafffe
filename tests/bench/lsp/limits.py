"""What has to be reached, in seconds and bytes, by the size of the chart."""

from __future__ import annotations

MB = 1_000_000
TEMPLATE_NAMES = {"M": 0.025, "L": 0.040, "U": 0.040}
TEMPLATE_RENDER = {"M": 0.060, "L": 0.080, "U": 0.120}
VALUES_RENDER = {"M": 0.100, "L": 0.150, "U": 0.400}
LOOK_UP = {"M": 0.025, "L": 0.040, "U": 0.040}
FIRST_OPEN = {"M": 0.7, "L": 1.5, "U": 6.0}
SECOND_OPEN = {"M": 0.4, "L": 0.6, "U": 1.5}
MEMORY = {"M": 150 * MB, "L": 300 * MB, "U": 450 * MB}
INITIALIZE_FROM_RECEIPT = 0.100
INITIALIZE_FROM_START = 1.2
CORPUS_COLD = 60.0
CORPUS_WARM = 6.0
CORPUS_MEMORY = 700 * MB
PING_P99 = 0.020
WORKERS_RATIO = 1.6
