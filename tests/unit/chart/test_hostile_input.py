"""Charts that are damaged, huge or made to do harm: one clear finding each, never an exception."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.chart import archive, files_on_disk
from quarterdeck.chart.capabilities import make_capabilities
from quarterdeck.chart.files_on_disk import MAX_FILE_SIZE
from quarterdeck.chart.load import read_chart
from quarterdeck.chart.overrides import ValuesFile, ValuesInput, read_local_file
from quarterdeck.chart.prepare import Release, prepare
from quarterdeck.diagnostics.model import Severity
from quarterdeck.errors import ChartNotFoundError, ReadError
from unit.chart.chart_folders import CHART_YAML, find_problem, pack, prepare_files, read_files, write_chart

PLAIN = {"demo/Chart.yaml": CHART_YAML.encode(), "demo/templates/a.yaml": b"a: 1\n"}


def read_packed(folder: Path, data: bytes):
    (folder / "demo.tgz").write_bytes(data)
    return read_chart(folder / "demo.tgz")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("demo/../../evil.yaml", "chart illegally references parent directory"),
        ("demo//etc/passwd", "chart illegally contains absolute paths"),
        ("evil.yaml", "chart illegally contains content outside the base directory"),
        ("demo\\..\\..\\evil.yaml", "chart illegally references parent directory"),
        ("demo/c:/evil.yaml", "chart contains illegally named files"),
        ("Chart.yaml", "chart illegally contains content outside the base directory"),
        ("Chart.yaml/x", "chart yaml not in base directory"),
    ],
)
def test_archive_paths_that_lead_elsewhere_are_refused(tmp_path: Path, name: str, words: str) -> None:
    chart = read_packed(tmp_path, pack({**PLAIN, name: b"evil"}))
    problem = find_problem(chart.problems, "QD205")
    assert words in problem.helm_message
    assert problem.path == f"{tmp_path.as_posix()}/demo.tgz"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.tgz"]


def test_links_and_devices_in_archives_are_empty_files(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        for name, data in PLAIN.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            packed.addfile(entry, io.BytesIO(data))
        link = tarfile.TarInfo("demo/templates/link.yaml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(link)
        device = tarfile.TarInfo("demo/files/zero")
        device.type = tarfile.CHRTYPE
        packed.addfile(device)
    chart = read_packed(tmp_path, buffer.getvalue())
    assert [problem.code for problem in chart.problems] == ["QD206", "QD206"]
    assert {file.path: file.data for file in chart.templates}["templates/link.yaml"] == b""


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("demo/files/bomb")
    entry.size = 10 * 1024**3
    data = gzip.compress(entry.tobuf() + b"\0" * 10_000)
    problem = find_problem(read_packed(tmp_path, data).problems, "QD203")
    assert problem.helm_message.startswith("decompressed chart is larger than the maximum size")


def test_a_header_bomb_is_refused_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_SIZE", 10_000)
    monkeypatch.setattr(archive, "_HEADER_ALLOWANCE", 10_000)
    header = tarfile.TarInfo("demo/pax")
    header.type, header.size = tarfile.XHDTYPE, 5_000_000
    data = gzip.compress(header.tobuf() + b"1" * 5_000_000)
    chart = read_packed(tmp_path, data)
    assert [problem.severity for problem in chart.problems[:1]] == [Severity.CRITICAL]


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_headers_about_headers_are_refused(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("demo/header")
    header.type, content = kind, b"12 path=abc\n"
    header.size = len(content)
    block = header.tobuf() + content.ljust(512, b"\0")
    problem = find_problem(read_packed(tmp_path, gzip.compress(block * 20_000)).problems, "QD205")
    assert "too many extended headers" in problem.message


def test_an_archive_that_cannot_be_read_is_one_finding(tmp_path: Path) -> None:
    for data in (b"text", pack({"demo/../../evil": b"x", **PLAIN}), pack(PLAIN)[:60]):
        assert len(read_packed(tmp_path, data).problems) == 1


def test_a_chart_yaml_that_is_no_file_is_one_finding(tmp_path: Path) -> None:
    folder = write_chart(tmp_path, "-- templates/a.yaml --\na: 1\n")
    (folder / "Chart.yaml").unlink()
    (folder / "Chart.yaml").symlink_to("nowhere.yaml")
    assert [one.code for one in read_chart(folder).problems] == ["QD201"]


def test_many_small_files_are_refused_at_the_limit_of_their_sum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_SIZE", 2_000)
    files = {f"demo/files/{number}": b"x" * 300 for number in range(10)}
    problem = find_problem(read_packed(tmp_path, pack({**PLAIN, **files})).problems, "QD203")
    assert problem.severity is Severity.CRITICAL


@pytest.mark.parametrize("length", [0, 1, 5, 40, 100])
def test_an_archive_that_ends_too_early_is_damaged(tmp_path: Path, length: int) -> None:
    chart = read_packed(tmp_path, pack(PLAIN)[:length])
    assert find_problem(chart.problems, "QD205").severity is Severity.CRITICAL


def test_a_damaged_archive_among_the_sub_charts_leaves_the_chart_usable(tmp_path: Path) -> None:
    write_chart(tmp_path, "-- templates/a.yaml --\na: 1\n")
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts/sub-1.0.0.tgz").write_bytes(b"no archive at all")
    chart = read_chart(tmp_path)
    problem = find_problem(chart.problems, "QD205")
    assert problem.path.endswith("/charts/sub-1.0.0.tgz")
    assert problem.helm_message == "error unpacking subchart sub-1.0.0.tgz in demo: gzip: invalid header"
    assert len(chart.templates) == 1


def test_charts_nested_without_end_are_cut_off(tmp_path: Path) -> None:
    path = "".join(f"charts/c{number}/" for number in range(150))
    parts = path.split("charts/")[1:]
    files = "".join(
        f"-- {''.join('charts/' + part for part in parts[: count + 1])}Chart.yaml --\n"
        f"{{apiVersion: v2, name: c{count}, version: 1.0.0}}\n"
        for count in range(150)
    )
    overlay_source = files
    chart = read_files(tmp_path, "-- templates/a.yaml --\na: 1\n")
    overlay = {
        line[3:-3]: "{apiVersion: v2, name: c, version: 1.0.0}"
        for line in overlay_source.splitlines()
        if line.startswith("-- ")
    }
    chart = read_chart(tmp_path, overlay=overlay)
    assert "QD209" in {problem.code for problem in chart.problems}


def test_a_binary_template_is_reported_and_kept(tmp_path: Path) -> None:
    write_chart(tmp_path, "-- templates/ok.yaml --\na: 1\n")
    (tmp_path / "templates/bad.yaml").write_bytes(b"a: 1\nb: \xff\xfe\n")
    inputs = prepare_files(tmp_path, "")
    problem = find_problem(inputs.problems, "QD207")
    assert (problem.line, problem.column) == (2, 4)
    texts = {file.name: file.text for file in inputs.templates}
    assert texts["demo/templates/bad.yaml"].encode("utf-8", "surrogateescape") == b"a: 1\nb: \xff\xfe\n"


def test_a_values_file_larger_than_helm_loads_is_not_read(tmp_path: Path) -> None:
    write_chart(tmp_path, "-- templates/a.yaml --\na: 1\n")
    with (tmp_path / "values.yaml").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    chart = read_chart(tmp_path)
    problem = find_problem(chart.problems, "QD203")
    assert (
        problem.helm_message
        == f'chart file "values.yaml" is larger than the maximum file size {MAX_FILE_SIZE}'
    )
    assert chart.values == {}


def test_a_huge_values_file_of_the_users_is_not_read(tmp_path: Path) -> None:
    user = ValuesInput(files=(ValuesFile("big.yaml", "a: 1\n" + "#" * 20_000_000),))
    inputs = prepare_files(tmp_path, "-- templates/a.yaml --\na: 1\n", user)
    assert find_problem(inputs.problems, "QD203").path == "big.yaml"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="only on systems with devices")
def test_values_without_end_are_refused() -> None:
    with pytest.raises(ReadError, match="/dev/zero is larger than"):
        read_local_file("/dev/zero")


def test_aliases_that_multiply_are_a_finding(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    chart = read_files(tmp_path, "-- values.yaml --\n" + "\n".join(lines) + "\n")
    problem = find_problem(chart.problems, "QD240")
    assert "document contains excessive aliasing" in problem.helm_message
    assert chart.values == {}


def test_links_out_of_the_chart_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = write_chart(tmp_path / "demo", "-- templates/a.yaml --\na: 1\n-- inner/x.txt --\nx\n")
    try:
        (folder / "outside.txt").symlink_to(tmp_path / "secret.txt")
        (folder / "inside.txt").symlink_to(folder / "inner/x.txt")
        (folder / "loop").symlink_to(folder)
    except OSError:
        pytest.skip("not on systems without links")
    chart = read_chart(folder)
    assert [file.path for file in chart.files] == ["inner/x.txt", "inside.txt"]
    assert sorted(problem.path.rsplit("/", 1)[-1] for problem in chart.problems) == ["loop", "outside.txt"]
    assert {problem.code for problem in chart.problems} == {"QD204"}


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows: no named pipes in folders")
def test_a_pipe_is_a_finding_and_nobody_waits_for_it(tmp_path: Path) -> None:
    write_chart(tmp_path, "-- templates/a.yaml --\na: 1\n")
    os.mkfifo(tmp_path / "pipe")
    problem = find_problem(read_chart(tmp_path).problems, "QD202")
    assert problem.helm_message.endswith("/pipe as it has file mode type bits set")


def test_an_unreadable_file_is_a_finding_and_the_rest_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who runs the tests may be allowed to read everything, so the system call itself says no.
    write_chart(tmp_path, "-- templates/a.yaml --\na: 1\n-- templates/b.yaml --\nb: 1\n")
    real_open = os.open

    def refuse(path, *arguments, **options):
        if str(path).endswith("a.yaml"):
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, *arguments, **options)

    monkeypatch.setattr(files_on_disk.os, "open", refuse)
    chart = read_chart(tmp_path)
    problem = find_problem(chart.problems, "QD201")
    assert problem.helm_message.startswith("error reading templates/a.yaml: open ")
    assert [file.path for file in chart.templates] == ["templates/b.yaml"]


def test_files_that_vanish_while_they_are_read_are_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_chart(tmp_path, "-- templates/a.yaml --\na: 1\n-- values.yaml --\na: 1\n")
    real_open = os.open

    def vanish(path, *arguments, **options):
        if str(path).endswith("values.yaml"):
            (tmp_path / "values.yaml").unlink()
        return real_open(path, *arguments, **options)

    monkeypatch.setattr(files_on_disk.os, "open", vanish)
    chart = read_chart(tmp_path)
    assert "vanished" in find_problem(chart.problems, "QD201").message
    assert len(chart.templates) == 1


def test_a_folder_that_vanishes_is_no_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_chart(tmp_path / "demo", "-- templates/a.yaml --\na: 1\n")
    real_scandir = os.scandir
    calls: list[object] = []

    def vanish(path):
        calls.append(path)
        if len(calls) == 2:
            folder.rename(tmp_path / "away")
        return real_scandir(path)

    monkeypatch.setattr(files_on_disk.os, "scandir", vanish)
    with pytest.raises(ChartNotFoundError, match="vanished"):
        read_chart(folder)


ODD_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(
            ["", ".", "..", "a/b", "v1", "v2", "1.0.0", "library", "*", "a.b", "\x07", "exports"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    *("apiVersion", "name", "version", "type", "dependencies", "Dependencies", "alias"),
                    *("condition", "tags", "import-values", "child", "parent", "maintainers", "annotations"),
                    *("keywords", "kubeVersion", "deprecated", "global", "sub", "enabled", "$ref", "pattern"),
                ]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=25,
)
ODD_TEXTS = st.one_of(ODD_VALUES.map(json.dumps), st.text(max_size=30))
METADATA_FILES = (
    "Chart.yaml",
    "requirements.yaml",
    "Chart.lock",
    "values.yaml",
    "values.schema.json",
    ".helmignore",
)


@given(
    files=st.dictionaries(
        st.tuples(st.sampled_from(["", "charts/sub/"]), st.sampled_from(METADATA_FILES)).map("".join),
        ODD_TEXTS,
    ),
    values=st.dictionaries(st.sampled_from(["global", "sub", "tags", "enabled"]), ODD_VALUES, max_size=3),
)
def test_whatever_the_files_say_there_are_only_findings(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str], values: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    overlay = {"templates/a.yaml": "a: 1", **files}
    inputs = prepare(read_chart(folder, overlay=overlay), values, Release(), make_capabilities())
    for problem in inputs.problems:
        assert problem.path.startswith(folder.as_posix()) or problem.path == "values"
        assert problem.line >= 1


def test_an_open_chart_yaml_that_the_ignore_file_leaves_out_is_a_finding(tmp_path: Path) -> None:
    chart = read_chart(tmp_path, overlay={"templates/a.yaml": "a: 1", "Chart.yaml": "", ".helmignore": "*"})
    assert "Chart.yaml is left out by a rule of .helmignore" in [one.message for one in chart.problems]


def test_values_that_are_imported_into_themselves_have_an_end(tmp_path: Path) -> None:
    imports = "import-values: [{child: inner, parent: x}, {child: inner, parent: x.y}]"
    files = {
        "Chart.yaml": "apiVersion: v2\nname: root\nversion: 1.0.0\n"
        f"dependencies: [{{name: sub, version: 1.0.0, {imports}}}]\n",
        "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "charts/sub/values.yaml": "inner: {a: 1}\n",
        "templates/a.yaml": "{{ toJson .Values.x }}",
    }
    inputs = prepare(read_chart(tmp_path, overlay=files), {}, Release(), make_capabilities())
    assert inputs.values["x"] == {"a": 1, "y": {}}
