"""Arithmetic: int64 with silent overflow, float64 by way of decimal numbers, and sequences of numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from quarterdeck.runtime.funcs.conversions import cast_to_float, cast_to_int, wrap_int64
from quarterdeck.runtime.funcs.exact import Exact
from quarterdeck.runtime.funcs.lists import check_count
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoList, Int64

if TYPE_CHECKING:
    from collections.abc import Callable

    from quarterdeck.runtime.context import Context


@function("add", "func(...any) int64")
def add(*numbers: Any) -> Int64:
    """Give the sum."""
    return Int64(wrap_int64(sum([cast_to_int(number) for number in numbers])))


@function("add1", "func(any) int64")
def add1(number: Any) -> Int64:
    """Give the number plus 1."""
    return Int64(wrap_int64(cast_to_int(number) + 1))


@function("sub", "func(any, any) int64")
def sub(one: Any, other: Any) -> Int64:
    """Give the difference."""
    return Int64(wrap_int64(cast_to_int(one) - cast_to_int(other)))


@function("mul", "func(any, ...any) int64")
def mul(number: Any, *factors: Any) -> Int64:
    """Give the product."""
    product = cast_to_int(number)
    for factor in factors:
        product = wrap_int64(product * cast_to_int(factor))
    return Int64(product)


@function("div", "func(any, any) int64")
def div(one: Any, other: Any) -> Int64:
    """Give the quotient, rounded towards zero."""
    dividend, divisor = cast_to_int(one), _divisor(other)
    quotient = abs(dividend) // abs(divisor)
    return Int64(wrap_int64(quotient if (dividend < 0) == (divisor < 0) else -quotient))


@function("mod", "func(any, any) int64")
def mod(one: Any, other: Any) -> Int64:
    """Give the remainder, with the sign of the first number."""
    dividend, divisor = cast_to_int(one), _divisor(other)
    remainder = abs(dividend) % abs(divisor)
    return Int64(-remainder if dividend < 0 else remainder)


def _divisor(number: Any) -> int:
    divisor = cast_to_int(number)
    if divisor == 0:
        raise GoError("runtime error: integer divide by zero")
    return divisor


@function("max", "func(any, ...any) int64")
@function("biggest", "func(any, ...any) int64")
def largest(number: Any, *others: Any) -> Int64:
    """Give the largest number."""
    return Int64(max(map(cast_to_int, (number, *others))))


@function("min", "func(any, ...any) int64")
def smallest(number: Any, *others: Any) -> Int64:
    """Give the smallest number."""
    return Int64(min(map(cast_to_int, (number, *others))))


@function("maxf", "func(any, ...any) float64")
def largest_float(number: Any, *others: Any) -> float:
    """Give the largest number; NaN if one of them is, unless another is +Inf. Source: math.Max."""
    return -_smallest([-cast_to_float(value) for value in (number, *others)])


@function("minf", "func(any, ...any) float64")
def smallest_float(number: Any, *others: Any) -> float:
    """Give the smallest number; NaN if one of them is, unless another is -Inf. Source: math.Min."""
    return _smallest([cast_to_float(value) for value in (number, *others)])


def _smallest(numbers: list[float]) -> float:
    result = numbers[0]
    for number in numbers[1:]:
        if -math.inf in (result, number):
            result = -math.inf
        elif math.isnan(result) or math.isnan(number):
            result = math.nan
        elif result == number == 0:
            result = number if math.copysign(1.0, number) < 0 else result
        else:
            result = min(result, number)
    return result


@function("ceil", "func(any) float64")
def ceil(number: Any) -> float:
    """Give the least whole number that is not less."""
    value = cast_to_float(number)
    return math.copysign(math.ceil(value), value) if math.isfinite(value) else value


@function("floor", "func(any) float64")
def floor(number: Any) -> float:
    """Give the greatest whole number that is not greater."""
    value = cast_to_float(number)
    return math.copysign(math.floor(value), value) if math.isfinite(value) else value


@function("round", "func(any, int, ...float64) float64")
def round_number(number: Any, places: int, *thresholds: float) -> float:
    """Round to `places` decimals; up from the threshold, .5 if none is given.

    Source: sprig numeric.go, round.
    """
    threshold = thresholds[0] if thresholds else 0.5
    power = _power_of_ten(places)
    digit = power * cast_to_float(number)
    if not math.isfinite(digit):
        return _divide(digit, power)
    fraction = math.modf(digit)[0]
    return _divide(float(ceil(digit) if fraction >= threshold else floor(digit)), power)


def _power_of_ten(exponent: int) -> float:
    """Give math.Pow(10, exponent), which is 0 or +Inf where the exponent is out of range."""
    if exponent < -323:
        return 0.0
    return float(f"1e{exponent}") if exponent <= 308 else math.inf


def _divide(dividend: float, divisor: float) -> float:
    if divisor:
        return dividend / divisor
    if dividend == 0 or math.isnan(dividend):
        return math.nan
    return math.copysign(math.inf, dividend)


@function("addf", "func(...any) float64")
def addf(*numbers: Any) -> float:
    """Give the exact sum of the numbers as they print."""
    return _fold(0.0, numbers, Exact.plus)


@function("add1f", "func(any) float64")
def add1f(number: Any) -> float:
    """Give the number as it prints plus 1, exactly."""
    return _fold(number, (1,), Exact.plus)


@function("subf", "func(any, ...any) float64")
def subf(number: Any, *others: Any) -> float:
    """Give the exact difference of the numbers as they print."""
    return _fold(number, others, Exact.minus)


@function("mulf", "func(any, ...any) float64")
def mulf(number: Any, *factors: Any) -> float:
    """Give the exact product of the numbers as they print."""
    return _fold(number, factors, Exact.times)


@function("divf", "func(any, ...any) float64")
def divf(number: Any, *divisors: Any) -> float:
    """Give the quotient to 16 decimals of the numbers as they print."""
    return _fold(number, divisors, Exact.over)


def _fold(start: Any, numbers: tuple[Any, ...], operation: Callable[[Exact, Exact], Exact]) -> float:
    """Apply the operation from left to right. Source: sprig numeric.go, execDecimalOp."""
    result = Exact.of(cast_to_float(start))
    for number in numbers:
        result = operation(result, Exact.of(cast_to_float(number)))
    return result.to_float()


@function("until", "func(int) []int", effect="context")
def until(context: Context, count: int) -> GoList:
    """Give the numbers from 0 to before `count`, downwards if it is negative."""
    return until_step(context, 0, count, 1 if count >= 0 else -1)


@function("untilStep", "func(int, int, int) []int", effect="context")
def until_step(context: Context, start: int, stop: int, step: int) -> GoList:
    """Give the numbers from `start` to before `stop`; none if the step goes the other way."""
    return GoList(_numbers(context, start, stop, step), "[]int")


def _numbers(context: Context, start: int, stop: int, step: int) -> range:
    if step == 0 or (step > 0) != (stop >= start):
        return range(0)
    numbers = range(start, stop, step)
    check_count(context, max(0, (stop - start + step - (1 if step > 0 else -1)) // step))
    return numbers


@function("seq", "func(...int) string", effect="context")
def seq(context: Context, *bounds: int) -> str:
    """Give numbers as the shell's `seq` prints them, on one line. Source: sprig numeric.go, seq."""
    if len(bounds) == 1:
        start, step, end = 1, 1 if bounds[0] >= 1 else -1, bounds[0]
    elif len(bounds) == 2:
        start, end = bounds
        step = 1 if end >= start else -1
    elif len(bounds) == 3:
        start, step, end = bounds
        if end < start and step > 0:
            return ""
    else:
        return ""
    return " ".join(map(str, _numbers(context, start, end + (1 if end >= start else -1), step)))
