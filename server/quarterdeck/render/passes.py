"""Runs files of a chart one after the other, in Helm's order, and notes what that leaves group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.compiler.units import TemplateError
from quarterdeck.render.groups import ROOT
from quarterdeck.render.machine import Machine, RestartError
from quarterdeck.render.memory import set_content
from quarterdeck.render.rendering import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from quarterdeck.chart.prepare import TemplateFile
    from quarterdeck.render.memory import GroupRun
    from quarterdeck.render.rendering import Rendering
    from quarterdeck.runtime.context import Context


class Pass:
    """One run over some files of a rendering.

    `todo` has the files by group, `runs` where to note what each group leaves. `kept` are groups whose files
    are not run, but whose writes those that are run may see: they are put in where Helm would have made them.
    If it `forgets`, the trees of a group's templates go as soon as its files were run.
    """

    def __init__(
        self,
        rendering: Rendering,
        todo: Mapping[str, Collection[str]],
        runs: Mapping[str, GroupRun],
        kept: Mapping[str, GroupRun],
        *,
        forgets: bool = False,
    ) -> None:
        self.rendering = rendering
        self.runs = runs
        together = object()
        for group, run in runs.items():
            run.run_with = together
            run.is_whole = not todo[group]
        program = rendering.program
        self._sources = {source.file: source for source in program.sources} if forgets else {}
        self._kept = kept
        self._groups = rendering.groups
        self._files = {file.name: file for file in rendering.inputs.templates}
        self._todo = {name: group for group, names in todo.items() for name in names}
        self._steps = list(self._find_steps())
        shared = rendering.inputs.context.containers()
        made = {id(one) for run in kept.values() for one, _content, holder in run.after if one is not holder}
        self._values = shared
        self._shared = shared | made if made else shared

    def _find_steps(self) -> Iterator[str]:
        """Give the files that are run, in order, and those that matter between them.

        A file that is not run leaves its name in its chart's dot all the same, where charts above see it.
        """
        groups = set(self._todo.values())
        ends = {self._groups.last[group] for group in self._kept}
        for name in self.rendering.program.files:
            if name in self._todo:
                yield name
            else:
                file = self._files[name]
                if not file.is_partial and (
                    name in ends or ROOT in groups or self._groups.of(file) in groups
                ):
                    yield name

    def run(
        self, machine: Machine, new_context: Callable[[], Context], *, keeps_going: bool = True
    ) -> Iterator[str]:
        """Run the files, giving the name of each as soon as it is done.

        After a restart (a unit failed that had changed shared values) files that were given before are run
        again, to the same text.
        """
        machine.renew(
            self.rendering.program,
            self._shared,
            new_context(),
            keeps_going=keeps_going,
            find_seers=self._groups.find_seers,
        )
        given: set[str] = set()
        while True:
            try:
                for name in self._run_once(machine):
                    if name not in given:
                        given.add(name)
                        yield name
            except RestartError as restart:
                # The machine forgets what it wrote when it starts anew.
                self._undo(machine)
                for run in self.runs.values():
                    run.begin_again()
                machine.restart(new_context(), restart.unit)
                continue
            finally:
                self._undo(machine)
            machine.rest()
            return

    @property
    def groups(self) -> set[str]:
        """The groups that were run, and those whose writes they saw."""
        return {*self.runs, *self._kept}

    def _run_once(self, machine: Machine) -> Iterator[str]:
        last = self._groups.last
        self._groups.leave(set(self._todo.values()))
        ends = {last[group]: group for group in {*self._todo.values(), *self._kept}}
        files, todo, errors = self._files, self._todo, self.rendering.errors
        budget = machine.context.budget
        entered: str | None = None
        for name in self._steps:
            group = todo.get(name)
            if group is None:
                self._groups.enter(files[name])
            else:
                if group != entered:
                    machine.enter(group, self.runs[group])
                    entered = group
                self._render_file(machine, files[name])
                if not machine.keeps_going and errors[name]:
                    self.rendering.stop()
                    return
                yield name
                if budget.is_used_up:
                    return
            if name in ends:
                entered = None
                self._end(machine, ends[name])

    def _end(self, machine: Machine, group: str) -> None:
        """Put in what a group left that is kept; note what one leaves that ran."""
        if group in self._kept:
            machine.apply(self._kept[group])
            return
        run = self.runs[group]
        machine.enter(group, run)
        run.is_calm = machine.epoch == 0
        run.is_whole = True
        if machine.is_traced:
            run.finish(self._values, machine.adopted)
        if self._sources:
            names = self._groups.names(group)
            self.rendering.program.forget_trees([self._sources[name] for name in names])

    def _undo(self, machine: Machine) -> None:
        """Put values back as they were, and what a group made for others to see as it left it."""
        later = machine.last_writers
        machine.undo_writes()
        for run in self.runs.values():
            for container, content, holder in run.after:
                if container is not holder and later.get(id(container), run) is not run:
                    set_content(container, content)

    def _render_file(self, machine: Machine, file: TemplateFile) -> None:
        """Render one file; the errors that stop a run whatever the mode are noted with the file."""
        rendering = self.rendering
        dot = file.context
        self._groups.enter(file)
        machine.context.budget.check_cancelled()
        machine.context.begin_file(file.name)
        machine.errors.clear()
        try:
            text, pieces = machine.run_file(file.name, dot)
        except TemplateError as error:
            # The traceback would keep all that ran.
            machine.errors.append(error.with_traceback(None))
            text, pieces = "", []
        rendering.errors[file.name] = list(machine.errors)
        for error in machine.errors:
            error.file = file.name
        if machine.failed_texts:
            rendering.failed_texts[file.name] = machine.failed_texts
            machine.failed_texts = {}
        else:
            rendering.failed_texts.pop(file.name, None)
        rendering.templates[file.name] = text
        rendering.frames[file.name] = Frame(machine.program.units[file.name], pieces, dot)
