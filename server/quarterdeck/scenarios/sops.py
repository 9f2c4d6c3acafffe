"""Values that sops or helm-secrets keep encrypted: recognised, so that they are left alone.

Source: getsops/sops stores/stores.go, Metadata; jkroepke/helm-secrets docs.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

from quarterdeck.yamldoc.load import load_yaml

ENCRYPTED_REASON: Final = "it is encrypted; its values are not used"

_METADATA: Final = frozenset(
    {
        "mac", "version", "lastmodified", "encrypted_regex", "encrypted_suffix", "unencrypted_suffix",
        "unencrypted_regex", "kms", "gcp_kms", "azure_kv", "hc_vault", "age", "pgp", "key_groups",
    }
)  # fmt: skip
_TOP_KEY: Final = re.compile(r"""^[ ]*["']?sops["']?[ ]*:""", re.MULTILINE)
_ENCRYPTED_VALUE: Final = re.compile(r"""^[^#\n]*[:-][ \t]+["']?ENC\[AES256_GCM,data:""", re.MULTILINE)
_SECRETS_SCHEME: Final = re.compile(r"secrets(?:\+[\w-]+)*://")


def is_encrypted(text: str) -> bool:
    """Tell whether a text holds values that sops has encrypted; also one that no longer is YAML.

    Time is linear in the text; nothing is parsed where nothing in it speaks of sops.
    """
    if "ENC[AES256_GCM,data:" in text and _ENCRYPTED_VALUE.search(text):
        return True
    if "sops" not in text or not (_TOP_KEY.search(text) or text.lstrip().startswith("{")):
        return False
    value, error = load_yaml(text)
    if error is not None or not isinstance(value, dict):
        return False
    metadata: Any = cast("dict[str, Any]", value).get("sops")
    return isinstance(metadata, dict) and not _METADATA.isdisjoint(cast("dict[str, Any]", metadata))


def is_secrets_reference(path: str) -> bool:
    """Tell whether a values file is named in helm-secrets' way (`secrets://…`), which decrypts it."""
    return _SECRETS_SCHEME.match(path) is not None


def is_secrets_name(path: str) -> bool:
    """Tell whether a file's name is one that users of helm-secrets and sops give to secrets."""
    stem, _, ending = path.rpartition("/")[2].rpartition(".")
    parts = re.split(r"[._-]", stem)
    return ending in {"yaml", "yml"} and not {"secrets", "sops"}.isdisjoint(parts)
