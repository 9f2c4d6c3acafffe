"""Settings and scenarios of charts on the disk: which workspace counts, and what is not looked at in vain."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.scenarios.model import DEFAULT
from quarterdeck.scenarios.values import OUTSIDE, Refusal
from quarterdeck.workspace.chart_scenarios import (
    TrustedTexts,
    find_root,
    may_have_scenarios,
    read_manifests,
    read_scenarios,
)

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-live}
spec:
  source:
    path: charts/shop
    helm: {releaseName: live}
"""


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
    return path


def shop_in(folder: Path) -> str:
    write(folder / "Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    return folder.as_posix()


def test_the_workspace_is_the_nearest_folder_with_a_repository(tmp_path: Path) -> None:
    chart = shop_in(tmp_path / "a/b/shop")
    (tmp_path / "a/.git").mkdir()
    assert find_root(chart, f"{tmp_path}/a/b", str(tmp_path)) == f"{tmp_path}/a"
    write(tmp_path / "a/b/shop/.git", "gitdir: elsewhere\n")  # a submodule
    assert find_root(chart, f"{tmp_path}/a/b", str(tmp_path)) == chart


def test_without_a_repository_it_is_where_the_command_runs_or_what_it_names(tmp_path: Path) -> None:
    chart = shop_in(tmp_path / "a/b/shop")
    assert find_root(chart, f"{tmp_path}/a/b", f"{tmp_path}/a") == f"{tmp_path}/a"
    assert find_root(chart, f"{tmp_path}/a/b", f"{tmp_path}/elsewhere") == f"{tmp_path}/a/b"
    assert find_root(chart, f"{tmp_path}/c", f"{tmp_path}/a/b/sho") == chart


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("work/shop/values-x.yaml", True),
        ("work/shop/ci/a.yaml", True),
        ("work/shop/.quarterdeck.yaml", True),
        ("work/.quarterdeck.yml", True),
        (".quarterdeck.yaml", False),
        ("work/shop/templates/a.yaml", False),
        ("work/shop/charts/sub/values-x.yaml", False),
        ("work/shop/crds/a.yaml", False),
        ("work/shop/README.md", False),
        ("work/shop/values.schema.json", False),
        ("work/other.yaml", False),
    ],
)
def test_a_quick_look_tells_what_is_worth_a_thorough_one(tmp_path: Path, path: str, *, may: bool) -> None:
    chart = shop_in(tmp_path / "work/shop")
    write(tmp_path / path)
    assert may_have_scenarios(chart, f"{tmp_path}/work") is may


NAMES = (
    "values.yaml",
    "values.yml",
    "values-a.yaml",
    "Values.yaml",
    "a.yaml",
    ".x.yaml",
    "values",
    "secrets.yaml",
)
FOLDERS = ("", "ci/", "templates/", "charts/", "crds/", ".hidden/", "environments/prod/", "docs/")
FILES = st.lists(
    st.builds(lambda folder, name: folder + name, st.sampled_from(FOLDERS), st.sampled_from(NAMES))
)


@given(FILES)
def test_where_the_quick_look_finds_nothing_there_is_nothing(files: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        chart = shop_in(Path(folder).resolve() / "shop")
        for file in files:
            write(Path(chart, file), "replicas: 2\n")
        if not may_have_scenarios(chart, chart):
            known = read_scenarios(chart, chart)
            assert [one.name for one in known.scenarios] == [DEFAULT]
            assert (known.left_out, known.findings) == ((), ())


def test_what_other_tools_deploy_is_read_from_below_the_folders_that_are_named(tmp_path: Path) -> None:
    chart = shop_in(tmp_path / "charts/shop")
    write(tmp_path / "apps/shop.yaml", APPLICATION)
    manifests = read_manifests([str(tmp_path)])
    assert manifests is not None
    known = read_scenarios(chart, str(tmp_path), manifests)
    live = next(one for one in known.scenarios if one.source == "argo")
    assert live.release_name == "live"
    assert live.place is not None
    assert live.place.path == f"{tmp_path}/apps/shop.yaml"
    assert read_manifests([chart]) is None
    assert [one.source for one in read_scenarios(chart, str(tmp_path)).scenarios] == ["default"]


def test_a_file_that_a_declared_scenario_names_is_none_by_itself(tmp_path: Path) -> None:
    chart = shop_in(tmp_path)
    write(tmp_path / "environments/common.yaml", "replicas: 2\n")
    write(tmp_path / "environments/other.yaml", "replicas: 2\n")
    write(tmp_path / ".quarterdeck.yaml", "scenarios: {prod: {values: environments/common.yaml, set: a=1}}\n")
    known = read_scenarios(chart, chart)
    assert [(one.name, one.source) for one in known.scenarios] == [
        ("default", "default"),
        ("prod", "declared"),
        ("other", "file"),
    ]
    (left_out,) = known.left_out
    assert (left_out.path, left_out.reason) == (
        f"{chart}/environments/common.yaml",
        "it is part of the scenario `prod`",
    )


def test_a_focus_in_a_folder_above_may_be_for_other_charts(tmp_path: Path) -> None:
    chart = shop_in(tmp_path / "shop")
    write(tmp_path / ".quarterdeck.yaml", "focus: prod\n")
    assert read_scenarios(chart, str(tmp_path)).findings == ()
    write(tmp_path / "shop/.quarterdeck.yaml", "focus: prod\n")
    assert [one.code for one in read_scenarios(chart, str(tmp_path)).findings] == ["QD807"]


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows, where links need a privilege")
def test_why_a_text_is_not_given(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    write(inside / "a.yaml", "a: 1\n")
    write(outside / "b.yaml", "b: 1\n")
    (inside / "link.yaml").symlink_to(outside / "b.yaml")
    (inside / "inner.yaml").symlink_to(inside / "a.yaml")
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")
    (inside / "folder").mkdir()
    texts = TrustedTexts(str(inside))
    assert texts(f"{inside}/a.yaml") == "a: 1\n"
    assert texts(f"{inside}/inner.yaml") == "a: 1\n"
    assert texts(f"{inside}/none.yaml") is None
    assert texts(f"{inside}/link.yaml") == OUTSIDE
    assert texts(f"{inside}/../outside/b.yaml") == OUTSIDE
    assert texts(f"{outside}/none.yaml") == OUTSIDE
    assert isinstance(texts(f"{inside}/folder"), Refusal)
    assert texts(f"{inside}/\0") is None
    assert not isinstance(texts(f"{inside}/loop.yaml"), str)


def test_a_text_is_read_once(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yaml", "a: 1\n")
    texts = TrustedTexts(str(tmp_path))
    assert texts(str(file)) == "a: 1\n"
    file.unlink()
    assert texts(str(file)) == "a: 1\n"
