"""The catalogue of findings: complete, unique, and what docs/findings.md says."""

from __future__ import annotations

import re
import tomllib

from quarterdeck.diagnostics.catalog import DOCUMENTATION, GROUPS, KINDS, TAGS, link_of, markdown
from tidy.source_files import REPOSITORY

CODE = re.compile(r'"(QD\d{3})"')
OWN_CODE = re.compile(r'(?:^[A-Z_]+: Final =|^    "[a-z-]+":) "(QD\d{3})"', re.MULTILINE)


def test_the_document_is_what_the_catalogue_prints() -> None:
    """If not, print it anew: see `markdown`."""
    assert (REPOSITORY / "docs/findings.md").read_text("utf-8") == markdown()


def test_no_code_means_two_things() -> None:
    codes = [kind.code for group in GROUPS for kind in group.kinds]
    assert len(codes) == len(KINDS)


def test_every_code_in_the_program_is_in_the_catalogue_and_the_other_way_round() -> None:
    package = REPOSITORY / "server/quarterdeck"
    catalog = package / "diagnostics/catalog.py"
    others = [path.read_text("utf-8") for path in package.rglob("*.py") if path != catalog]
    used = {code for text in others for code in CODE.findall(text)}
    used |= set(OWN_CODE.findall(catalog.read_text("utf-8")))
    assert used == set(KINDS)


def test_every_code_has_an_anchor_that_its_link_leads_to() -> None:
    text = markdown()
    for code in KINDS:
        page, _, anchor = link_of(code).partition("#")
        assert page == f"{DOCUMENTATION}/findings.md"
        assert text.count(f'<a id="{anchor}"></a>{code} ') == 1


def test_the_documents_lie_where_the_package_says() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["urls"]["Documentation"] == DOCUMENTATION


def test_tags_are_those_that_editors_know_and_belong_to_kinds() -> None:
    assert TAGS.keys() <= KINDS.keys()
    assert set(TAGS.values()) <= {"unnecessary", "deprecated"}
