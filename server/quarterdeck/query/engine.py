"""Inputs with revisions, and functions of them that are remembered.

A query is a pure function `compute(engine, *key)`. Whatever it asks the engine for is noted, so its result is
used again as long as all of that is the same. When an input changes nothing runs; when a result is asked for,
the engine looks along what was noted, lowest first, and runs only what read something that is another now. A
query that gives an equal result stops the wave: what hangs on it is not run.

Of a large value (values of a chart, a table of templates) a query may read single places with `look`: it
hangs on what stands at those places, and not on the rest.

An engine belongs to one thread. Results must not be changed by those who get them.

Source: the algorithm is that of Salsa ("red-green", rustc's queries): every memo has the revision in which it
was last verified and the one in which its result last changed.
"""

from __future__ import annotations

import operator
import time
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from quarterdeck.errors import Cancelled
from quarterdeck.measure.trace import span
from quarterdeck.query.log import Event, QueryLog
from quarterdeck.query.places import MISSING, Key, find_place, is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Hashable

    from quarterdeck.measure.counters import CacheCounters

Value = TypeVar("Value")
OFTEN, SELDOM = 0, 1
"""How often an input changes: with each keystroke, or with files on the disk.

What hangs on inputs alone that change seldom is not even looked through after a keystroke.
"""

_NEVER = -1


class Input(Generic[Value]):
    """Something that comes from outside, by key; what was never set is `default`, and may be depended on.

    `load`, if there is one, gives the value of a key that was not set: a file that is read when somebody
    first asks, say. `Engine.reload` says that it may be another now; then `reload`, if there is one, gets the
    value of before, too, and may use parts of it. `changes` is `OFTEN` or `SELDOM`.
    """

    __slots__ = ("changes", "default", "equal", "load", "name", "reload")

    def __init__(
        self,
        name: str,
        default: Value,
        *,
        load: Callable[..., Value] | None = None,
        reload: Callable[..., Value] | None = None,
        equal: Callable[[Value, Value], bool] = operator.eq,
        changes: int = OFTEN,
    ) -> None:
        self.name = name
        self.default = default
        self.changes = changes
        self.load = load
        self.reload = reload
        self.equal = equal


class Query(Generic[Value]):
    """A pure function of what it asks the engine for.

    `equal` tells whether two results are the same for all who use them; `size` estimates the bytes that a
    result keeps in memory. `cache` counts results that come and go, where they are one of the four caches.
    """

    __slots__ = ("cache", "compute", "equal", "name", "size")

    def __init__(
        self,
        name: str,
        compute: Callable[..., Value],
        *,
        equal: Callable[[Value, Value], bool] = operator.eq,
        size: Callable[[Value], int] = lambda _value: 0,
        cache: CacheCounters | None = None,
    ) -> None:
        self.name = name
        self.cache = cache
        self.compute = compute
        self.equal = equal
        self.size = size


class _Node(NamedTuple):
    """One input or query with one key."""

    source: Input[Any] | Query[Any]
    key: Key


class _Memo:
    """What is known of one node.

    `looks` of a dependency: the places that were read, and what stood there; None where all of it was read.
    `changes` says how often the quickest of the inputs changes that the node hangs on, `asked` in which
    question it last took part.
    """

    __slots__ = (
        *("asked", "changed", "changes", "dependencies", "is_loaded", "previous", "seconds", "size"),
        *("value", "verified"),
    )

    def __init__(self) -> None:
        self.value: Any = MISSING
        self.previous: Any = MISSING
        self.asked = 0
        self.verified = _NEVER
        self.changed = _NEVER
        self.changes = SELDOM
        self.dependencies: dict[_Node, dict[Key, Any] | None] = {}
        self.seconds = 0.0
        self.size = 0
        self.is_loaded = False


class _Frame:
    """A query that is running, and what it asked for so far."""

    __slots__ = ("changes", "dependencies", "node", "others")

    def __init__(self, node: _Node) -> None:
        self.node = node
        self.changes = SELDOM
        self.dependencies: dict[_Node, dict[Key, Any] | None] = {}
        self.others = 0.0
        """Seconds that queries took which it asked."""


class QueryCounters:
    """How often queries ran, how often they did not have to, and what that saved in seconds."""

    __slots__ = ("evicted", "executed", "kept", "reused", "seconds", "seconds_saved", "unchanged")

    def __init__(self) -> None:
        self.executed = self.unchanged = self.kept = self.reused = self.evicted = 0
        self.seconds = self.seconds_saved = 0.0


class Engine:
    """All that is known of one workspace at one revision.

    `max_bytes` bounds what results keep in memory, by their own estimates; the least recently used go first.
    With `keeps` false nothing is remembered from one question to the next.
    """

    def __init__(self, *, max_bytes: int | None = None, keeps: bool = True) -> None:
        self.revision = 0
        self.log = QueryLog()
        self.counters: dict[str, QueryCounters] = {}
        self.bytes = 0
        self._max_bytes = max_bytes
        self._keeps = keeps
        self._changed = [0, 0]
        """The revision in which an input last changed, by how often it does."""
        self._memos: dict[_Node, _Memo] = {}
        self._recent: OrderedDict[_Node, None] = OrderedDict()
        self._stack: list[_Frame] = []
        self._question = 0
        self._is_cancelled: Callable[[], bool] | None = None

    # --- inputs ------------------------------------------------------------------------------------------

    def set(self, source: Input[Value], *key: Hashable, value: Value) -> bool:
        """Give an input a value; tell whether it is another than before. Not to be called by queries."""
        node = _Node(source, key)
        memo = self._memos.get(node)
        if memo is None:
            memo = self._memos[node] = _Memo()
            is_known = False
        else:
            is_known = memo.value is not MISSING
        memo.is_loaded = False
        if is_known and source.equal(memo.value, value):
            return False
        is_new = not is_known and source.load is None and source.equal(source.default, value)
        memo.value = value
        memo.changes = source.changes
        if is_new:
            return False
        self._advance(source)
        memo.changed = self.revision
        return True

    def unset(self, source: Input[Any], *key: Hashable) -> None:
        """Take a value back that was set: from now on the input is what `load` gives, or its default."""
        if source.load is None:
            self.set(source, *key, value=source.default)
        else:
            self._expire(_Node(source, key))

    def reload(self, source: Input[Any], *key: Hashable) -> None:
        """Say that the loaded value of a key may be another now; it is loaded again when somebody asks."""
        node = _Node(source, key)
        memo = self._memos.get(node)
        if memo is not None and memo.is_loaded:
            self._expire(node)

    def reload_all(self, source: Input[Any]) -> None:
        """Say that all loaded values of an input may be others now."""
        for node, memo in self._memos.items():
            if node.source is source and memo.is_loaded:
                self._expire(node)

    def _expire(self, node: _Node) -> None:
        memo = self._memos.setdefault(node, _Memo())
        memo.is_loaded = True
        memo.verified = _NEVER
        memo.changes = node.source.changes if isinstance(node.source, Input) else OFTEN
        self._advance(node.source)

    def _advance(self, source: Input[Any] | Query[Any]) -> None:
        """Begin the next revision, since something may be another now."""
        self.revision += 1
        self._changed[source.changes if isinstance(source, Input) else OFTEN] = self.revision

    # --- questions ---------------------------------------------------------------------------------------

    def get(self, source: Input[Value] | Query[Value], *key: Hashable) -> Value:
        """Give the value of an input, or the result of a query, at this revision.

        Raises:
            Cancelled: whoever asked does not want to know any more.
        """
        node = _Node(source, key)
        memo = self._current(node)
        if self._stack:
            frame = self._stack[-1]
            frame.dependencies[node] = None
            frame.changes = min(frame.changes, memo.changes)
        return cast("Value", memo.value)

    def look(self, source: Input[Any] | Query[Any], *key: Hashable, path: Key) -> Any:
        """Give what stands at a path in a value: keys of maps, indices of lists and tuples, attributes.

        `MISSING` where there is nothing. The asking query hangs on this place alone.

        Raises:
            Cancelled: whoever asked does not want to know any more.
        """
        node = _Node(source, key)
        memo = self._current(node)
        found = find_place(memo.value, path)
        if self._stack:
            frame = self._stack[-1]
            frame.changes = min(frame.changes, memo.changes)
            looks = frame.dependencies.setdefault(node, {})
            if looks is not None:
                looks[path] = found
        return found

    def previous(self) -> Any:
        """Give the running query's last result, or `MISSING`: to make the new one faster, never another.

        It may be of any earlier revision.
        """
        memo = self._memos.get(self._stack[-1].node)
        return MISSING if memo is None else memo.previous

    def peek(self, source: Query[Value], *key: Hashable) -> Value | None:
        """Give a result if it is known to be up to date; nothing runs."""
        memo = self._memos.get(_Node(source, key))
        if memo is None or memo.value is MISSING or memo.verified != self.revision:
            return None
        return cast("Value", memo.value)

    @contextmanager
    def asking(self, is_cancelled: Callable[[], bool] | None = None) -> Generator[None]:
        """Ask on behalf of somebody who may lose interest: queries stop where `is_cancelled` says so."""
        before = self._is_cancelled
        self._is_cancelled = is_cancelled
        self._question += not self._stack
        try:
            yield
        finally:
            self._is_cancelled = before
            if not self._stack:
                self._make_room()

    def touch(self, source: Query[Any], *key: Hashable) -> None:
        """Keep a result in memory that takes no part now and will soon."""
        node = _Node(source, key)
        if node in self._recent:
            self._memos[node].asked = self._question
            self._recent.move_to_end(node)

    def is_known(self, source: Query[Any], *key: Hashable) -> bool:
        """Tell whether there is a result, of this revision or an earlier one; nothing runs."""
        memo = self._memos.get(_Node(source, key))
        return memo is not None and memo.value is not MISSING

    def check_cancelled(self) -> None:
        """Stop if whoever asked does not want to know any more; for queries that take long.

        Raises:
            Cancelled: they do not.
        """
        if self._is_cancelled is not None and self._is_cancelled():
            raise Cancelled

    @property
    def is_cancelled(self) -> Callable[[], bool] | None:
        """What tells whether the one who asks still wants to know, for code below the queries."""
        return self._is_cancelled

    def forget(self, source: Query[Any] | Input[Any], *key: Hashable) -> None:
        """Drop what is known of one query or loaded input."""
        node = _Node(source, key)
        memo = self._memos.pop(node, None)
        if memo is not None:
            if isinstance(source, Query):
                self._drop_size(source, memo, is_eviction=False)
            self._recent.pop(node, None)
            self._advance(source)
            if memo.changes == SELDOM:
                self._changed[SELDOM] = self.revision

    # --- how it works ------------------------------------------------------------------------------------

    def _current(self, node: _Node) -> _Memo:
        """Give a node's memo, up to date and with its value."""
        self.check_cancelled()
        if isinstance(node.source, Input):
            return self._current_input(node, node.source)
        memo = self._memos.get(node)
        if memo is not None and memo.value is not MISSING:
            memo.asked = self._question
            if memo.verified == self.revision and (self._keeps or self._stack):
                self._count(node.source).reused += 1
                self._recent.move_to_end(node)
                return memo
            if self._keeps and self._still_holds(memo):
                memo.verified = self.revision
                counters = self._count(node.source)
                counters.kept += 1
                counters.seconds_saved += memo.seconds
                self.log.add(Event("kept", node.source.name, node.key))
                self._recent.move_to_end(node)
                return memo
        # A result that was dropped, and would still hold, is the same when it is made again.
        is_dropped = memo is not None and memo.value is MISSING and memo.changed != _NEVER
        holds = memo.changed if memo is not None and is_dropped and self._still_holds(memo) else _NEVER
        memo = self._execute(node, node.source, memo)
        if holds != _NEVER:
            memo.changed = holds
        return memo

    def _current_input(self, node: _Node, source: Input[Any]) -> _Memo:
        memo = self._memos.get(node)
        if memo is None:
            memo = self._memos[node] = _Memo()
            memo.is_loaded = source.load is not None
            memo.changes = source.changes
        if memo.is_loaded and memo.verified == _NEVER and source.load is not None:
            if memo.value is MISSING or source.reload is None:
                value = source.load(*node.key)
            else:
                value = source.reload(memo.value, *node.key)
            if memo.value is MISSING or not source.equal(memo.value, value):
                memo.value = value
                memo.changed = self.revision
            memo.verified = self.revision
        elif memo.value is MISSING:
            memo.value = source.default
            memo.changed = 0
        return memo

    def _still_holds(self, memo: _Memo) -> bool:
        """Tell whether all that a result was made of is still the same."""
        if memo.changes == SELDOM and self._changed[SELDOM] <= memo.verified:
            return True
        changes = SELDOM
        for node, looks in memo.dependencies.items():
            below = self._current(node) if looks is not None else self._verified(node)
            changes = min(changes, below.changes)
            if below.changed <= memo.verified:
                continue
            if looks is None:
                return False
            for path, seen in looks.items():
                found = find_place(below.value, path)
                if not is_same(found, seen):
                    return False
        # Something below may hang on other inputs now, though its result is the same.
        memo.changes = changes
        return True

    def _verified(self, node: _Node) -> _Memo:
        """Give a node's memo with the revision of its last change; its value may have been dropped."""
        memo = self._memos.get(node)
        if (
            memo is not None
            and memo.value is MISSING
            and isinstance(node.source, Query)
            and memo.changed != _NEVER
            and self._still_holds(memo)
        ):
            memo.verified = self.revision
            return memo
        return self._current(node)

    def _execute(self, node: _Node, query: Query[Any], memo: _Memo | None) -> _Memo:
        if any(frame.node == node for frame in self._stack):
            cycle = " -> ".join(f"{frame.node.source.name}{frame.node.key}" for frame in self._stack)
            raise RuntimeError(f"the query {query.name}{node.key} asks for itself: {cycle}")
        if memo is None:
            memo = self._memos[node] = _Memo()
        frame = _Frame(node)
        memo.previous = memo.value if self._keeps else MISSING
        self._stack.append(frame)
        started = time.perf_counter()
        try:
            with span(query.name, "query"):
                value = query.compute(self, *node.key)
        finally:
            elapsed = time.perf_counter() - started
            self._stack.pop()
            memo.previous = MISSING
            if self._stack:
                self._stack[-1].others += elapsed
        memo.seconds = elapsed
        own = elapsed - frame.others
        counters = self._count(query)
        counters.executed += 1
        counters.seconds += own
        is_equal = memo.value is not MISSING and query.equal(memo.value, value)
        if is_equal:
            counters.unchanged += 1
        else:
            self._drop_size(query, memo, is_eviction=False)
            memo.value = value
            memo.size = query.size(value)
            self.bytes += memo.size
            if query.cache is not None and memo.size:
                query.cache.added(memo.size)
            memo.changed = self.revision
        memo.asked = self._question
        memo.dependencies = frame.dependencies
        memo.changes = frame.changes
        memo.verified = self.revision
        self._recent[node] = None
        self._recent.move_to_end(node)
        self.log.add(Event("unchanged" if is_equal else "executed", query.name, node.key, own))
        return memo

    def _count(self, query: Query[Any]) -> QueryCounters:
        counters = self.counters.get(query.name)
        if counters is None:
            counters = self.counters[query.name] = QueryCounters()
        return counters

    def _drop_size(self, query: Query[Any], memo: _Memo, *, is_eviction: bool) -> None:
        """Count that a result goes."""
        if query.cache is not None and memo.size:
            query.cache.dropped(memo.size, is_eviction=is_eviction)
        self.bytes -= memo.size
        memo.size = 0

    def _make_room(self) -> None:
        """Drop results until the rest fits; what they were made of stays known, so that others still hold.

        What took part in the last question stays.
        """
        if self._max_bytes is None or self.bytes <= self._max_bytes:
            return
        for node in list(self._recent):
            memo = self._memos[node]
            if memo.size and memo.asked != self._question and isinstance(node.source, Query):
                self._drop_size(node.source, memo, is_eviction=True)
                memo.value = MISSING
                del self._recent[node]
                self._count(node.source).evicted += 1
                self.log.add(Event("evicted", node.source.name, node.key))
                if self.bytes <= self._max_bytes:
                    return
