"""Keys, certificates and hashes that only look real.

In a seeded run, in the editor and in checks, making real ones would take seconds, and they would differ from
run to run. A placeholder has the form of the real thing, comes from the context's generator, and is known
again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.runtime.funcs.encoding import encode_base64
from quarterdeck.runtime.goerror import GoError

if TYPE_CHECKING:
    from quarterdeck.runtime.context import Context

_MARK = b"quarterdeck placeholder: made without a key, proves nothing. "
_BCRYPT_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_PEM_LINE = 64

KEY_LABELS = {
    "": "RSA PRIVATE KEY",
    "rsa": "RSA PRIVATE KEY",
    "dsa": "DSA PRIVATE KEY",
    "ecdsa": "EC PRIVATE KEY",
    "ed25519": "PRIVATE KEY",
}
"""What a PEM block with a private key is called, by the type that genPrivateKey takes."""

_KEY_SIZES = {"": 2348, "rsa": 2348, "dsa": 831, "ecdsa": 121, "ed25519": 48}
_CERTIFICATE_SIZE = 780
_CERTIFICATE_KEY_SIZE = 1191


def make_bcrypt_placeholder(context: Context, cost: int) -> str:
    """Give what a bcrypt hash looks like."""
    return f"$2a${cost:02}${''.join(context.random.choices(_BCRYPT_ALPHABET, k=53))}"


def make_key_placeholder(context: Context, kind: str) -> str:
    """Give what a private key of this type looks like.

    Raises:
        GoError: there is no such type.
    """
    if kind not in KEY_LABELS:
        raise GoError(f"Unknown type {kind}")
    return _make_block(context, KEY_LABELS[kind], _KEY_SIZES[kind])


def make_certificate_placeholder(context: Context) -> tuple[str, str]:
    """Give what a certificate and its key look like."""
    return (
        _make_block(context, "CERTIFICATE", _CERTIFICATE_SIZE),
        _make_block(context, KEY_LABELS["rsa"], _CERTIFICATE_KEY_SIZE),
    )


def is_placeholder(data: bytes) -> bool:
    """Tell whether a PEM block's content is a placeholder's."""
    return data.startswith(_MARK[: len(data)]) and len(data) >= min(_KEY_SIZES.values())


def _make_block(context: Context, label: str, size: int) -> str:
    data = (_MARK + context.random.randbytes(max(size - len(_MARK), 0)))[:size]
    return write_pem(label, data)


def write_pem(label: str, data: bytes) -> str:
    """Give a PEM block."""
    text = encode_base64(data)
    lines = "\n".join(text[start : start + _PEM_LINE] for start in range(0, len(text), _PEM_LINE))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"
