"""Base64 and base32, with the texts that Go's decoders give for broken input."""

from __future__ import annotations

import binascii

from quarterdeck.runtime.funcs.bytewise import from_bytes, to_bytes
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function

_BASE64_DIGITS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_BASE32_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE32_VALUES = {digit: value for value, digit in enumerate(_BASE32_DIGITS)}
_PADDING = ord("=")
_LINE_ENDS = b"\r\n"


@function("b64enc", "func(string) string")
def b64enc(text: str) -> str:
    """Encode in base64."""
    return encode_base64(to_bytes(text))


@function("b64dec", "func(string) string")
def b64dec(text: str) -> str:
    """Decode base64; broken input gives the decoder's error as the result."""
    try:
        return from_bytes(decode_base64(text))
    except GoError as error:
        return str(error)


@function("b32enc", "func(string) string")
def b32enc(text: str) -> str:
    """Encode in base32."""
    data = to_bytes(text)
    number = int.from_bytes(data + bytes(-len(data) % 5), "big")
    groups = -(-len(data) // 5)
    digits = bytearray()
    for index in range(8 * groups - 1, -1, -1):
        digits.append(_BASE32_DIGITS[(number >> (5 * index)) & 31])
    padding = {0: 0, 1: 6, 2: 4, 3: 3, 4: 1}[len(data) % 5]
    return digits[: len(digits) - padding].decode() + "=" * padding


@function("b32dec", "func(string) string")
def b32dec(text: str) -> str:
    """Decode base32; broken input gives the decoder's error as the result."""
    try:
        return from_bytes(_decode_base32(to_bytes(text).translate(None, _LINE_ENDS)))
    except GoError as error:
        return str(error)


def encode_base64(data: bytes) -> str:
    """Give the data in base64, on one line."""
    return binascii.b2a_base64(data, newline=False).decode()


def decode_base64(text: str) -> bytes:
    """Give the data of a base64 text; line ends are skipped.

    Raises:
        GoError: it is broken, at the byte that Go names. Source: encoding/base64, decodeQuantum.
    """
    data = to_bytes(text)
    digits = data.translate(None, _LINE_ENDS)
    if len(digits) % 4 or digits.endswith(b"==="):
        return _decode_leniently(data)
    try:
        return binascii.a2b_base64(digits, strict_mode=True)
    except binascii.Error:
        return _decode_leniently(data)


def _decode_leniently(data: bytes) -> bytes:
    """Decode what strict decoders refuse but Go takes (bits after the end), or find where it is broken."""
    digits = bytearray()
    position = 0
    while position < len(data):
        byte = data[position]
        if byte == _PADDING:
            _check_padding(data, position, len(digits) % 4)
            break
        if byte in _BASE64_DIGITS:
            digits.append(byte)
        elif byte not in _LINE_ENDS:
            raise _base64_error(position)
        position += 1
    else:
        if len(digits) % 4:
            raise _base64_error(position - len(digits) % 4)
    return binascii.a2b_base64(bytes(digits) + b"=" * (-len(digits) % 4))


def _check_padding(data: bytes, position: int, filled: int) -> None:
    """Check the end of a base64 text from its first `=`, which follows `filled` digits of a group of four."""
    if filled < 2:
        raise _base64_error(position)
    position += 1
    if filled == 2:
        while position < len(data) and data[position] in _LINE_ENDS:
            position += 1
        if position == len(data):
            raise _base64_error(len(data))
        if data[position] != _PADDING:
            raise _base64_error(position - 1)
        position += 1
    while position < len(data) and data[position] in _LINE_ENDS:
        position += 1
    if position < len(data):
        raise _base64_error(position)


def _base64_error(position: int) -> GoError:
    return GoError(f"illegal base64 data at input byte {position}")


def _decode_base32(data: bytes) -> bytes:
    """Decode base32 in groups of eight digits. Source: encoding/base32, decode."""
    result = bytearray()
    position = 0
    while position < len(data):
        digits: list[int] = []
        while len(digits) < 8:
            if position >= len(data):
                raise _base32_error(position - len(digits))
            byte = data[position]
            position += 1
            if byte == _PADDING and len(digits) >= 2 and len(data) - position < 8:
                _check_base32_padding(data, position, len(digits))
                return bytes(result + _quintets(digits))
            if byte not in _BASE32_VALUES:
                raise _base32_error(position - 1)
            digits.append(_BASE32_VALUES[byte])
        result += _quintets(digits)
    return bytes(result)


def _check_base32_padding(data: bytes, position: int, filled: int) -> None:
    """Check the padding of a group with `filled` digits; `position` is after the first `=`."""
    left = len(data) - position
    if left + filled < 7:
        raise _base32_error(len(data))
    for index in range(7 - filled):
        if left > index and data[position + index] != _PADDING:
            raise _base32_error(position + index - 1)
    if filled in (1, 3, 6):
        raise _base32_error(position - 1)


def _base32_error(position: int) -> GoError:
    return GoError(f"illegal base32 data at input byte {position}")


def _quintets(digits: list[int]) -> bytes:
    number = 0
    for digit in digits:
        number = number << 5 | digit
    size = len(digits) * 5 // 8
    return (number >> (len(digits) * 5 - size * 8)).to_bytes(size, "big")
