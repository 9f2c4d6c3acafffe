"""The arithmetic of the benchmark's table."""

from __future__ import annotations

import pytest

from bench.calibration import REFERENCE_SECONDS, Calibration
from bench.figures import Timing, quantile, ratio_row


def timing(chart: str, helm: list[float], ours: list[float]) -> Timing:
    return Timing(chart, helm=helm, engines={"ours": ours})


def test_a_ratio_divides_the_medians_of_the_rounds() -> None:
    assert timing("a", [1.0, 9.0, 2.0], [0.1, 0.2, 50.0]).ratio("ours") == pytest.approx(10.0)


def test_a_row_shows_the_median_over_charts_and_the_charts_that_gain_least() -> None:
    timings = [timing(f"chart{factor}", [float(factor)], [1.0]) for factor in range(1, 12)]
    row = ratio_row("hot", 6, timings)
    assert row.measured == "6.00 (p10 2.00, 11 charts)"
    assert row.has_reached
    assert [detail.split(":")[1].strip() for detail in row.details] == [
        f"chart{number}" for number in range(1, 6)
    ]


def test_a_row_below_its_reach_is_missed() -> None:
    assert not ratio_row("hot", 15, [timing("a", [10.0], [1.0])]).has_reached


@pytest.mark.parametrize(("share", "expected"), [(0, 1.0), (0.5, 2.5), (1, 4.0), (0.1, 1.3)])
def test_quantiles_lie_between_neighbours(share: float, expected: float) -> None:
    assert quantile([4.0, 1.0, 3.0, 2.0], share) == pytest.approx(expected)


def test_times_of_a_machine_that_is_twice_as_slow_count_half() -> None:
    calibration = Calibration()
    calibration.samples = [REFERENCE_SECONDS * 2, REFERENCE_SECONDS * 2, REFERENCE_SECONDS * 9]
    assert calibration.normalise(0.02) == pytest.approx(0.01)
