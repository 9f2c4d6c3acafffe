"""IP addresses as Go reads them, with its errors. Source: net/netip netip.go."""

from __future__ import annotations

import re

from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.quoting import quote

_HEX_FIELD = r"[0-9a-fA-F]*"
_FIELDS = 8


class _Ipv6Reader:
    """The fields of an IPv6 address read so far, and where `::` stands among them."""

    def __init__(self, text: str, whole: str) -> None:
        self.rest = text
        self.whole = whole
        self.fields: list[int] = []
        self.gap = -1

    def fail(self, message: str) -> GoError:
        """Make the error that shows what is left to read."""
        return _error(self.whole, message, self.rest)

    def read(self) -> bytes:
        """Read all fields."""
        if self.rest.startswith("::"):
            self.gap = 0
            self.rest = self.rest[2:]
            if not self.rest:
                return bytes(16)
        while len(self.fields) < _FIELDS and self._read_field():
            pass
        if self.rest:
            raise self.fail("trailing garbage after address")
        if len(self.fields) < _FIELDS:
            if self.gap < 0:
                raise _error(self.whole, "address string too short")
            self.fields[self.gap : self.gap] = [0] * (_FIELDS - len(self.fields))
        elif self.gap >= 0:
            raise _error(self.whole, "the :: must expand to at least one field of zeros")
        return b"".join(field.to_bytes(2, "big") for field in self.fields)

    def _read_field(self) -> bool:
        """Read one field and the colon after it; tell whether another must follow."""
        match = re.match(_HEX_FIELD, self.rest)
        digits = match[0] if match is not None else ""
        if len(digits) > 4:
            raise self.fail("each group must have 4 or less digits")
        if not digits:
            raise self.fail("each colon-separated field must have at least one digit")
        if self.rest[len(digits) : len(digits) + 1] == ".":
            self._read_ipv4()
            return False
        self.fields.append(int(digits, 16))
        self.rest = self.rest[len(digits) :]
        if not self.rest:
            return False
        if self.rest[0] != ":":
            raise self.fail("unexpected character, want colon")
        if len(self.rest) == 1:
            raise self.fail("colon must be followed by more characters")
        self.rest = self.rest[1:]
        if self.rest[0] == ":":
            if self.gap >= 0:
                raise self.fail("multiple :: in address")
            self.gap = len(self.fields)
            self.rest = self.rest[1:]
        return bool(self.rest)

    def _read_ipv4(self) -> None:
        if self.gap < 0 and len(self.fields) != _FIELDS - 2:
            raise self.fail("embedded IPv4 address must replace the final 2 fields of the address")
        if len(self.fields) > _FIELDS - 2:
            raise self.fail("too many hex fields to fit an embedded IPv4 at the end of the address")
        first, second, third, fourth = _read_ipv4_fields(self.rest, self.whole)
        self.fields += [first << 8 | second, third << 8 | fourth]
        self.rest = ""


def parse_address(text: str) -> bytes:
    """Give the 4 or 16 bytes of an address; an IPv6 zone is read over.

    Raises:
        GoError: it is no address.
    """
    found = re.search("[.:%]", text)
    if found is None:
        raise _error(text, "unable to parse IP")
    if found[0] == ".":
        return _read_ipv4_fields(text, text)
    if found[0] == "%":
        raise _error(text, "missing IPv6 address")
    address, percent, zone = text.partition("%")
    if percent and not zone:
        raise _error(text, "zone must be a non-empty string")
    return _Ipv6Reader(address, text).read()


def _read_ipv4_fields(text: str, whole: str) -> bytes:
    """Read four decimal numbers with dots between them. Source: netip.go, parseIPv4Fields."""
    fields = [0]
    length = 0
    for index, char in enumerate(text):
        if "0" <= char <= "9":
            if length == 1 and fields[-1] == 0:
                raise _error(whole, "IPv4 field has octet with leading zero")
            fields[-1] = fields[-1] * 10 + int(char)
            length += 1
            if fields[-1] > 255:
                raise _error(whole, "IPv4 field has value >255")
        elif char != ".":
            raise _error(whole, "unexpected character", text[index:])
        elif index in (0, len(text) - 1) or text[index - 1] == ".":
            raise _error(whole, "IPv4 field must have at least one digit", text[index:])
        elif len(fields) == 4:
            raise _error(whole, "IPv4 address too long")
        else:
            fields.append(0)
            length = 0
    if len(fields) < 4:
        raise _error(whole, "IPv4 address too short")
    return bytes(fields)


def _error(text: str, message: str, rest: str = "") -> GoError:
    place = f" (at {quote(rest)})" if rest else ""
    return GoError(f"ParseAddr({quote(text)}): {message}{place}")
