"""Patterns are found once for each text, whichever chart has it, and in whichever process."""

from pathlib import Path
from typing import NamedTuple

import pytest

from quarterdeck.findings import pattern_cache
from quarterdeck.findings.find_patterns import find_patterns
from quarterdeck.findings.pattern_cache import PatternCache
from quarterdeck.gotmpl.nodes import Template
from quarterdeck.gotmpl.parser import parse_template
from quarterdeck.measure.counters import PATTERNS
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.store.results import Results, digest, open_results

TABLE = function_table()
TEXTS = ['{{ include "a" . }}', "{{ .Values.b }}", '{{ define "a" }}{{ .c }}{{ end }}']


class Text(NamedTuple):
    text: str

    @property
    def template(self) -> Template:
        return parse_template(self.text, TABLE)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the texts that are really followed, in order."""
    texts: list[str] = []

    def follow(template: Template):
        texts.append(template.text)
        return find_patterns(template)

    monkeypatch.setattr(pattern_cache, "find_patterns", follow)
    return texts


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return open_results(tmp_path)


def filled(texts: list[str]) -> PatternCache:
    cache = PatternCache(keeps=True)
    for text in texts:
        cache.of(Text(text))
    return cache


def test_a_text_is_followed_once(followed: list[str]) -> None:
    cache = PatternCache(keeps=True)
    before = (PATTERNS.hits, PATTERNS.misses, PATTERNS.entries, PATTERNS.bytes)
    for text in (*TEXTS, *TEXTS):
        assert cache.of(Text(text)) == find_patterns(Text(text).template)
    assert followed == TEXTS
    after = (PATTERNS.hits, PATTERNS.misses, PATTERNS.entries, PATTERNS.bytes)
    assert tuple(now - then for now, then in zip(after, before, strict=True)) == (3, 3, 3, cache.bytes)
    cache.forget()
    assert (PATTERNS.entries, PATTERNS.bytes) == before[2:]


def test_switched_off_a_text_is_followed_each_time(
    followed: list[str], monkeypatch: pytest.MonkeyPatch, results: Results
) -> None:
    monkeypatch.setenv("QUARTERDECK_CACHES", "off")
    cache = PatternCache()
    assert cache.of(Text(TEXTS[0])) == cache.of(Text(TEXTS[0]))
    assert followed == [TEXTS[0]] * 2
    cache.save(results, TEXTS)
    cache.load(results, TEXTS)
    results.flush()
    assert results.held() == {}


def test_the_least_recently_used_go_first(followed: list[str]) -> None:
    sizes = [filled([text]).bytes for text in TEXTS]
    followed.clear()
    cache = PatternCache(keeps=True, max_bytes=sizes[0] + max(sizes[1:]))
    for index in (0, 1, 0, 2, 0, 1):
        cache.of(Text(TEXTS[index]))
    assert followed == [TEXTS[0], TEXTS[1], TEXTS[2], TEXTS[1]]
    assert cache.bytes <= sizes[0] + max(sizes[1:])


def test_another_process_takes_what_is_on_the_disk(results: Results, followed: list[str]) -> None:
    filled(TEXTS).save(results, TEXTS)
    results.flush()
    followed.clear()
    later = PatternCache(keeps=True)
    later.load(results, TEXTS[:2])
    assert not later.is_known(TEXTS[0])
    later.load(results, TEXTS)
    for text in TEXTS:
        assert later.is_known(text)
        assert later.of(Text(text)) == find_patterns(Text(text).template)
    assert followed == []


def test_what_was_not_found_yet_is_added_later(results: Results, followed: list[str]) -> None:
    filled(TEXTS[:1]).save(results, TEXTS)
    results.flush()
    second = PatternCache(keeps=True)
    second.load(results, TEXTS)
    assert [second.is_known(text) for text in TEXTS] == [True, False, False]
    for text in TEXTS:
        second.of(Text(text))
    second.save(results, TEXTS)
    results.flush()
    assert results.disk.writes == 2
    third = PatternCache(keeps=True)
    third.load(results, TEXTS)
    assert all(map(third.is_known, TEXTS))
    third.save(results, TEXTS)
    filled([]).save(results, TEXTS)
    results.flush()
    assert results.disk.writes == 2


@pytest.mark.parametrize("data", [b"", b"\xc0", b"\x90", b"\x93\xc0\xc0\x01", b"\x92\xc0\xc0", b"nonsense"])
def test_what_are_no_patterns_is_nothing(results: Results, data: bytes) -> None:
    results.put("patterns", digest(TEXTS), data, 0.0)
    cache = PatternCache(keeps=True)
    cache.load(results, TEXTS)
    assert not any(map(cache.is_known, TEXTS))
