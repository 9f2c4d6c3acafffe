"""`quarterdeck/scenarios` and `quarterdeck/selectScenario`: what charts are rendered with; the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec
from pygls.exceptions import JsonRpcInvalidParams

from quarterdeck.text.uri import normal_path, path_from_uri, uri_from_path

if TYPE_CHECKING:
    from quarterdeck.lsp.charts import ChartRecord, Charts
    from quarterdeck.lsp.session import Session


class ScenarioItem(msgspec.Struct, frozen=True, rename="camel"):
    """One scenario: its name, where it comes from, and the URIs of its values files in their order."""

    name: str
    source: str
    files: tuple[str, ...]
    release_name: str
    namespace: str


class LeftOutItem(msgspec.Struct, frozen=True, rename="camel"):
    """What might have been a scenario, and why it is none."""

    uri: str
    reason: str


class ChartScenariosItem(msgspec.Struct, frozen=True, rename="camel"):
    """The scenarios of one chart; `chosen` is the focus that somebody chose, if it is not from settings."""

    chart: str
    uri: str
    focused: str
    chosen: str | None
    scenarios: tuple[ScenarioItem, ...]
    left_out: tuple[LeftOutItem, ...]


class Target(msgspec.Struct, frozen=True):
    """Which chart is meant: by a document or folder in it, by its own folder, or by neither: all."""

    uri: str | None = None
    chart: str | None = None


class Choice(msgspec.Struct, frozen=True):
    """A scenario that is to be focused; none, and the settings count again."""

    scenario: str | None = None
    uri: str | None = None
    chart: str | None = None


class Server(Protocol):
    """What these handlers need of the server."""

    session: Session
    charts: Charts


def scenarios(server: Server, params: Any) -> tuple[ChartScenariosItem, ...]:
    """Give the scenarios of a chart, or of all, as far as they are known."""
    target = _convert(params, Target)
    chart = _chart_of(server, target.uri, target.chart)
    return tuple(_item(server, record) for record in server.charts if chart is None or record.path == chart)


def select(server: Server, params: Any) -> tuple[ChartScenariosItem, ...]:
    """Focus a scenario; give the scenarios of the charts that it is for."""
    choice = _convert(params, Choice)
    chart = _chart_of(server, choice.uri, choice.chart)
    if chart is not None and choice.scenario is not None:
        record = server.charts.get(chart)
        names = [] if record is None else [one.name for one in record.context.found.scenarios]
        if choice.scenario not in names:
            raise JsonRpcInvalidParams(
                f"there is no scenario {choice.scenario!r}: there are {', '.join(names)}"
            )
    server.session.choose_scenario(chart, choice.scenario)
    return scenarios(server, {"chart": chart} if chart else None)


def _item(server: Server, record: ChartRecord) -> ChartScenariosItem:
    found = record.context.found
    return ChartScenariosItem(
        chart=record.path,
        uri=uri_from_path(record.path),
        focused=record.context.focus.name,
        chosen=server.charts.focus_of(record.path),
        scenarios=tuple(
            ScenarioItem(
                one.name, one.source, tuple(map(uri_from_path, one.files)), one.release_name, one.namespace
            )
            for one in found.scenarios
        ),
        left_out=tuple(LeftOutItem(uri_from_path(one.path), one.reason) for one in found.left_out),
    )


def _chart_of(server: Server, uri: str | None, chart: str | None) -> str | None:
    """Give the chart that is meant; None for all."""
    path = chart and normal_path(chart)
    if uri is not None:
        path = path_from_uri(uri)
        if path is None:
            raise JsonRpcInvalidParams(f"{uri!r} is no file")
    if path is None:
        return None
    found = server.session.chart_of(path)
    if found is None:
        raise JsonRpcInvalidParams(f"{path} belongs to no chart that is in use")
    return found


def _convert(params: Any, kind: type[Any]) -> Any:
    if isinstance(params, list):  # a command's arguments
        arguments = cast("list[Any]", params)
        params = arguments[0] if arguments else None
    try:
        return msgspec.convert({} if params is None else params, kind)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(str(error)) from error
