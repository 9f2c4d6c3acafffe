"""What is wrong with a document depends on its text alone, and is found once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.findings import document_checks
from quarterdeck.findings.document_checks import DocumentChecks, check_document
from quarterdeck.measure.counters import VALIDATION
from quarterdeck.store.results import Results, digest, open_results

GOOD = "apiVersion: v1\nkind: Pod\n"
HOOK = "apiVersion: v1\nkind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: pre-instal\n"


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the texts that are really looked at, in order."""
    texts: list[str] = []

    def look(text: str):
        texts.append(text)
        return check_document(text)

    monkeypatch.setattr(document_checks, "check_document", look)
    return texts


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return open_results(tmp_path)


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("kind: Pod\n", "QD404", "kind"),
        ("apiVersion: v1\n", "QD403", "apiVersion"),
        ("a: 1\n", "QD403", "a: 1"),
        ("- a\n", "QD402", "- a"),
        ("a: 1\nb: }\n", "QD401", "}"),
        (HOOK, "QD405", "pre-instal"),
    ],
)
def test_a_problem_is_told_with_its_offset_in_the_document(text: str, code: str, at: str) -> None:
    (problem,) = check_document(text)
    assert problem.code == code
    assert text[problem.offset :].startswith(at)


@pytest.mark.parametrize("text", [GOOD, "# a comment\n", "", "null", HOOK.replace("instal", "install")])
def test_what_helm_takes_has_no_problem(text: str) -> None:
    assert check_document(text) == ()


def test_a_document_is_looked_at_once(checked: list[str]) -> None:
    checks = DocumentChecks(keeps=True)
    before = (VALIDATION.hits, VALIDATION.misses, VALIDATION.entries)
    for text in (GOOD, HOOK, GOOD, HOOK, GOOD):
        assert checks.check(text) == check_document(text)
    assert checked == [GOOD, HOOK]
    assert (VALIDATION.hits, VALIDATION.misses, VALIDATION.entries) == (
        before[0] + 3,
        before[1] + 2,
        before[2] + 2,
    )
    checks.forget()
    assert (VALIDATION.entries, checks.bytes) == (before[2], 0)


def test_switched_off_every_document_is_looked_at(
    checked: list[str], monkeypatch: pytest.MonkeyPatch, results: Results
) -> None:
    monkeypatch.setenv("QUARTERDECK_CACHES", "off")
    checks = DocumentChecks()
    assert checks.check(HOOK) == checks.check(HOOK) != ()
    assert checked == [HOOK, HOOK]
    checks.save(results, [HOOK], "a chart")
    results.flush()
    assert results.held() == {}


def test_what_is_known_is_bounded_and_the_least_recently_used_goes(checked: list[str]) -> None:
    checks = DocumentChecks(keeps=True, max_bytes=750)  # three documents without problems
    before = VALIDATION.evictions
    for number in (1, 2, 1, 3, 1, 4, 1, 5, 1):
        checks.check(f"# {number}")
    assert checked == ["# 1", "# 2", "# 3", "# 4", "# 5"]
    assert checks.bytes == 750
    assert VALIDATION.evictions == before + 2
    checks.check("# 2")
    assert checked[-1] == "# 2"
    checks.check(HOOK)
    assert checks.bytes <= 750


def test_an_earlier_process_has_looked_at_the_documents(results: Results, checked: list[str]) -> None:
    earlier = DocumentChecks(keeps=True)
    for text in (GOOD, HOOK, "a: [\n"):
        earlier.check(text)
    earlier.save(results, [f"---\n{GOOD}---\n{HOOK}"], "a chart", "default")
    results.flush()
    checked.clear()
    later = DocumentChecks(keeps=True)
    later.load(results, "a chart", "default")
    later.load(results, "another chart", "default")
    assert later.check(GOOD) == ()
    assert later.check(HOOK) == check_document(HOOK)
    assert checked == []
    later.check("a: [\n")
    assert checked == ["a: [\n"]


def test_what_the_disk_has_is_not_written_again(results: Results) -> None:
    checks = DocumentChecks(keeps=True)
    checks.check(GOOD)
    for _ in range(2):
        checks.save(results, [GOOD], "a chart")
        results.flush()
    assert results.disk.writes == 1
    later = DocumentChecks(keeps=True)
    later.load(results, "a chart")
    later.save(results, [GOOD], "a chart")
    later.save(results, [], "a chart")
    results.flush()
    assert results.disk.writes == 1
    later.check(HOOK)
    later.save(results, [GOOD, HOOK], "a chart")
    results.flush()
    assert results.disk.writes == 2


@pytest.mark.parametrize(
    "data", [b"", b"\x90", b"\xc0", b"\x91\x93\xc4\x01a\x90\xa1x", b"\x91\x01", b"nonsense"]
)
def test_what_is_no_list_of_documents_is_nothing(results: Results, data: bytes, checked: list[str]) -> None:
    results.put("documents", digest(["a chart"]), data, 0.0)
    results.flush()
    checks = DocumentChecks(keeps=True)
    checks.load(results, "a chart")
    checks.check(GOOD)
    assert checked == [GOOD]


LINES = [f"{line}\n" for line in f"{GOOD}{HOOK}".split("\n")]
ODDITIES = [
    "\udcff",
    "\0",
    "\t",
    "  ",
    "a: ",
    "- ",
    "{",
    "[",
    '"',
    "#",
    "%",
    "x",
    "&a ",
    "*a",
    "!!int ",
    ": |",
]


@given(st.lists(st.sampled_from(LINES + ODDITIES), max_size=12))
def test_any_text_is_checked_and_remembered(pieces: list[str]) -> None:
    text = "".join(pieces)
    checks = DocumentChecks(keeps=True)
    problems = check_document(text)
    assert checks.check(text) == checks.check(text) == problems
    assert all(0 <= problem.offset <= len(text) for problem in problems)
