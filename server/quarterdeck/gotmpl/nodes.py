"""The tree of a Go template.

Nodes are immutable `msgspec.Struct`s: they compare by value, are made in C and are invisible to the garbage
collector. A node's `start` and `end` are half-open code-point offsets **relative to the start of the
top-level item that holds it** (`Item.start`), so that an edit above an item leaves its node as it was.

Every character of a template belongs to exactly one `Text.raw`, `Tag.source` or `Broken.raw`, in order: that
is what makes printing lossless. `gotmpl.printer` joins them.

Shapes follow Go's `text/template/parse`; what Go drops (comments, trimmed white space) is kept.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class _Node(msgspec.Struct, frozen=True, gc=False):
    start: int
    end: int


# --- expressions -------------------------------------------------------------------------------------------


class Dot(_Node, frozen=True, gc=False):
    """`.`."""


class Nil(_Node, frozen=True, gc=False):
    """`nil`."""


class Bool(_Node, frozen=True, gc=False):
    """`true` or `false`."""

    value: bool


class Number(_Node, frozen=True, gc=False):
    """A number or character constant; both values are set where Go would accept both.

    `int_value` is None when the constant cannot be an integer, `float_value` when it cannot be a float;
    `is_char` marks `'a'`; `is_complex` marks `1i` (both values are then None).
    """

    text: str
    int_value: int | None
    float_value: float | None
    is_char: bool = False
    is_complex: bool = False


class String(_Node, frozen=True, gc=False):
    """A string constant: `raw` with its quotes or backquotes, `value` unquoted."""

    raw: str
    value: str


class Field(_Node, frozen=True, gc=False):
    """`.a.b`: fields of dot."""

    names: tuple[str, ...]


class Variable(_Node, frozen=True, gc=False):
    """`$x.a.b`: a variable (`name` with its `$`; `$` alone is the root) and fields of it."""

    name: str
    fields: tuple[str, ...] = ()


class Identifier(_Node, frozen=True, gc=False):
    """The name of a function."""

    name: str


class Chain(_Node, frozen=True, gc=False):
    """`(pipeline).a.b`, or fields after another operand."""

    node: Expression
    fields: tuple[str, ...]


class Command(_Node, frozen=True, gc=False):
    """Operands side by side: a function or field with its arguments, or one operand."""

    args: tuple[Expression, ...]


class Pipeline(_Node, frozen=True, gc=False):
    """Commands joined by `|`, after optional variables: `$k, $v := a | b`.

    `assigns` is true for `=`, false for `:=`; without variables it means nothing. The span of a pipeline in
    parentheses lies inside them. A tag whose pipeline could not be read has one without commands.
    """

    variables: tuple[Variable, ...]
    assigns: bool
    commands: tuple[Command, ...]


Expression: TypeAlias = Dot | Nil | Bool | Number | String | Field | Variable | Identifier | Chain | Pipeline


# --- statements --------------------------------------------------------------------------------------------


class Tag(_Node, frozen=True, gc=False):
    """One `{{ … }}` as written, delimiters and trim markers included."""

    source: str


class Text(_Node, frozen=True, gc=False):
    """Text between actions: `raw` as written, `value` what is left after the neighbours' trim markers.

    `value` stands in `raw` at `lead`: the output text begins `lead` code points after `start`.
    """

    raw: str
    value: str
    lead: int = 0


class Comment(_Node, frozen=True, gc=False):
    """`{{/* … */}}`."""

    tag: Tag


class Action(_Node, frozen=True, gc=False):
    """`{{ pipeline }}`: prints, or declares and assigns when the pipeline has variables."""

    tag: Tag
    pipeline: Pipeline


class Else(_Node, frozen=True, gc=False):
    """`{{ else }}` and what follows up to the end, or `{{ else if x }}` / `{{ else with x }}`.

    In the second form `body` holds exactly one `If` or `With` whose `tag` is this tag and whose `end_tag` is
    None: one `{{ end }}` closes the whole chain.
    """

    tag: Tag
    body: tuple[Statement, ...]
    is_chained: bool = False


class If(_Node, frozen=True, gc=False):
    """`{{ if pipeline }} … {{ else }} … {{ end }}`; `end_tag` is None where it is missing (or chained)."""

    tag: Tag
    pipeline: Pipeline
    body: tuple[Statement, ...]
    otherwise: Else | None
    end_tag: Tag | None


class With(_Node, frozen=True, gc=False):
    """`{{ with pipeline }} … {{ else }} … {{ end }}`."""

    tag: Tag
    pipeline: Pipeline
    body: tuple[Statement, ...]
    otherwise: Else | None
    end_tag: Tag | None


class Range(_Node, frozen=True, gc=False):
    """`{{ range $k, $v := pipeline }} … {{ else }} … {{ end }}`."""

    tag: Tag
    pipeline: Pipeline
    body: tuple[Statement, ...]
    otherwise: Else | None
    end_tag: Tag | None


class Break(_Node, frozen=True, gc=False):
    """`{{ break }}`."""

    tag: Tag


class Continue(_Node, frozen=True, gc=False):
    """`{{ continue }}`."""

    tag: Tag


class TemplateCall(_Node, frozen=True, gc=False):
    """`{{ template "name" pipeline }}`; `name_start` and `name_end` bound the quoted name."""

    tag: Tag
    name: str
    name_start: int
    name_end: int
    pipeline: Pipeline | None


class Define(_Node, frozen=True, gc=False):
    """`{{ define "name" }} … {{ end }}`."""

    tag: Tag
    name: str
    name_start: int
    name_end: int
    body: tuple[Statement, ...]
    end_tag: Tag | None


class Block(_Node, frozen=True, gc=False):
    """`{{ block "name" pipeline }} … {{ end }}`: a define and a call of it in one."""

    tag: Tag
    name: str
    name_start: int
    name_end: int
    pipeline: Pipeline
    body: tuple[Statement, ...]
    end_tag: Tag | None


class Broken(_Node, frozen=True, gc=False):
    """Text that could not be read as a tag; the problem that says why has the same place."""

    raw: str


Statement: TypeAlias = (
    Text | Comment | Action | If | With | Range | Break | Continue | TemplateCall | Define | Block | Broken
)


class Item(msgspec.Struct, frozen=True, gc=False):
    """One top-level statement and the absolute offset that its node's offsets count from."""

    start: int
    node: Statement


class SyntaxProblem(msgspec.Struct, frozen=True, gc=False):
    """One syntax error.

    `start` and `end` are absolute offsets of what to underline. `helm_message` is what Go's parser says
    (without the `template: name:line:` in front), `helm_line` the 1-based line that it names.
    """

    code: str
    start: int
    end: int
    message: str
    proposal: str
    helm_message: str
    helm_line: int


class Template(msgspec.Struct, frozen=True, gc=False):
    """The tree of one file: its top-level items in order, and every syntax error in order of place.

    The first problem is the one at which Go stops.
    """

    text: str
    items: tuple[Item, ...]
    problems: tuple[SyntaxProblem, ...]
