"""Passwords and symmetric encryption: bcrypt, htpasswd, derivePassword, encryptAES, decryptAES.

The libraries bcrypt and cryptography are imported with the first call that needs them. Source: sprig
crypto.go.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from quarterdeck.runtime.funcs.bytewise import byte_length, from_bytes, to_bytes
from quarterdeck.runtime.funcs.encoding import decode_base64, encode_base64
from quarterdeck.runtime.funcs.placeholders import make_bcrypt_placeholder
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext

    from quarterdeck.runtime.context import Context

BCRYPT_COST = 10
MAX_BCRYPT_LENGTH = 72
AES_BLOCK = 16
AES_KEY = 32

_SEED = b"com.lyndir.masterpassword"
_PASSWORD_SHAPES = {
    "maximum": ("anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"),
    "long": (
        "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv",
        "CvccCvcvCvcvno", "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc",
        "CvcvCvcvnoCvcc", "CvcvCvcvCvccno", "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno",
        "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc",
        "CvccCvcvCvccno",
    ),
    "medium": ("CvcnoCvc", "CvcCvcno"),
    "short": ("Cvcn",),
    "basic": ("aaanaaan", "aannaaan", "aaannaaa"),
    "pin": ("nnnn",),
}  # fmt: skip
"""Which kinds of characters a derived password is made of, by type."""

_CHARACTERS = {
    "V": "AEIOU",
    "C": "BCDFGHJKLMNPQRSTVWXYZ",
    "v": "aeiou",
    "c": "bcdfghjklmnpqrstvwxyz",
    "A": "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
    "a": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
    "n": "0123456789",
    "o": "@&%?,=[]_:-+*$#!'^~;()/.",
    "x": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
}


@function("bcrypt", "func(string) string", effect="volatile")
def bcrypt(context: Context, password: str) -> str:
    """Give a password's bcrypt hash; a placeholder of the same form when seeded."""
    if byte_length(password) > MAX_BCRYPT_LENGTH:
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
    context.volatile_calls += 1
    if context.seed is not None:
        return make_bcrypt_placeholder(context, BCRYPT_COST)
    import bcrypt as library  # noqa: PLC0415 -- costs milliseconds, few charts need it

    return library.hashpw(to_bytes(password), library.gensalt(BCRYPT_COST, b"2a")).decode()


@function("htpasswd", "func(string, string) string", effect="volatile")
def htpasswd(context: Context, user: str, password: str) -> str:
    """Give a line of an htpasswd file."""
    if ":" in user:
        return f"invalid username: {user}"
    return f"{user}:{bcrypt(context, password)}"


@function("derivePassword", "func(uint32, string, string, string, string) string")
@lru_cache(maxsize=256)
def derive_password(counter: int, kind: str, password: str, user: str, site: str) -> str:
    """Derive a site's password from a master password, always the same; kept, as one costs 0.2 seconds."""
    import hashlib  # noqa: PLC0415 -- loads a large library
    import hmac  # noqa: PLC0415 -- likewise

    shapes = _PASSWORD_SHAPES.get(kind)
    if shapes is None:
        return f"cannot find password template {kind}"
    salt = _SEED + _with_length(user)
    key = hashlib.scrypt(to_bytes(password), salt=salt, n=32768, r=8, p=2, maxmem=1 << 26, dklen=64)
    message = _SEED + _with_length(site) + int(counter).to_bytes(4, "big")
    seed = hmac.new(key, message, hashlib.sha256).digest()
    shape = shapes[seed[0] % len(shapes)]
    choices = [_CHARACTERS[char] for char in shape]
    return "".join(chars[seed[index] % len(chars)] for index, chars in enumerate(choices, 1))


def _with_length(text: str) -> bytes:
    data = to_bytes(text)
    return len(data).to_bytes(4, "big") + data


@function("encryptAES", "func(string, string) string", effect="volatile")
def encrypt_aes(context: Context, password: str, text: str) -> str:
    """Encrypt with AES-256 in CBC mode; give base64 of the random start block and the cipher text."""
    if not text:
        return ""
    context.volatile_calls += 1
    data = to_bytes(text)
    padding = AES_BLOCK - len(data) % AES_BLOCK
    start = context.random.randbytes(AES_BLOCK)
    cipher = _cipher(password, start, is_encrypting=True)
    return encode_base64(start + cipher.update(data + bytes([padding]) * padding) + cipher.finalize())


@function("decryptAES", "func(string, string) string")
def decrypt_aes(password: str, text: str) -> str:
    """Decrypt what encryptAES has given; broken input fails as Go's slices do."""
    if not text:
        return ""
    data = decode_base64(text)
    if len(data) < AES_BLOCK:
        capacity = byte_length(text) // 4 * 3
        if capacity < AES_BLOCK:
            raise GoError(f"runtime error: slice bounds out of range [:{AES_BLOCK}] with capacity {capacity}")
        raise GoError(f"runtime error: slice bounds out of range [{AES_BLOCK}:{len(data)}]")
    if len(data) % AES_BLOCK:
        raise GoError("crypto/cipher: input not full blocks")
    if len(data) == AES_BLOCK:
        raise GoError("runtime error: index out of range [-1]")
    cipher = _cipher(password, data[:AES_BLOCK], is_encrypting=False)
    plain = cipher.update(data[AES_BLOCK:]) + cipher.finalize()
    end = len(plain) - plain[-1]
    if end < 0:
        raise GoError(f"runtime error: slice bounds out of range [:{end}]")
    return from_bytes(plain[:end])


def _cipher(password: str, start: bytes, *, is_encrypting: bool) -> CipherContext:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 -- slow to import

    cipher = Cipher(algorithms.AES(to_bytes(password)[:AES_KEY].ljust(AES_KEY, b"\0")), modes.CBC(start))
    return cipher.encryptor() if is_encrypting else cipher.decryptor()
