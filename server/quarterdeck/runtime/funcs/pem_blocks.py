"""PEM blocks in texts. Source: encoding/pem."""

from __future__ import annotations

import binascii
import re

_BLOCK = r"(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n((?:[^\n:]+:[^\n]*\n)*)(.*?)\n?-----END \1-----"


def find_pem_block(text: str) -> tuple[str, bytes] | None:
    """Give label and content of the first block that can be decoded; None if there is none."""
    for match in re.finditer(_BLOCK, text, re.DOTALL):
        try:
            data = binascii.a2b_base64("".join(match[3].split()), strict_mode=True)
        except (binascii.Error, ValueError):
            continue
        return match[1], data
    return None
