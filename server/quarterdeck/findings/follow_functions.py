"""What calls of functions stand for, as far as the text tells: paths, maps and lists that it makes, texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from quarterdeck.findings.given import (
    any_of,
    element_of,
    formatted,
    joined,
    made_list,
    made_map,
    path_behind,
    step_of,
    with_entry,
)
from quarterdeck.findings.patterns import Computed, Constant, Entry, Pipe
from quarterdeck.gotmpl.nodes import Bool, Identifier, Number, Pipeline, String, Variable

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.findings.find_patterns import Argument, Finder, Scope
    from quarterdeck.findings.patterns import Given, Use
    from quarterdeck.gotmpl.nodes import Command, Expression


class _Run(NamedTuple):
    """One call of a function that is being followed."""

    finder: Finder
    name: str
    command: Command
    operands: tuple[Expression, ...]
    scope: Scope
    use: Use | None
    pipes: tuple[Pipe, ...]
    piped: Argument | None

    def arguments(self, *uses: Use | None) -> list[Argument]:
        """Follow all arguments, the piped one last; the last of `uses` is that of all that are left."""
        found = [
            self.finder.operand(operand, self.scope, uses[min(index, len(uses) - 1)])
            for index, operand in enumerate(self.operands)
        ]
        return found if self.piped is None else [*found, self.piped]

    def all_but_last_noted(self) -> list[Argument]:
        """Follow all arguments; the last one is followed further."""
        uses: list[Use | None] = ["value"] * len(self.operands)
        if self.piped is None:
            uses[-1:] = [None]
        return self.arguments(*uses or [None])

    def followed(self, given: Given) -> Given:
        """Note that what was followed to its end is used."""
        if self.use is not None:
            base = self.finder.base
            self.finder.note(given, base + self.command.start, base + self.command.end, self.use)
        return given


def follow_function(
    finder: Finder,
    command: Command,
    scope: Scope,
    use: Use | None,
    pipes: tuple[Pipe, ...],
    piped: Argument | None,
) -> Given:
    """Follow a call of a function; `piped` is its last argument, `pipes` get its result."""
    first = command.args[0]
    name = first.name if isinstance(first, Identifier) else ""
    run = _Run(finder, name, command, command.args[1:], scope, use, pipes, piped)
    return _FOLLOW.get(name, _other)(run)


def uses_of_piped(name: str, operands: int) -> Use | None:
    """Say what becomes of a value that is piped into a function with so many operands, its name included."""
    if name in _CALLS:
        return "passed" if operands > 1 else "value"
    if name in _UNNOTED:
        return None
    if name in _GATHERING:
        return "passed"
    return "tested" if name in _TESTING else "value"


def constant(node: Expression) -> Given:
    """Give an operand's value where it is a constant of the text."""
    match node:
        case String() | Bool():
            return Constant(node.value)
        case Number():
            return Constant(node.float_value if node.int_value is None else node.int_value)
        case _:
            return Computed()


# --- functions that run templates --------------------------------------------------------------------------


def _run_template(run: _Run) -> Given:
    arguments = run.arguments("value", "passed")
    if arguments:
        base = run.finder.base
        span = base + run.command.start, base + run.command.end
        if run.piped is not None:
            span = min(span[0], run.piped.start), span[1]
        given = arguments[1].given if len(arguments) > 1 else None
        run.finder.call("tpl" if run.name == "tpl" else "include", span, arguments[0], given, run.pipes)
    return Computed(run.name)


# --- functions whose result is followed --------------------------------------------------------------------


def _index(run: _Run) -> Given:
    arguments = run.arguments(None, "value")
    if not arguments:
        return Computed()
    return run.followed(path_behind(arguments[0].given, [step_of(one.given) for one in arguments[1:]]))


def _has_key(run: _Run) -> Given:
    _index(run._replace(use="tested"))
    return Computed(run.name)


def _dig(run: _Run) -> Given:
    arguments = run.all_but_last_noted()
    if len(arguments) < 3:
        return Computed()
    *keys, otherwise, source = arguments
    found = path_behind(source.given, [step_of(one.given) for one in keys])
    return any_of((run.followed(found), otherwise.given))


def _last_argument(run: _Run) -> Given:
    arguments = run.all_but_last_noted()
    return run.followed(arguments[-1].given) if arguments else Computed()


def _first_argument(run: _Run) -> Given:
    arguments = run.arguments(None, "value")
    return run.followed(arguments[0].given) if arguments else Computed()


def _first_element(run: _Run) -> Given:
    arguments = run.arguments(None)
    return run.followed(path_behind(arguments[-1].given, ("[0]",))) if arguments else Computed()


def _some_element(run: _Run) -> Given:
    arguments = run.arguments(None)
    return run.followed(element_of(arguments[-1].given)) if arguments else Computed()


def _values(run: _Run) -> Given:
    return made_list([element_of(one.given) for one in run.arguments("value")], has_others=True)


def _set(run: _Run) -> Given:
    arguments = run.arguments(None, "value", "passed")
    if len(arguments) < 3:
        return Computed()
    changed, key, value = arguments[:3]
    match key.given:
        case Constant(value=str() as name):
            given = with_entry(changed.given, Entry(name, key.start, key.end, value.given))
        case _:
            given = any_of((changed.given, Computed()))
    first = run.operands[0]
    if isinstance(first, Variable) and not first.fields and first.name != "$":
        run.scope.replace(first.name, given)
    return given


# --- functions that choose or put together -----------------------------------------------------------------


def _either(run: _Run) -> Given:
    return any_of([one.given for one in run.arguments(run.use or "value")] or [Computed()])


def _ternary(run: _Run) -> Given:
    use = run.use or "value"
    arguments = run.arguments(use, use, "tested")
    return any_of([one.given for one in arguments[:2]] or [Computed()])


def _logic(run: _Run) -> Given:
    return any_of([one.given for one in run.arguments("tested")] or [Computed()])


def _merge(run: _Run) -> Given:
    return any_of([one.given for one in run.arguments("passed")] or [Computed()])


def _dict(run: _Run) -> Given:
    arguments = run.arguments("passed")
    entries: list[Entry] = []
    has_others = False
    for key, value in zip(arguments[::2], arguments[1::2], strict=False):
        match key.given:
            case Constant(value=str() as name):
                entries.append(Entry(name, key.start, key.end, value.given))
            case _:
                has_others = True
    return made_map(entries, has_others=has_others)


def _list(run: _Run) -> Given:
    return made_list([one.given for one in run.arguments("passed")], has_others=False)


def _concat(run: _Run) -> Given:
    return made_list([element_of(one.given) for one in run.arguments("passed")], has_others=True)


def _append(run: _Run) -> Given:
    arguments = run.arguments("passed")
    elements = [element_of(one.given) for one in arguments[:1]]
    return made_list([*elements, *(one.given for one in arguments[1:])], has_others=True)


# --- texts, tests, all others ------------------------------------------------------------------------------


def _print(run: _Run) -> Given:
    return joined([one.given for one in run.arguments("value")])


def _printf(run: _Run) -> Given:
    arguments = [one.given for one in run.arguments("value")]
    return formatted(arguments[0], arguments[1:]) if arguments else Computed()


def _test(run: _Run) -> Given:
    run.arguments("tested")
    return Computed(run.name)


def _other(run: _Run) -> Given:
    """Follow the arguments of a function that gives something new; the last may be the text of a call."""
    for index, operand in enumerate(run.operands):
        pipes: tuple[Pipe, ...] = ()
        if run.piped is None and index == len(run.operands) - 1 and isinstance(operand, Pipeline):
            before = tuple(map(constant, run.operands[:-1]))
            pipes = (Pipe(run.name, before), *run.pipes)
        run.finder.operand(operand, run.scope, "value", pipes)
    return Computed(run.name)


_FOLLOW: Final[dict[str, Callable[[_Run], Given]]] = {
    **dict.fromkeys(("include", "tpl"), _run_template),
    **dict.fromkeys(("index", "get"), _index),
    "hasKey": _has_key,
    "dig": _dig,
    **dict.fromkeys(("deepCopy", "mustDeepCopy", "required"), _last_argument),
    **dict.fromkeys(("pick", "omit", "unset"), _first_argument),
    **dict.fromkeys(("first", "mustFirst"), _first_element),
    **dict.fromkeys(("last", "mustLast"), _some_element),
    "values": _values,
    "set": _set,
    **dict.fromkeys(("default", "coalesce"), _either),
    "ternary": _ternary,
    **dict.fromkeys(("and", "or"), _logic),
    **dict.fromkeys(("merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"), _merge),
    "dict": _dict,
    **dict.fromkeys(("list", "tuple"), _list),
    **dict.fromkeys(
        ("rest", "mustRest", "initial", "mustInitial", "reverse", "mustReverse", "compact", "mustCompact"),
        _concat,
    ),
    **dict.fromkeys(("concat", "uniq", "mustUniq", "sortAlpha"), _concat),
    **dict.fromkeys(("append", "mustAppend", "push", "mustPush", "prepend", "mustPrepend"), _append),
    **dict.fromkeys(("print", "toString"), _print),
    "printf": _printf,
    **dict.fromkeys(
        ("not", "eq", "ne", "lt", "le", "gt", "ge", "empty", "kindIs", "kindOf", "typeIs", "typeOf", "has"),
        _test,
    ),
}
_CALLS: Final = frozenset({"include", "tpl"})
_UNNOTED: Final = frozenset(
    name
    for name, follow in _FOLLOW.items()
    if follow in (_dig, _last_argument, _first_element, _some_element)
)
_GATHERING: Final = frozenset(
    name for name, follow in _FOLLOW.items() if follow in (_merge, _dict, _list, _concat, _append, _set)
)
_TESTING: Final = frozenset(name for name, follow in _FOLLOW.items() if follow in (_test, _ternary, _logic))
