"""What an editor is told while a chart is typed, over the wire, from the real server."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types as lsp

from protocol.editor import Editor, running_server
from quarterdeck.text.edits import Unit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    MakeChart = Callable[..., Path]

CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n"
BAD_FUNCTION = CONFIG + "  x: {{ undefinedFunction 1 }}\n"
GOOD = CONFIG + "  x: {{ quote 1 }}\n"
NEEDS_PORT = CONFIG + "  port: {{ .Values.server.port | quote }}\n"
STRANGE_NAMES = (
    "untitled:Untitled-1",
    "git:/shop/templates/a.yaml?ref=HEAD",
    "http://example.org/shop/templates/a.yaml",
    "file://other-host/shop/templates/a.yaml",
    "file:///%00/a.yaml",
    "file:///nowhere/%FF%FE/a.yaml",
    "file://[/a.yaml",
    "file:",
    "",
    "no uri at all",
)
WATCHES_FILES = {
    "workspace": lsp.WorkspaceClientCapabilities(
        did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    )
}


@pytest.fixture
async def editor() -> AsyncIterator[Editor]:
    async with running_server() as started:
        yield started


def chart_of(
    make_chart: MakeChart, template: str = BAD_FUNCTION, values: str = "{}\n", name: str = "shop"
) -> Path:
    return make_chart(name, **{"templates/a.yaml": template, "values.yaml": values})


async def test_a_mistake_is_shown_at_its_place_when_the_file_is_opened(
    editor: Editor, make_chart: MakeChart
) -> None:
    chart = chart_of(make_chart)
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml")
    (mistake,) = await editor.mistakes(uri)
    assert mistake.range.start.line == 5
    assert editor.covered(uri, mistake) == "undefinedFunction"
    assert (mistake.source, mistake.severity) == ("quarterdeck", lsp.DiagnosticSeverity.Error)
    assert isinstance(mistake.code, str)
    assert "undefinedFunction" in mistake.message


async def test_a_mistake_moves_with_its_text(editor: Editor, make_chart: MakeChart) -> None:
    chart = chart_of(make_chart)
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml")
    (before,) = await editor.mistakes(uri)
    editor.replace(uri, "kind:", "# one\n# two\nkind:")
    (after,) = await editor.mistakes(uri)
    assert after.range.start.line == before.range.start.line + 2
    assert after.range.start.character == before.range.start.character


async def test_a_mistake_goes_when_it_is_mended(editor: Editor, make_chart: MakeChart) -> None:
    chart = chart_of(make_chart)
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml")
    await editor.mistakes(uri)
    editor.replace(uri, "undefinedFunction", "quote")
    await editor.clean(uri)
    editor.replace(uri, "quote", "undefinedFunction")
    await editor.mistakes(uri)


async def test_the_open_text_counts_and_not_the_file(editor: Editor, make_chart: MakeChart) -> None:
    chart = make_chart(
        **{
            "templates/a.yaml": BAD_FUNCTION,
            "templates/b.yaml": GOOD.replace("name: a", "name: b"),
            "values.yaml": "{}\n",
        }
    )
    await editor.start(chart)
    mended = editor.open(chart / "templates/a.yaml", GOOD)
    await editor.clean(mended)
    broken = editor.open(chart / "templates/b.yaml", BAD_FUNCTION)
    await editor.mistakes(broken)
    assert not editor.shown[mended].diagnostics


async def test_closing_a_file_brings_back_what_is_on_disk(editor: Editor, make_chart: MakeChart) -> None:
    chart = chart_of(make_chart)
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml", GOOD)
    await editor.clean(uri)
    editor.close(uri)
    (mistake,) = await editor.mistakes(uri)
    assert editor.covered(uri, mistake, BAD_FUNCTION) == "undefinedFunction"


async def test_a_value_that_is_deleted_shows_in_the_template_that_needs_it(
    editor: Editor, make_chart: MakeChart
) -> None:
    chart = chart_of(make_chart, NEEDS_PORT, "server:\n  port: 80\n")
    await editor.start(chart)
    template = (chart / "templates/a.yaml").as_uri()
    values = editor.open(chart / "values.yaml")
    await editor.clean(values)
    assert template not in editor.shown, "a clean file that nobody opened is not spoken of"
    editor.replace(values, "server", "other")
    (mistake,) = await editor.mistakes(template)
    assert mistake.range.start.line == 5
    editor.replace(values, "other", "server")
    await editor.clean(template)


async def test_a_file_of_a_sub_chart_is_checked_with_its_parent(
    editor: Editor, make_chart: MakeChart
) -> None:
    chart = make_chart(
        **{
            "values.yaml": "db:\n  server: {port: 1}\n",
            "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
            "charts/db/templates/a.yaml": NEEDS_PORT,
        }
    )
    await editor.start(chart)
    uri = editor.open(chart / "charts/db/templates/a.yaml")
    await editor.clean(uri)
    editor.replace(uri, "quote", "undefinedFunction")
    (mistake,) = await editor.mistakes(uri)
    assert editor.covered(uri, mistake) == "undefinedFunction"


async def test_two_charts_of_two_folders_do_not_mix(editor: Editor, make_chart: MakeChart) -> None:
    shop, bank = chart_of(make_chart), chart_of(make_chart, GOOD, name="bank")
    await editor.start(shop, bank)
    in_shop = editor.open(shop / "templates/a.yaml")
    in_bank = editor.open(bank / "templates/a.yaml")
    await editor.mistakes(in_shop)
    await editor.clean(in_bank)
    editor.replace(in_bank, "quote", "undefinedFunction")
    await editor.mistakes(in_bank)
    editor.replace(in_shop, "undefinedFunction", "quote")
    await editor.clean(in_shop)
    assert editor.shown[in_bank].diagnostics


@pytest.mark.parametrize("unit", list(Unit))
async def test_columns_are_in_the_unit_agreed_on(unit: Unit, make_chart: MakeChart) -> None:
    template = CONFIG + '  ä𝄞: "😀😀" # {{ quote 1 }} {{ undefinedFunction 1 }}\n'
    chart = chart_of(make_chart, template)
    async with running_server(unit) as editor:
        result = await editor.start(chart)
        assert result.capabilities.position_encoding == unit.value
        uri = editor.open(chart / "templates/a.yaml")
        (mistake,) = await editor.mistakes(uri)
        assert editor.covered(uri, mistake) == "undefinedFunction"
        editor.replace(uri, "undefinedFunction", "quote")
        await editor.clean(uri)
        editor.replace(uri, "# {{ quote", "# 😀 {{ undefinedFunction")
        (mistake,) = await editor.mistakes(uri)
        assert editor.covered(uri, mistake) == "undefinedFunction"


async def test_only_line_ends_end_lines(editor: Editor, make_chart: MakeChart) -> None:
    chart = make_chart(**{"values.yaml": "{}\n"})
    await editor.start(chart)
    for number, separator in enumerate("\x0b\x0c\x1c\x85\u2028\u2029"):
        template = f"# one{separator}two\r\n{{{{/* a{separator}b */}}}}\r\nx: {{{{ quote 1 }}}}\r\n"
        uri = (chart / f"templates/a{number}.yaml").as_uri()
        editor.open_uri(uri, template)
        editor.replace(uri, "quote", "undefinedFunction")
        mistakes = [each for each in await editor.mistakes(uri) if "undefinedFunction" in each.message]
        assert [editor.covered(uri, each) for each in mistakes] == ["undefinedFunction"]
        assert mistakes[0].range.start == lsp.Position(2, 6)
        editor.close(uri)


async def test_the_newest_text_wins_when_typing_is_fast(editor: Editor, make_chart: MakeChart) -> None:
    chart = chart_of(make_chart, GOOD)
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml")
    for _ in range(100):
        editor.replace(uri, "quote", "undefinedFunction")
        editor.replace(uri, "undefinedFunction", "quote")
    await editor.clean(uri)
    versions = [each.version for each in editor.history if each.uri == uri]
    assert versions == sorted(versions)
    assert versions[-1] == 201


async def test_a_change_on_disk_is_noticed(editor: Editor, make_chart: MakeChart) -> None:
    chart = chart_of(make_chart, NEEDS_PORT, "server:\n  port: 80\n")
    await editor.start(chart, **WATCHES_FILES)
    await editor.until(lambda: editor.watched == [lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES])
    uri = editor.open(chart / "templates/a.yaml")
    await editor.clean(uri)
    (chart / "values.yaml").write_text("{}\n")
    editor.changed_on_disk(chart / "values.yaml")
    await editor.mistakes(uri)
    (chart / "values.yaml").write_text("server: {port: 1}\n")
    editor.changed_on_disk(chart / "values.yaml")
    await editor.clean(uri)


async def test_a_chart_that_vanishes_takes_its_findings_with_it(
    editor: Editor, make_chart: MakeChart
) -> None:
    chart = chart_of(make_chart)
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml")
    await editor.mistakes(uri)
    shutil.rmtree(chart)
    editor.changed_on_disk(chart / "Chart.yaml")
    await editor.clean(uri)


async def test_a_folder_becomes_a_chart_when_its_chart_file_is_saved(
    editor: Editor, make_chart: MakeChart
) -> None:
    chart = chart_of(make_chart)
    metadata = (chart / "Chart.yaml").read_text()
    (chart / "Chart.yaml").unlink()
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml")
    (chart / "Chart.yaml").write_text(metadata)
    editor.client.text_document_did_save(
        lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier((chart / "Chart.yaml").as_uri()))
    )
    await editor.mistakes(uri)


async def test_a_chart_outside_the_workspace_is_forgotten_with_its_last_file(
    editor: Editor, make_chart: MakeChart
) -> None:
    inside, outside = make_chart("inside"), chart_of(make_chart, name="outside")
    await editor.start(inside)
    uri = editor.open(outside / "templates/a.yaml")
    await editor.mistakes(uri)
    editor.close(uri)
    await editor.clean(uri)


async def test_a_folder_taken_from_the_workspace_takes_its_findings_with_it(
    editor: Editor, make_chart: MakeChart
) -> None:
    chart = chart_of(make_chart)
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml")
    await editor.mistakes(uri)
    editor.close(uri)
    folder = lsp.WorkspaceFolder(uri=chart.as_uri(), name="shop")
    editor.client.workspace_did_change_workspace_folders(
        lsp.DidChangeWorkspaceFoldersParams(lsp.WorkspaceFoldersChangeEvent(added=[], removed=[folder]))
    )
    await editor.clean(uri)


async def test_names_with_spaces_and_signs_come_back_as_the_editor_wrote_them(
    editor: Editor, make_chart: MakeChart
) -> None:
    chart = chart_of(make_chart, name="my 100% chärt #1")
    await editor.start(chart)
    uri = (chart / "templates/a.yaml").as_uri().replace("%20", "%20").replace("%C3%A4", "ä")
    editor.open_uri(uri, BAD_FUNCTION)
    await editor.mistakes(uri)
    assert set(editor.shown) == {uri}


async def test_strange_names_are_passed_over(editor: Editor, make_chart: MakeChart) -> None:
    chart = chart_of(make_chart)
    await editor.start(chart)
    for uri in STRANGE_NAMES:
        editor.open_uri(uri, BAD_FUNCTION)
        editor.replace(uri, "undefinedFunction", "quote")
        editor.close(uri)
    uri = editor.open(chart / "templates/a.yaml")
    await editor.mistakes(uri)
    assert set(editor.shown) == {uri}
    assert editor.errors == []


async def test_edits_of_what_is_not_open_are_passed_over(editor: Editor, make_chart: MakeChart) -> None:
    chart = chart_of(make_chart)
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml", GOOD)
    await editor.clean(uri)
    editor.close(uri)
    editor.texts[uri] = GOOD
    editor.rewrite(uri, GOOD)
    editor.close(uri)
    await editor.mistakes(uri)
    assert editor.errors == []


async def test_nothing_is_written_into_the_workspace(editor: Editor, make_chart: MakeChart) -> None:
    chart = chart_of(make_chart)
    before = digest(chart)
    await editor.start(chart)
    uri = editor.open(chart / "templates/a.yaml")
    await editor.mistakes(uri)
    editor.replace(uri, "undefinedFunction", "quote")
    await editor.clean(uri)
    assert digest(chart) == before


def digest(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
        for file in sorted(folder.rglob("*"))
    }
