"""Runs units: compiled code where there is some, the interpreter otherwise and after every failure.

One machine serves one rendering. Results of includes are kept and used again while nothing changed that they
could depend on: 60 to 90 % of the includes of real charts repeat.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any

from quarterdeck.compiler.interpreter import interpret
from quarterdeck.compiler.program import RUNS_BEFORE_COMPILING, TPL_NAME, add_units
from quarterdeck.compiler.units import Source, TemplateError, Unit
from quarterdeck.render.memory import GroupRun, plain_copy, set_content
from quarterdeck.render.operations import Names, Records
from quarterdeck.render.trace import Trace
from quarterdeck.runtime.context import Context
from quarterdeck.runtime.goerror import BudgetError, GoError
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.values import TEMPLATE_READS, RootContext, find_containers

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.compiler.program import Program
    from quarterdeck.render.memory import Container

NO_VALUE = "<no value>"
"""What Go prints for nil; Helm removes it from finished files and from results of `tpl`."""

MAX_REPEATED_NAME = 1_000
"""An include may stand in itself this often. Source: Helm pkg/engine/engine.go, recursionMaxNums."""

MAX_TPL_DEPTH = 100
"""`tpl` may be called from a text that `tpl` runs this often; Helm has no limit but the size of its stack."""

RECURSION_LIMIT = 60_000
"""Python frames that 1,000 nested includes of interpreted templates need, with room to spare."""


MANY_PIECES = 100_000
"""So many pieces are measured before they are joined."""

MAX_READY = 20_000
"""Functions that a machine keeps for further renderings."""

_CONTAINERS: tuple[type[Any], ...] = (dict, list)


def _nobody(_container: Container) -> frozenset[str]:
    return frozenset()


class RestartError(Exception):
    """A unit failed after it had changed shared values: the rendering starts over, this unit interpreted."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit.name)
        self.unit = unit


class Machine:
    """Runs the units of one program for one rendering; see `compiler.units.Machine` for its contract.

    Making Python functions of code takes a quarter of a small chart's time, so a machine serves one rendering
    after the other: `renew` starts the next.
    """

    def __init__(self, *, is_traced: bool = True) -> None:
        self.is_traced = is_traced
        self.context = Context()
        self.program: Program
        self.keeps_going = True
        self.errors: list[TemplateError] = []
        self._records: Records = [Trace()]
        self._names = Names(self, self._records, is_traced=is_traced)
        self.functions: dict[str, Any] = _Functions(self._names.raw)
        self._ready: dict[Unit, Callable[[Any], list[Any]]] = {}
        self.interpreted: set[Unit] = set()
        """Units whose compiled code failed: the interpreter runs them from the start."""
        if sys.getrecursionlimit() < RECURSION_LIMIT:
            sys.setrecursionlimit(RECURSION_LIMIT)

    def renew(
        self,
        program: Program,
        shared: frozenset[int],
        context: Context,
        *,
        keeps_going: bool,
        find_seers: Callable[[Container], frozenset[str]] = _nobody,
    ) -> None:
        """Start a rendering; `enter` says what it adds to.

        `shared` are the identities of the maps and lists that templates did not make in this rendering,
        `find_seers` gives the groups that can look into one of them.
        """
        self.program = program
        self.keeps_going = keeps_going
        # Functions are bound to the machine's own context.
        self.context.take(context)
        self.context.before_write = self._before_write
        self.context.writes_to = self._writes_to
        self.context.include = self.include
        self.context.tpl = self.tpl
        self.errors = []
        self.failed_texts: dict[Unit, str] = {}
        """The very string that was handed to `tpl`, for the units of the file that failed in one."""
        self.written: dict[int, tuple[Container, Container]] = {}
        """Containers that templates changed, by id, with a copy of what was in them before."""
        self.last_writers: dict[int, GroupRun] = {}
        """Who changed each of them last."""
        if self.interpreted:
            self.interpreted = set()
        if len(self._ready) > MAX_READY:
            self._ready.clear()
        self._called: set[str] = set()
        self._met: set[Unit] = set()
        """Units that were interpreted in this rendering."""
        self._units = program.units
        self._library = program.library
        self._runs = program.runs
        self._stack: list[str] = []
        self._tpl_depth = 0
        self._file = ""
        self._shared = shared
        self._find_seers = find_seers
        self.adopted: dict[int, Container] = {}
        """Identities of containers that templates made and put into shared ones, and into which of these."""
        self._grown: tuple[Container, Container] | None = None
        """The container that was written into last and can be seen, and the shared one that it is in."""
        self._epochs: dict[str, int] = {}
        """Counts writes into what the templates of a group can see: older results are not used after one."""
        self._epoch = 0
        """That of the group that is entered."""
        self._seen_writes = 0
        """Counts writes into what any templates can see."""
        self._begun: set[str] = set()
        self._group = ""
        self._run = GroupRun()

    def restart(self, context: Context, unit: Unit) -> None:
        """Start the same rendering anew; `unit`, and what failed before it, is interpreted."""
        interpreted, met = self.interpreted | {unit}, self._met
        self.renew(
            self.program, self._shared, context, keeps_going=self.keeps_going, find_seers=self._find_seers
        )
        self.interpreted, self._met = interpreted, met

    def enter(self, group: str, run: GroupRun) -> None:
        """Say which group the next files are of, and where to note what running them leaves."""
        self._epochs[self._group] = self._epoch
        if group not in self._begun:
            # What was written before is there from the start.
            self._begun.add(group)
            self._epochs[group] = 0
        self._group, self._run, self._epoch = group, run, self._epochs[group]
        self._records[0] = run.trace
        self._memo = run.memo
        self._calls = run.calls

    def rest(self) -> None:
        """Let go of what the rendering left; the next begins with `renew`."""
        self._run = GroupRun()
        self._memo, self._calls = self._run.memo, self._run.calls
        self._records[0] = self._run.trace
        self.written, self.last_writers, self.adopted = {}, {}, {}
        self.context.begin_file("")

    @property
    def epoch(self) -> int:
        """How often something changed that the files of this group can see, since they began to run."""
        return self._epoch

    @property
    def derivations(self) -> dict[int, tuple[Any, ...]]:
        """What this rendering recorded of texts; see docs/architecture.md."""
        return self._records[0].derivations

    # --- what units call ---------------------------------------------------------------------------------

    def find_unit(self, name: str) -> Unit | None:
        """Give the unit that this name means here and now."""
        return self._units.get(name)

    def call(self, name: str, dot: Any) -> str:
        """Run the named template and give its text.

        Raises:
            GoError: there is no such template, or it nests too deep.
            TemplateError: it failed, and the machine does not keep going.
        """
        return self.include(name, dot)

    def include(self, name: str, dot: Any) -> str:
        """Run the named template on `dot`, or give what it gave before if that cannot have changed."""
        self._called.add(name)
        if isinstance(dot, _CONTAINERS) and id(dot) not in self._shared:
            return self._included(None, name, dot)
        key = (name, id(dot))
        known = self._memo.get(key)
        if known is not None and known[1] == self._epoch:
            file = known[2]
            if file is None:
                return known[0]
            if file == self._file:
                TEMPLATE_READS[0] += 1
                return known[0]
        return self._included(key, name, dot)

    def include_dict(self, name: str, dot: dict[str, Any]) -> str:
        """Like `include`, for a map made for this call: what counts is what is in it."""
        self._called.add(name)
        shared = self._shared
        values = dot.values()
        for value in values:
            if isinstance(value, _CONTAINERS) and id(value) not in shared:
                # Made by a template, which may change it without this being noticed.
                return self._included(None, name, dot)
        key = (name, *dot, *map(id, values))
        known = self._memo.get(key)
        if known is not None and known[1] == self._epoch:
            file = known[2]
            if file is None:
                return known[0]
            if file == self._file:
                TEMPLATE_READS[0] += 1
                return known[0]
        return self._included(key, name, dot)

    def _included(self, key: tuple[Any, ...] | None, name: str, dot: Any) -> str:
        """Run the named template; keep its text under `key` if it depends on nothing else."""
        unit = self._units.get(name)
        if unit is None:
            raise GoError(f'template: no template "{name}" associated with template "{TPL_NAME}"')
        stack = self._stack
        if len(stack) > MAX_REPEATED_NAME and stack.count(name) > MAX_REPEATED_NAME:
            raise GoError(
                f"rendering template has a nested reference name: {name}: unable to execute template"
            )
        context = self.context
        context.budget.tick()
        epoch, volatile, failures = self._epoch, context.volatile_calls, len(self.errors)
        template_reads = TEMPLATE_READS[0]
        caller = self._called
        called = self._calls.get(name)
        if called is None:
            called = self._calls[name] = set()
        self._called = called
        stack.append(name)
        try:
            pieces = self.run(unit, dot)
        finally:
            stack.pop()
            self._called = caller
        # A join of one string gives that very string: the frame needs an object of its own.
        text = "".join(pieces[1::2]) if len(pieces) != 2 else "".join((pieces[1], ""))
        if len(text) > 1:
            self._records[0].derivations[id(text)] = (text, "frame", unit, pieces, dot)
        if (
            key is not None
            and self._epoch == epoch
            and context.volatile_calls == volatile
            and len(self.errors) == failures
        ):
            is_free = TEMPLATE_READS[0] == template_reads
            # The entry holds dot, so that its id is not given to another object.
            self._memo[key] = (text, epoch, None if is_free else self._file, dot)
        return text

    def tpl(self, text: str, dot: Any) -> str:
        """Run `text` as a template on `dot`.

        Source: Helm pkg/engine/engine.go, tplFun.

        Raises:
            GoError: the text is no template.
            TemplateError: it failed, and the machine does not keep going.
        """
        if "{{" not in text:
            return text.replace(NO_VALUE, "") if NO_VALUE in text else text
        key = ("", id(text), id(dot))
        context = self.context
        known = self._memo.get(key)
        if known is not None and known[1] == self._epoch and known[2] in (None, self._file):
            if known[2] is not None:
                TEMPLATE_READS[0] += 1
            return known[0]
        source = self._tpl_source(text)
        unit = source.unit_list[0]
        before = (self._epoch, context.volatile_calls, len(self.errors))
        template_reads = TEMPLATE_READS[0]
        if self._tpl_depth >= MAX_TPL_DEPTH:
            raise BudgetError(f"tpl is nested deeper than {MAX_TPL_DEPTH} levels")
        self._tpl_depth += 1
        try:
            if len(source.units) > 1:
                pieces = self._run_with_defines(source, unit, dot)
            else:
                context.budget.tick()
                pieces = self.run(unit, dot)
        except TemplateError as error:
            self.failed_texts[unit] = text
            raise error.inside(f"error during tpl function execution for {quote(text)}: ") from None
        finally:
            self._tpl_depth -= 1
        if len(self.errors) != before[2]:
            self.failed_texts[unit] = text
        result = "".join(pieces[1::2])
        if NO_VALUE in result:
            result = result.replace(NO_VALUE, "")
        elif len(pieces) == 2:
            result = "".join((result, ""))  # noqa: FLY002 - a new object: its identity names its record
        if len(result) > 1:
            self._records[0].derivations[id(result)] = (result, "tpl", unit, pieces, dot, text)
        is_known = not isinstance(dot, _CONTAINERS) or id(dot) in self._shared
        if is_known and before == (self._epoch, context.volatile_calls, len(self.errors)):
            is_free = TEMPLATE_READS[0] == template_reads
            self._memo[key] = (result, before[0], None if is_free else self._file, (text, dot))
        return result

    def _tpl_source(self, text: str) -> Source:
        source = self._library.handed_source(text)
        if source.problems:
            problem = source.problems[0]
            message = f"template: {TPL_NAME}:{problem.helm_line}: {problem.helm_message}"
            raise GoError(f"cannot parse template {quote(text)}: {message}")
        self.program.tpl_texts.setdefault(text)
        return source

    def _run_with_defines(self, source: Source, unit: Unit, dot: Any) -> list[Any]:
        """Run a text whose defines count as long as it runs, for the templates that it includes too."""
        outer_units, outer_memo = self._units, self._memo
        units = dict(outer_units)
        add_units(units, source)
        self._units, self._memo = units, {}
        try:
            return self.run(unit, dot)
        finally:
            self._units, self._memo = outer_units, outer_memo

    # --- running one unit --------------------------------------------------------------------------------

    def run(self, unit: Unit, dot: Any) -> list[Any]:
        """Run a unit on `dot` and give its pieces.

        Raises:
            TemplateError: it failed, and the machine does not keep going.
            RestartError: it failed in a way that only a new start mends.
        """
        function = self._ready.get(unit)
        if function is None:
            function = self._make_ready(unit)
        if function is None or dot is None:
            # On nil, fields are nil too, which compiled code does not look at.
            self._runs.setdefault(unit, 0)
            return interpret(self, unit, dot)
        writes, failures = self.context.writes, len(self.errors)
        try:
            return function(dot)
        except RestartError:
            raise
        except Exception:  # noqa: BLE001 - compiled code fails in any way; the interpreter says which
            self.interpreted.add(unit)
            # It may have failed inside of itself, on every level anew: once more from the start is faster.
            has_failed_inside = self._ready.pop(unit, None) is None
            if has_failed_inside or self.context.writes != writes:
                raise RestartError(unit) from None
            # What failed in it fails once more.
            del self.errors[failures:]
        self._runs.setdefault(unit, 0)
        return interpret(self, unit, dot)

    def _make_ready(self, unit: Unit) -> Callable[[Any], list[Any]] | None:
        if unit in self.interpreted:
            return None
        code = self._library.ready_code(unit)
        if code is None:
            runs = self._runs.get(unit, 0) + (1 if unit in self._met else 2)
            self._met.add(unit)
            self._runs[unit] = runs
            if runs < RUNS_BEFORE_COMPILING:
                return None
            code = self._library.code(unit)
            if code is None:
                self.interpreted.add(unit)
                return None
        names = self._names
        known = names.globals
        for name in code.co_names:
            if name not in known and name[:2] in ("R_", "C_"):
                names.bind(name)
        function = self._ready[unit] = FunctionType(code, known)
        return function

    def run_file(self, name: str, dot: RootContext) -> tuple[str, list[Any]]:
        """Run a file on its chart's dot and give its finished text and its pieces.

        Raises:
            TemplateError: it failed, or its text is too much.
        """
        self._file = name
        self._called = self._calls.setdefault(name, set())
        unit = self.program.units[name]
        pieces = self.run(unit, dot)
        budget = self.context.budget
        try:
            if len(pieces) > MANY_PIECES:
                budget.check_length(sum(map(len, pieces[1::2])))
            text = "".join(pieces[1::2])
            if NO_VALUE in text:
                text = text.replace(NO_VALUE, "")
            budget.add_output(len(text))
        except BudgetError as error:
            reason = str(error)
            raise TemplateError(
                f"template: {name}: {reason}", unit=unit, offset=0, end=0, cause=reason
            ) from None
        return text, pieces

    # --- writes ------------------------------------------------------------------------------------------

    def _before_write(self, container: Container) -> None:
        identity = id(container)
        if self._grown is not None:
            # What a template put into a shared container is shared from then on.
            grown, holder = self._grown
            for inner in find_containers(grown, self._shared):
                self.adopted.setdefault(inner, holder)
            self._grown = None
        holder = self.adopted.get(identity)
        if holder is None and identity in self._shared:
            holder = container
        if holder is not None:
            self._note_write(container, holder)
            self._grown = container, holder
        if identity not in self.written:
            saved = container.copy()
            self.written[identity] = (container, saved)
            if self.is_traced and identity not in self._shared:
                # Those that are shared are put back as they were when the rendering ends.
                self._records[0].saved[identity] = (container, saved)

    def _note_write(self, container: Container, holder: Container) -> None:
        """Note that what several templates see is about to change: a shared container, or one put into it."""
        self._epoch += 1
        self._seen_writes += 1
        run, group = self._run, self._group
        run.touched[id(container)] = container
        run.writes.setdefault(id(holder), (holder, self._file))
        self.last_writers[id(container)] = run
        for other in self._find_seers(holder):
            if other != group:
                self._epochs[other] = self._epochs.get(other, 0) + 1

    def _writes_to(self, value: Any) -> int:
        """Count the writes that a value may show; what templates did not make shows those that are seen."""
        return self._seen_writes if id(value) in self._shared else self.context.writes

    def apply(self, run: GroupRun) -> None:
        """Put into the values what a run that is kept left there."""
        for container, content, holder in run.after:
            if container is not holder:
                self.adopted[id(container)] = holder
            if id(container) not in self.written:
                self.written[id(container)] = (container, plain_copy(container))
            set_content(container, content)

    def undo_writes(self) -> None:
        """Put back what templates changed in maps and lists that they did not make."""
        shared = self._shared
        for identity, (container, saved) in self.written.items():
            if identity in shared:
                set_content(container, saved)
        self.written.clear()


class _Functions(dict[str, Any]):
    """Name -> callable for checked arguments; made when first asked for."""

    def __init__(self, raw: Callable[[str], Any]) -> None:
        super().__init__()
        self._raw = raw

    def __missing__(self, name: str) -> Any:
        found = self[name] = self._raw(name)
        return found
