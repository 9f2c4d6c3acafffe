"""Prints a tree as the text that it was parsed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.gotmpl.walk import tokens

if TYPE_CHECKING:
    from quarterdeck.gotmpl.nodes import Template


def print_template(template: Template) -> str:
    """Give the text of a tree, from its nodes alone."""
    return "".join([piece for item in template.items for piece in tokens(item.node)])
