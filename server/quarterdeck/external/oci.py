"""Reads charts from OCI registries: tags, manifests and blobs, with the token that registries hand to anyone.

Source: the OCI distribution specification; Helm pkg/registry.
"""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
from typing import TYPE_CHECKING, Any, cast

from quarterdeck.errors import ReadError
from quarterdeck.external.http import Answer, fetch

if TYPE_CHECKING:
    from collections.abc import Callable

CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_SMALL = 4 * 1024 * 1024
_LARGE = 100 * 1024 * 1024
_PARAMETER = re.compile(r'([a-z]+)="([^"]*)"')
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_REFERENCE = re.compile(r"(?:oci://)?([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]+)?/([a-z0-9][a-z0-9._/-]*)")
_MOST_PAGES = 50
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}


class Repository:
    """One repository of a registry, such as `registry.example.com/charts/redis`."""

    def __init__(self, reference: str) -> None:
        """Look at a reference, with `oci://` or without.

        Raises:
            ReadError: it does not name a repository.
        """
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise ReadError(f"{reference} does not name a repository of a registry")
        host, port, self._name = match[1], match[2] or "", match[3]
        self.reference = reference
        # As other tools do, a registry on this very machine is spoken to without encryption.
        scheme = "http" if host in _LOCAL_HOSTS else "https"
        self._root = f"{scheme}://{host}{port}/v2/{self._name}"
        self._token = ""

    def list_tags(self) -> list[str]:
        """Give all tags.

        Raises:
            ReadError: the registry does not give them.
        """
        tags: list[str] = []
        url: str | None = f"{self._root}/tags/list"
        for _ in range(_MOST_PAGES):
            if url is None:
                break
            answer = self._get(url, limit=_SMALL)
            tags.extend(map(str, _items(self._json(answer).get("tags"))))
            url = self._next_page(url, answer)
        return tags

    def _next_page(self, url: str, answer: Answer) -> str | None:
        """Give the page that a `Link` header names, on the same server; the token is for no other."""
        following = re.search(r'<([^>]+)>;\s*rel="next"', answer.headers.get("link", ""))
        if following is None:
            return None
        target = urllib.parse.urljoin(url, following[1])
        start = self._root.partition("/v2/")[0] + "/"
        return target if target.startswith(start) else None

    def fetch_chart(self, tag: str, on_bytes: Callable[[int, int | None], None] | None = None) -> bytes:
        """Give the packaged chart under a tag, its digest checked.

        Raises:
            ReadError: there is none, or it is damaged.
        """
        url = f"{self._root}/manifests/{urllib.parse.quote(tag, safe='')}"
        manifest = self._json(self._get(url, limit=_SMALL, accept=_MANIFEST))
        digest = _chart_digest(manifest.get("layers"))
        if digest is None:
            raise ReadError(f"{self.reference}:{tag} is no Helm chart")
        answer = self._get(f"{self._root}/blobs/{digest}", limit=_LARGE, on_bytes=on_bytes)
        if hashlib.sha256(answer.body).hexdigest() != digest.removeprefix("sha256:"):
            raise ReadError(f"{self.reference}:{tag} is damaged: its digest is another one")
        return answer.body

    def _json(self, answer: Answer) -> dict[str, Any]:
        try:
            value: Any = json.loads(answer.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise ReadError(f"cannot read {self.reference}: the registry's answer is not understood")
        return cast("dict[str, Any]", value)

    def _get(
        self,
        url: str,
        *,
        limit: int,
        accept: str = "*/*",
        on_bytes: Callable[[int, int | None], None] | None = None,
    ) -> Answer:
        answer = fetch(url, limit=limit, headers=self._headers(accept), on_bytes=on_bytes)
        if answer.status == 401 and self._login(answer.headers.get("www-authenticate", "")):
            answer = fetch(url, limit=limit, headers=self._headers(accept), on_bytes=on_bytes)
        if answer.status != 200:
            raise ReadError(f"cannot read {url}: the registry answers {answer.status}")
        return answer

    def _headers(self, accept: str) -> dict[str, str]:
        headers = {"Accept": accept}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    def _login(self, challenge: str) -> bool:
        """Ask for the token that anyone may have; tell whether there is one."""
        if not challenge.lower().startswith("bearer ") or self._token:
            return False
        parameters = dict(_PARAMETER.findall(challenge))
        realm = parameters.get("realm", "")
        query = {
            "service": parameters.get("service", ""),
            "scope": parameters.get("scope") or f"repository:{self._name}:pull",
        }
        answer = fetch(f"{realm}?{urllib.parse.urlencode(query)}", limit=_SMALL)
        if answer.status != 200:
            return False
        given = self._json(answer)
        token = str(given.get("token") or given.get("access_token") or "")
        self._token = token if token.isascii() and token.isprintable() else ""
        return bool(self._token)


def _chart_digest(layers: Any) -> str | None:
    """Give the digest of the layer that is the packaged chart."""
    for layer in _items(layers):
        if isinstance(layer, dict):
            known = cast("dict[str, Any]", layer)
            digest = str(known.get("digest"))
            if known.get("mediaType") == CHART_LAYER and _DIGEST.fullmatch(digest):
                return digest
    return None


def _items(value: Any) -> list[Any]:
    """Give the items of what should be a list, none where it is not."""
    return cast("list[Any]", value) if isinstance(value, list) else []
