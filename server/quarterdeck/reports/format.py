"""The forms that findings are printed in, each in a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from quarterdeck.reports.model import ChartReport, Tally

Format = Literal["text", "json", "sarif", "github"]


class Report(Protocol):
    """Turns checked charts into text, piece by piece, so that each can be printed as soon as it is done."""

    def begin(self) -> str:
        """Give what comes before the first chart."""
        ...

    def chart(self, report: ChartReport) -> str:
        """Give what is printed for one chart."""
        ...

    def end(self, tally: Tally, /) -> str:
        """Give what comes after the last chart."""
        ...


def make_report(form: Format, *, is_coloured: bool = False, width: int = 100) -> Report:
    """Give the report of this form; colour and width count for text alone."""
    # Each is imported alone: a run prints one form.
    match form:
        case "text":
            from quarterdeck.reports.as_text import TextReport  # noqa: PLC0415 - see above

            return TextReport(is_coloured=is_coloured, width=width)
        case "json":
            from quarterdeck.reports.as_json import JsonReport  # noqa: PLC0415 - see above

            return JsonReport()
        case "sarif":
            from quarterdeck.reports.as_sarif import SarifReport  # noqa: PLC0415 - see above

            return SarifReport()
        case "github":
            from quarterdeck.reports.as_github import GithubReport  # noqa: PLC0415 - see above

            return GithubReport()
