"""Decimal numbers without rounding, for addf, subf, mulf and divf.

Source: shopspring/decimal v1.4.
"""

from __future__ import annotations

import math

from quarterdeck.runtime.goerror import GoError

DIVISION_PRECISION = 16
"""How many decimals a quotient keeps."""


class Exact:
    """The number `digits * 10**exponent`."""

    __slots__ = ("digits", "exponent")

    def __init__(self, digits: int, exponent: int) -> None:
        self.digits = digits
        self.exponent = exponent

    @classmethod
    def of(cls, number: float) -> Exact:
        """Give the number as it prints with the fewest digits.

        Raises:
            GoError: it is NaN or infinite.
        """
        if math.isnan(number):
            raise GoError("Cannot create a Decimal from NaN")
        if math.isinf(number):
            raise GoError(f"Cannot create a Decimal from {'+' if number > 0 else '-'}Inf")
        mantissa, _, exponent = repr(number).partition("e")
        whole, _, fraction = mantissa.partition(".")
        return cls(int(whole + fraction), int(exponent or 0) - len(fraction))

    def plus(self, other: Exact) -> Exact:
        """Give the sum."""
        exponent = min(self.exponent, other.exponent)
        return Exact(self._scaled(exponent) + other._scaled(exponent), exponent)

    def minus(self, other: Exact) -> Exact:
        """Give the difference."""
        return self.plus(Exact(-other.digits, other.exponent))

    def times(self, other: Exact) -> Exact:
        """Give the product."""
        return Exact(self.digits * other.digits, self.exponent + other.exponent)

    def over(self, other: Exact) -> Exact:
        """Give the quotient to 16 decimals; a half is rounded away from zero.

        Raises:
            GoError: the other number is 0.
        """
        if not other.digits:
            raise GoError("decimal division by 0")
        shift = self.exponent - other.exponent + DIVISION_PRECISION
        dividend = abs(self.digits) * 10 ** max(shift, 0)
        divisor = abs(other.digits) * 10 ** max(-shift, 0)
        quotient = (2 * dividend + divisor) // (2 * divisor)
        is_negative = (self.digits < 0) != (other.digits < 0)
        return Exact(-quotient if is_negative else quotient, -DIVISION_PRECISION)

    def to_float(self) -> float:
        """Give the nearest float64."""
        try:
            if self.exponent >= 0:
                return float(self.digits * 10**self.exponent)
            return self.digits / 10**-self.exponent
        except OverflowError:
            return math.copysign(math.inf, self.digits)

    def _scaled(self, exponent: int) -> int:
        return self.digits * 10 ** (self.exponent - exponent)
