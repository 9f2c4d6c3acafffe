"""Randomness: random texts and numbers, shuffle, UUIDs. All of it comes from the context's generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quarterdeck.runtime.funcs.bytewise import runes
from quarterdeck.runtime.funcs.encoding import encode_base64
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function

if TYPE_CHECKING:
    from quarterdeck.runtime.context import Context

_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PRINTABLE = "".join(map(chr, range(32, 127)))


def _random_text(context: Context, alphabet: str, count: int) -> str:
    """Give `count` characters of the alphabet; a negative count gives none, as goutils' error is dropped."""
    context.volatile_calls += 1
    context.budget.check_length(count)
    return "".join(context.random.choices(alphabet, k=count)) if count > 0 else ""


@function("randAlphaNum", "func(int) string", effect="volatile")
def rand_alpha_num(context: Context, count: int) -> str:
    """Give random ASCII letters and digits."""
    return _random_text(context, _LETTERS + _DIGITS, count)


@function("randAlpha", "func(int) string", effect="volatile")
def rand_alpha(context: Context, count: int) -> str:
    """Give random ASCII letters."""
    return _random_text(context, _LETTERS, count)


@function("randNumeric", "func(int) string", effect="volatile")
def rand_numeric(context: Context, count: int) -> str:
    """Give random digits."""
    return _random_text(context, _DIGITS, count)


@function("randAscii", "func(int) string", effect="volatile")
def rand_ascii(context: Context, count: int) -> str:
    """Give random printable ASCII characters."""
    return _random_text(context, _PRINTABLE, count)


@function("randBytes", "func(int) string", effect="volatile")
def rand_bytes(context: Context, count: int) -> str:
    """Give random bytes in base64."""
    if count < 0:
        raise GoError("runtime error: makeslice: len out of range")
    context.volatile_calls += 1
    context.budget.check_length(count)
    return encode_base64(context.random.randbytes(count))


@function("randInt", "func(int, int) int", effect="volatile")
def rand_int(context: Context, low: int, high: int) -> int:
    """Give a random number from `low` to before `high`."""
    if high <= low:
        raise GoError("invalid argument to Intn")
    context.volatile_calls += 1
    return context.random.randrange(low, high)


@function("shuffle", "func(string) string", effect="volatile")
def shuffle(context: Context, text: str) -> str:
    """Give the runes of the text in random order."""
    context.volatile_calls += 1
    characters = list(runes(text))
    context.random.shuffle(characters)
    return "".join(characters)


@function("uuidv4", "func() string", effect="volatile")
def uuid_v4(context: Context) -> str:
    """Give a random UUID of version 4."""
    context.volatile_calls += 1
    number = context.random.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 0x4 << 76 | 0x2 << 62
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
