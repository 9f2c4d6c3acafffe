"""Template texts through both engines: what each prints, or the message with which it refuses."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING

from function_cases import OPERANDS
from plain_machine import PlainMachine
from quarterdeck.compiler.units import TemplateError
from quarterdeck.render.helm_errors import run_message
from quarterdeck.runtime.values import RootContext, Values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_BROKEN_BYTE = re.compile("[\udc80-\udcff]")
"""What the official engine's answers, being JSON, cannot hold."""

_FILE = "case/templates/t{}.yaml"


def answer_of(text: str, number: int = 0) -> tuple[str, str]:
    """Give our engine's text and message for one file; one of them is empty."""
    name = _FILE.format(number)
    machine = PlainMachine({name: text})
    try:
        text = machine.render(name, RootContext({"Values": Values(copy.deepcopy(OPERANDS))}))
        return _BROKEN_BYTE.sub("\ufffd", text), ""
    except TemplateError as error:
        return "", run_message(name, error)


class OfficialEngine:
    """Renders files of a chart in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "templates").mkdir()
        (folder / "Chart.yaml").write_text("apiVersion: v2\nname: case\nversion: 1.0.0\n")
        (folder / "values.yaml").write_text(json.dumps(OPERANDS))

    def render(self, texts: dict[int, str]) -> tuple[dict[int, str], str]:
        """Give what the files give by their numbers, or the message with which the first one fails."""
        for path in (self.folder / "templates").iterdir():
            path.unlink()
        for number, text in texts.items():
            (self.folder / _FILE.removeprefix("case/").format(number)).write_text(text, encoding="utf-8")
        from official_engine import ask_helm  # noqa: PLC0415 -- unit tests run where it is not installed

        answer = ask_helm(self.folder)
        if answer.error:
            return {}, answer.error
        return {number: answer.templates[_FILE.format(number)] for number in texts}, ""

    def answer(self, text: str, number: int = 0) -> tuple[str, str]:
        """Give text and message for one file; one of them is empty."""
        texts, error = self.render({number: text})
        return texts.get(number, ""), error


def differences(engine: OfficialEngine, texts: Sequence[str]) -> list[str]:
    """Tell of each text that the engines do not answer alike.

    Texts that render with us are rendered all at once by the official engine; where it refuses, and for
    texts that we refuse, it is asked for each alone.
    """
    answers = {number: answer_of(text, number) for number, text in enumerate(texts)}
    good = {number: texts[number] for number, answer in answers.items() if not answer[1]}
    official, error = engine.render(good) if good else ({}, "")
    found: list[str] = []
    for number, text in enumerate(texts):
        theirs = (official[number], "") if number in official and not error else engine.answer(text, number)
        if theirs != answers[number]:
            found.append(f"{text}\n  Helm: {theirs!r}\n  ours: {answers[number]!r}")
    return found
