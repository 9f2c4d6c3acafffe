"""What is run as one piece: a file's own text, or one define."""

from __future__ import annotations

from typing import Any, Protocol

from quarterdeck.gotmpl.nodes import Define, Statement, Template
from quarterdeck.runtime.context import Context


class Unit:
    """A file's own text, or one define: the smallest thing that is compiled, cached and run.

    `name` is the template's name (a file's path as Helm names it, or the define's name), `file` the file that
    it was parsed from, `text` that file's text. Offsets recorded while the unit runs count from `start`.
    `parts` are its statements with the base that turns their nodes' offsets into such offsets.
    """

    __slots__ = ("file", "is_define", "name", "parts", "start", "text")

    def __init__(
        self,
        *,
        name: str,
        file: str,
        text: str,
        start: int,
        parts: tuple[tuple[int, tuple[Statement, ...]], ...],
        is_define: bool,
    ) -> None:
        self.name = name
        self.file = file
        self.text = text
        self.start = start
        self.parts = parts
        self.is_define = is_define


def define_unit(file: str, template: Template, item_index: int) -> Unit:
    """Make the unit of the define that is the item at `item_index`."""
    item = template.items[item_index]
    node = item.node
    assert isinstance(node, Define)
    return Unit(
        name=node.name,
        file=file,
        text=template.text,
        start=item.start,
        parts=((0, node.body),),
        is_define=True,
    )


def file_unit(file: str, template: Template) -> Unit:
    """Make the unit of a file's own text, its defines left out."""
    return Unit(
        name=file,
        file=file,
        text=template.text,
        start=0,
        parts=tuple(
            (item.start, (item.node,)) for item in template.items if not isinstance(item.node, Define)
        ),
        is_define=False,
    )


class Hole:
    """The mark that a failed action leaves in a frame: where it starts, and what went wrong."""

    __slots__ = ("error", "offset")

    def __init__(self, offset: int, error: TemplateError) -> None:
        self.offset = offset
        self.error = error


class TemplateError(Exception):
    """A unit's run failed.

    `str()` is Go's message as `Template.Execute` returns it (`template: file:line:col: executing "name" at <node>:
    …`, with the messages of inner templates in their place). `unit` and `offset` say where the innermost failing node
    starts, `end` where it ends, `cause` is the innermost text alone.
    """

    def __init__(self, message: str, *, unit: Unit, offset: int, end: int, cause: str) -> None:
        super().__init__(message)
        self.unit = unit
        self.offset = offset
        self.end = end
        self.cause = cause


class Machine(Protocol):
    """What runs units: the interpreter and compiled code both call back into it."""

    context: Context
    derivations: dict[int, tuple[Any, ...]]
    """`id(result)` -> `(result, operation, *operands)`; see docs/architecture.md."""
    functions: dict[str, Any]
    """Name -> Python callable that takes checked arguments; context bound, origins kept."""
    keeps_going: bool
    """Whether a failed action becomes a hole; otherwise the first error stops the run."""
    errors: list[TemplateError]
    """Errors of holes, in order."""

    def find_unit(self, name: str) -> Unit | None:
        """Give the unit that `include name` runs here and now (`tpl` adds its own for its duration)."""
        ...

    def call(self, name: str, dot: Any) -> str:
        """Run the named template and give its text, recorded in `derivations`.

        Raises:
            GoError: there is no such template.
            TemplateError: it failed, and the machine does not keep going.
        """
        ...
