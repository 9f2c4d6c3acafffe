"""Signatures of template functions are read from their Go text."""

from __future__ import annotations

import pytest

from quarterdeck.runtime.calls import parameter_type
from quarterdeck.runtime.funcs.table import function_table
from quarterdeck.runtime.signatures import Function


@pytest.mark.parametrize(
    ("signature", "params", "result"),
    [
        ("func() string", (), "string"),
        ("func(int, ...any) string", ("int", "...any"), "string"),
        ("func(map[string]any, func(int) bool) (any, error)", ("map[string]any", "func(int) bool"), "any"),
        ("func(interface {}, []string) []int", ("interface {}", "[]string"), "[]int"),
    ],
)
def test_a_signature_has_parameters_and_a_result(
    signature: str, params: tuple[str, ...], result: str
) -> None:
    function = Function("f", signature, print, "pure")
    assert function.params == params
    assert function.result == result
    assert function.is_variadic is (bool(params) and params[-1].startswith("..."))


def test_only_pure_functions_do_without_the_context() -> None:
    assert not Function("f", "func() int", print, "pure").takes_context
    assert Function("f", "func() int", print, "volatile").takes_context
    assert Function("f", "func() int", print, "writes").takes_context


def test_every_function_of_the_table_has_a_signature_that_can_be_read() -> None:
    for function in function_table().values():
        assert function.result
        for place in range(len(function.params)):
            assert parameter_type(function, place)
