"""How all tests run: the seed, the share of the long tests, and what a skip means in CI.

- Random tests are random: each run takes a new seed and prints it; `QUARTERDECK_SEED=n` repeats an old one.
- `QUARTERDECK_PROFILE` says how much of the long tests runs: `share` (the default), `corpus` (every chart
  of the open corpus, the usual number of examples) or `soak` (everything, with many examples).
- With `CI=true` whatever would be skipped fails, for on the build machine nothing may be missing. The
  exceptions are tests that belong to another operating system: their reasons begin with `only on` or `not
  on`.
- Compiled templates are cached in a folder of the run, never in the user's.
"""

from __future__ import annotations

import gc
import os
import secrets
import tempfile
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

# Set at import and in the environment: worker processes must draw the same share as the one that starts them.
SEED = int(os.environ.setdefault("QUARTERDECK_SEED", str(secrets.randbelow(2**31))))
PROFILE = os.environ.setdefault("QUARTERDECK_PROFILE", "share")
PLATFORM_REASONS = ("only on ", "not on ")
EXAMPLES = {"share": 60, "corpus": 60, "soak": 3_000}

for profile, examples in EXAMPLES.items():
    hypothesis.settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose hypothesis' profile and seed before its own plugin reads them; flags of the command line win."""
    hypothesis.settings.load_profile(PROFILE)
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(SEED)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Give this run a cache of its own; programs that tests start find the package and that cache."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    cache = tempfile.TemporaryDirectory(prefix="quarterdeck-test-cache-", ignore_cleanup_errors=True)
    session.config.add_cleanup(cache.cleanup)
    os.environ["QUARTERDECK_CACHE_DIR"] = cache.name
    paths = [str(session.config.rootpath / "server"), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how to run the same tests once more."""
    terminalreporter.write_line(
        f"repeat with QUARTERDECK_SEED={os.environ['QUARTERDECK_SEED']} QUARTERDECK_PROFILE={PROFILE}"
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one in CI.

    No garbage is collected meanwhile. A report parses source text; when the collector meets an open process
    in the midst of that, Python 3.11 ends it with a SystemError ("AST constructor recursion depth mismatch"),
    and so the whole run.
    """
    gc.disable()
    try:
        report = yield
    finally:
        gc.enable()
    if not hasattr(report, "wasxfail"):
        fail_skip_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a module that is skipped as a whole into a failure in CI."""
    report = yield
    fail_skip_in_ci(report)
    return report


def fail_skip_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Change the outcome of a skip in CI, unless the test is another operating system's."""
    if report.outcome != "skipped" or os.environ.get("CI") != "true":
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(PLATFORM_REASONS):
        report.outcome = "failed"
        report.longrepr = f"skipped, which fails in CI: {reason}"
