"""URLs: urlParse and urlJoin. Source: net/url url.go; sprig url.go."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from quarterdeck.runtime.funcs.bytewise import from_bytes, to_bytes
from quarterdeck.runtime.funcs.ip_addresses import parse_address
from quarterdeck.runtime.funcs.sequences import NIL_DEREFERENCE
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import go_kind
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.signatures import function

_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
_PATH = frozenset((_UNRESERVED + "$&+,/:;=@").encode())
_HOST = frozenset((_UNRESERVED + "!$&'()*+,;=:[]<>\"").encode())
_USER = frozenset((_UNRESERVED + "$&+,;=").encode())
_FRAGMENT = frozenset((_UNRESERVED + "$&+,/:;=?@!()*").encode())
"""The bytes that may stand in a part of a URL as they are."""

_SCHEME = r"([A-Za-z][A-Za-z0-9+.-]*)?:"
_CONTROL = r"[\x00-\x1f\x7f]"
_USER_INFO = r"[A-Za-z0-9._:~!$&'()*+,;=%@-]*"
_OPTIONAL_PORT = r"(?::[0-9]*)?"
_ESCAPE = r"%([0-9A-Fa-f]{2})?"


class UserInfo(NamedTuple):
    """A user name and, unless None, a password, both unescaped."""

    name: str
    password: str | None

    def format(self) -> str:
        """Give it as it stands in a URL."""
        name = _escape(self.name, _USER)
        return name if self.password is None else f"{name}:{_escape(self.password, _USER)}"


class Url(NamedTuple):
    """A URL in its parts; path and fragment are unescaped."""

    scheme: str = ""
    opaque: str = ""
    user: UserInfo | None = None
    host: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""

    def host_name(self) -> str:
        """Give the host without port and brackets."""
        host, colon, port = self.host.rpartition(":")
        if not colon or not re.fullmatch(_OPTIONAL_PORT, f":{port}"):
            host = self.host
        return host[1:-1] if host.startswith("[") and host.endswith("]") else host

    def format(self) -> str:
        """Give the URL as text. Source: url.go, URL.String."""
        start = f"{self.scheme}:" if self.scheme else ""
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{_escape(self.fragment, _FRAGMENT)}" if self.fragment else ""
        if self.opaque:
            return f"{start}{self.opaque}{query}{fragment}"
        has_authority = bool(self.scheme or self.host or self.user) and bool(
            self.host or self.path or self.user
        )
        if has_authority:
            user = f"{self.user.format()}@" if self.user is not None else ""
            start += f"//{user}{_escape(self.host, _HOST)}"
        path = self.path if self.path == "*" else _escape(self.path, _PATH)
        if path and path[0] != "/" and self.host:
            start += "/"
        if not start and ":" in path.partition("/")[0]:
            start = "./"
        return f"{start}{path}{query}{fragment}"


def _escape(text: str, allowed: frozenset[int]) -> str:
    return "".join([chr(byte) if byte in allowed else f"%{byte:02X}" for byte in to_bytes(text)])


def _unescape(text: str, *, is_host: bool = False, is_zone: bool = False) -> str:
    """Decode `%41`; in a host only bytes outside ASCII may be written so. Source: url.go, unescape."""

    def check(match: re.Match[str]) -> bytes:
        shown = text[match.start() : match.start() + 3]
        if match[1] is None:
            raise GoError(f"invalid URL escape {quote(shown)}")
        byte = int(match[1], 16)
        if (is_host and byte < 0x80 and shown != "%25") or (
            is_zone and shown != "%25" and byte != 0x20 and byte not in _HOST
        ):
            raise GoError(f"invalid URL escape {quote(shown)}")
        return bytes((byte,))

    pieces: list[bytes] = []
    end = 0
    for match in re.finditer(_ESCAPE, text):
        pieces += (_plain(text[end : match.start()], is_host=is_host or is_zone), check(match))
        end = match.end()
    pieces.append(_plain(text[end:], is_host=is_host or is_zone))
    return from_bytes(b"".join(pieces))


def _plain(text: str, *, is_host: bool) -> bytes:
    data = to_bytes(text)
    if is_host:
        for byte in data:
            if byte < 0x80 and byte not in _HOST:
                raise GoError(f"invalid character {quote(chr(byte))} in host name")
    return data


def parse_url(text: str) -> Url:
    """Take a URL apart. Source: url.go, Parse.

    Raises:
        GoError: it is none.
    """
    rest, _, fragment = text.partition("#")
    try:
        url = _parse_without_fragment(rest)
    except GoError as error:
        raise GoError(f"parse {quote(rest)}: {error}") from None
    try:
        return url._replace(fragment=_unescape(fragment))
    except GoError as error:
        raise GoError(f"parse {quote(text)}: {error}") from None


def _parse_without_fragment(text: str) -> Url:
    if re.search(_CONTROL, text):
        raise GoError("net/url: invalid control character in URL")
    if text == "*":
        return Url(path="*")
    scheme, rest = "", text
    match = re.match(_SCHEME, text)
    if match is not None:
        if match[1] is None:
            raise GoError("missing protocol scheme")
        scheme, rest = match[1].lower(), text[match.end() :]
    rest, _, query = rest.partition("?")
    if not rest.startswith("/"):
        if scheme:
            return Url(scheme=scheme, opaque=rest, query=query)
        if ":" in rest.partition("/")[0]:
            raise GoError("first path segment in URL cannot contain colon")
    user, host = None, ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, rest = rest[2:].partition("/")
        rest = slash + rest
        user, host = _parse_authority(scheme, authority)
    return Url(scheme=scheme, user=user, host=host, path=_unescape(rest), query=query)


def _parse_authority(scheme: str, authority: str) -> tuple[UserInfo | None, str]:
    info, at_sign, host_text = authority.rpartition("@")
    host = _parse_host(scheme, host_text)
    if not at_sign:
        return None, host
    if not re.fullmatch(_USER_INFO, info):
        raise GoError("net/url: invalid userinfo")
    name, colon, password = info.partition(":")
    return UserInfo(_unescape(name), _unescape(password) if colon else None), host


def _parse_host(scheme: str, host: str) -> str:
    """Source: url.go, parseHost."""
    bracket = host.rfind("[")
    if bracket > 0:
        raise GoError("invalid IP-literal")
    if bracket == 0:
        return _parse_ip_literal(host)
    colon = host.find(":") if scheme in ("http", "https") else host.rfind(":")
    if colon >= 0:
        _check_port(host[colon:])
    return _unescape(host, is_host=True)


def _parse_ip_literal(host: str) -> str:
    end = host.rfind("]")
    if end < 0:
        raise GoError("missing ']' in host")
    port = host[end + 1 :]
    _check_port(port)
    name = host[1:end]
    zone_start = name.find("%25")
    if zone_start >= 0:
        address = _unescape(name[:zone_start], is_host=True) + _unescape(name[zone_start:], is_zone=True)
    else:
        address = _unescape(name, is_host=True)
    try:
        size = len(parse_address(address))
    except GoError as error:
        raise GoError(f"invalid host: {error}") from None
    if size == 4:
        raise GoError("invalid IP-literal")
    return f"[{address}]{_unescape(port, is_host=True)}"


def _check_port(port: str) -> None:
    if not re.fullmatch(_OPTIONAL_PORT, port):
        raise GoError(f"invalid port {quote(port)} after host")


@function("urlParse", "func(string) map[string]interface {}")
def url_parse(text: str) -> dict[str, Any]:
    """Give the parts of a URL by name."""
    try:
        url = parse_url(text)
    except GoError as error:
        raise GoError(f"unable to parse url: {error}") from None
    return {
        "scheme": url.scheme,
        "host": url.host,
        "hostname": url.host_name(),
        "path": url.path,
        "query": url.query,
        "opaque": url.opaque,
        "fragment": url.fragment,
        "userinfo": url.user.format() if url.user is not None else "",
    }


@function("urlJoin", "func(map[string]interface {}) string")
def url_join(parts: dict[str, Any]) -> str:
    """Give the URL made of the parts that urlParse gives."""
    names = ("scheme", "host", "path", "query", "opaque", "fragment", "userinfo")
    scheme, host, path, query, opaque, fragment, user_info = (_part(parts, name) for name in names)
    user = None
    if user_info:
        try:
            user = parse_url(f"proto://{user_info}@host").user
        except GoError as error:
            raise GoError(f"unable to parse userinfo in dict: {error}") from None
    return Url(scheme, opaque, user, host, path, query, fragment).format()


def _part(parts: dict[str, Any], name: str) -> str:
    if name not in parts:
        return ""
    value = parts[name]
    if value is None:
        raise GoError(NIL_DEREFERENCE)
    if not isinstance(value, str):
        raise GoError(f"unable to parse {name} key, must be of type string, but {go_kind(value)} found")
    return value
