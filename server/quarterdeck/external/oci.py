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
_MOST_PAGES = 50
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}


class Repository:
    """One repository of a registry, such as `registry.example.com/charts/redis`."""

    def __init__(self, reference: str) -> None:
        host, _, name = reference.removeprefix("oci://").partition("/")
        self.reference = reference
        self._name = name
        # As other tools do, a registry on this very machine is spoken to without encryption.
        scheme = "http" if host.split(":")[0] in _LOCAL_HOSTS else "https"
        self._root = f"{scheme}://{host}/v2/{name}"
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
            page = self._json(answer)
            listed: list[Any] = page.get("tags") or []
            tags.extend(map(str, listed))
            following = re.search(r'<([^>]+)>;\s*rel="next"', answer.headers.get("link", ""))
            url = urllib.parse.urljoin(url, following[1]) if following else None
        return tags

    def fetch_chart(self, tag: str, on_bytes: Callable[[int, int | None], None] | None = None) -> bytes:
        """Give the packaged chart under a tag, its digest checked.

        Raises:
            ReadError: there is none, or it is damaged.
        """
        manifest = self._json(self._get(f"{self._root}/manifests/{tag}", limit=_SMALL, accept=_MANIFEST))
        layers: list[dict[str, Any]] = manifest.get("layers") or []
        digest = next((str(layer["digest"]) for layer in layers if layer.get("mediaType") == CHART_LAYER), "")
        if not digest.startswith("sha256:"):
            raise ReadError(f"{self.reference}:{tag} is no Helm chart")
        answer = self._get(f"{self._root}/blobs/{digest}", limit=_LARGE, on_bytes=on_bytes)
        if hashlib.sha256(answer.body).hexdigest() != digest.removeprefix("sha256:"):
            raise ReadError(f"{self.reference}:{tag} is damaged: its digest is another one")
        return answer.body

    def _json(self, answer: Answer) -> dict[str, Any]:
        try:
            value: Any = json.loads(answer.body)
        except ValueError:
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
        self._token = str(given.get("token") or given.get("access_token") or "")
        return bool(self._token)
