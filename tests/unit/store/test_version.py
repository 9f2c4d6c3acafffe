"""The version of an entry changes with whatever it depends on."""

import shutil
import tomllib
from pathlib import Path

import pytest

from quarterdeck.store import version

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the package whose version is asked for."""
    folder = tmp_path / "quarterdeck"
    shutil.copytree(
        Path(version.__file__).parent.parent, folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(version, "__file__", str(folder / "store" / "version.py"))
    return folder


def test_every_file_of_the_package_counts_for_findings(package: Path) -> None:
    seen = {version.findings_version.__wrapped__()}
    files = sorted(package.rglob("*.py"))
    for path in files:
        path.write_bytes(path.read_bytes() + b"#")
        seen.add(version.findings_version.__wrapped__())
    assert len(seen) == len(files) + 1
    assert version.findings_version.__wrapped__() in seen


def test_what_makes_templates_runnable_counts_for_compiled_code(package: Path) -> None:
    before = version.package_version.__wrapped__()
    other = package / "findings" / "failures.py"
    other.write_bytes(other.read_bytes() + b"#")
    assert version.package_version.__wrapped__() == before
    for name in ("compiler/codegen.py", "gotmpl/nodes.py", "runtime/calls.py", "runtime/funcs/lists.py"):
        path = package / name
        path.write_bytes(path.read_bytes() + b"#")
        after = version.package_version.__wrapped__()
        assert after != before
        before = after


def test_a_library_of_another_version_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    seen: set[str] = set()
    for name in ("PyYAML-6.0.2", "PyYAML-6.0.3", "msgspec-1", "google_re2-1"):
        (tmp_path / f"{name}.dist-info").mkdir()
        seen.add(version.findings_version.__wrapped__())
    assert len(seen) == 4
    (tmp_path / "pytest-9.dist-info").mkdir()
    assert version.findings_version.__wrapped__() in seen


def test_the_libraries_are_those_that_the_package_depends_on_besides_the_protocols() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    names = {
        requirement.split("=")[0].split(">")[0].split("<")[0].split("[")[0].lower().replace("-", "_")
        for requirement in project["dependencies"]
    }
    assert names - {"pygls", "lsprotocol", "watchfiles"} == version.LIBRARIES


def test_a_package_that_is_no_folder_has_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "__file__", "/nowhere/quarterdeck.zip/quarterdeck/store/version.py")
    monkeypatch.setattr(version, "version_number", lambda: "1")
    first = version.package_version.__wrapped__()
    monkeypatch.setattr(version, "version_number", lambda: "2")
    assert version.package_version.__wrapped__() != first
