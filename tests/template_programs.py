"""Random template programs: statements and expressions that parse, with right and wrong arguments.

The generator knows Go's scopes, so that every variable it names is one that the parser sees; what the program
does when it runs is left to chance. Nothing in it is random or depends on the clock or on the order of Go's
maps, loops are short, and no bare root context is printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

OPERANDS: dict[str, tuple[str, ...]] = {
    "string": (
        ".Values.s",
        ".Values.e",
        "$.Values.m.a",
        ".Values.m.M.deep",
        '"a"',
        '"two"',
        '""',
        "`x`",
        '"%v-%s"',
    ),
    "int": ("0", "1", "2", "-1", "0x10", "'a'", "(len .Values.l)", "(int .Values.i)"),
    "float64": (".Values.i", ".Values.big", "$.Values.m.z", "2.5", "1e3"),
    "bool": (".Values.t", ".Values.f", "true", "false", "(not .Values.s)"),
    "map": (".Values.m", "$.Values.m.M", "$.Values.m.n", "dict", "(index .Values.maps 0)"),
    "list": (".Values.l", "$.Values.mixed", ".Values.maps", ".Values.none", "list", "(until 3)"),
    "nil": (".Values.missing", "$.Values.missing", "$.Values.m.no", "(.Values.missing)"),
}
"""Expressions by the type of their value."""

WRONG = (
    ".Values.missing.x",
    "$.Values.missing.y.z",
    ".Values.s.x",
    ".Values.l.x",
    ".x",
    ".a",
    ".x.y",
    "nil",
    "upper",
)
"""Expressions that fail, at least where dot is the chart's."""

NAMES = ("plain", "value", "field", "nothing", "dot")
WRONG_NAMES = ("fails", "outer", "nope")

FUNCTIONS: tuple[tuple[str, str, str], ...] = (
    ("quote", "any?", "string"),
    ("upper", "string", "string"),
    ("lower", "string", "string"),
    ("trim", "string", "string"),
    ("trunc", "int string", "string"),
    ("replace", "string string string", "string"),
    ("contains", "string string", "bool"),
    ("hasPrefix", "string string", "bool"),
    ("indent", "int string", "string"),
    ("nindent", "int string", "string"),
    ("join", "string list", "string"),
    ("toString", "any", "string"),
    ("int", "any", "int"),
    ("float64", "any", "float64"),
    ("add", "float64 int", "float64"),
    ("mul", "int float64", "float64"),
    ("len", "list", "int"),
    ("len", "string", "int"),
    ("index", "map string", "any"),
    ("index", "list int", "any"),
    ("slice", "list int", "list"),
    ("not", "any", "bool"),
    ("and", "any any?", "any"),
    ("or", "any any?", "any"),
    ("eq", "string string string?", "bool"),
    ("eq", "any any", "bool"),
    ("ne", "float64 float64", "bool"),
    ("lt", "int int", "bool"),
    ("ge", "float64 float64", "bool"),
    ("default", "any any", "any"),
    ("empty", "any", "bool"),
    ("coalesce", "any any?", "any"),
    ("ternary", "any any bool", "any"),
    ("list", "any?", "list"),
    ("dict", "string any", "map"),
    ("hasKey", "map string", "bool"),
    ("get", "map string", "any"),
    ("first", "list", "any"),
    ("rest", "list", "list"),
    ("has", "any list", "bool"),
    ("kindOf", "any", "string"),
    ("typeOf", "any", "string"),
    ("print", "any? any?", "string"),
    ("printf", "string any?", "string"),
    ("until", "int", "list"),
    ("required", "string any", "any"),
    ("call", "any", "any"),
    ("fail", "string", "string"),
)
"""Name, types of the parameters (`?`: may be left out), type of the result."""

SELDOM = frozenset({"call", "fail"})


class ProgramWriter:
    """Writes one program from a source of random numbers; `mistakes` is the share of wrong choices."""

    def __init__(self, random: Random, *, mistakes: float = 0.03) -> None:
        self._random = random
        self.mistakes = mistakes
        self._variables: list[str] = []
        self._in_range = 0
        self._has_own_dot = False

    def program(self) -> str:
        """Give the text of a template."""
        return self._statements(self._random.randint(1, 5), depth=0)

    # --- statements ----------------------------------------------------------------------------------------

    def _statements(self, count: int, depth: int) -> str:
        return "".join([self._statement(depth) for _ in range(count)])

    def _statement(self, depth: int) -> str:
        kinds = ["text", "print", "print", "print", "declare", "assign", "template"]
        if depth < 3:
            kinds += ["if", "if", "with", "range", "range"]
        if self._in_range:
            kinds.append("leave")
        return getattr(self, f"_{self._random.choice(kinds)}")(depth)

    def _text(self, _depth: int) -> str:
        return self._random.choice(["t ", "é\n", "<", "\n  - ", "x: "])

    def _print(self, depth: int) -> str:
        left, right = self._random.choice([("{{ ", " }}"), ("{{- ", " }}"), ("{{", " -}}"), ("{{ ", "\n}}")])
        return f"{left}{self._pipeline(depth)}{right}"

    def _declare(self, depth: int) -> str:
        value = self._pipeline(depth)
        name = self._random.choice(("$a", "$b", "$c"))
        self._variables.append(name)
        return f"{{{{ {name} := {value} }}}}"

    def _assign(self, depth: int) -> str:
        if not self._variables:
            return self._declare(depth)
        return f"{{{{ {self._random.choice(self._variables)} = {self._pipeline(depth)} }}}}"

    def _template(self, depth: int) -> str:
        return f"{{{{ template {self._name_and_dot(depth)} }}}}"

    def _leave(self, depth: int) -> str:
        word = self._random.choice(("break", "continue"))
        return f"{{{{ if {self._pipeline(depth)} }}}}{{{{ {word} }}}}{{{{ end }}}}"

    def _if(self, depth: int) -> str:
        mark = len(self._variables)
        text = f"{{{{ if {self._condition(depth)} }}}}" + self._body(depth)
        if self._random.random() < 0.3:
            text += f"{{{{ else if {self._condition(depth)} }}}}" + self._body(depth)
        if self._random.random() < 0.5:
            text += "{{ else }}" + self._body(depth)
        del self._variables[mark:]
        return text + "{{ end }}"

    def _with(self, depth: int) -> str:
        mark = len(self._variables)
        text = f"{{{{ with {self._condition(depth)} }}}}" + self._body(depth, own_dot=True)
        if self._random.random() < 0.4:
            text += "{{ else }}" + self._body(depth)
        del self._variables[mark:]
        return text + "{{ end }}"

    def _range(self, depth: int) -> str:
        mark = len(self._variables)
        # Not any pipeline: a product of two values is a loop of millions.
        wanted = self._random.choice(("list", "list", "map", "nil", "string", "float64"))
        value = self._operand(depth, wanted) if wanted == "float64" else self._pipeline(depth, wanted)
        names = self._random.choice(([], [], ["$v"], ["$k", "$v"]))
        operator = ":="
        if names and len(self._variables) >= 2 and self._random.random() < 0.2:
            names = self._random.sample(self._variables, len(names))
            operator = "="
        prefix = f"{', '.join(names)} {operator} " if names else ""
        self._variables += names
        self._in_range += 1
        text = f"{{{{ range {prefix}{value} }}}}" + self._body(depth, own_dot=True)
        self._in_range -= 1
        if self._random.random() < 0.4:
            text += "{{ else }}" + self._body(depth)
        del self._variables[mark:]
        return text + "{{ end }}"

    def _condition(self, depth: int) -> str:
        value = self._pipeline(depth)
        if self._random.random() < 0.2:
            self._variables.append("$c")
            return f"$c := {value}"
        return value

    def _body(self, depth: int, *, own_dot: bool = False) -> str:
        outer = self._has_own_dot
        self._has_own_dot = outer or own_dot
        text = self._statements(self._random.randint(0, 3), depth + 1)
        self._has_own_dot = outer
        return text

    # --- expressions ---------------------------------------------------------------------------------------

    def _pipeline(self, depth: int, wanted: str = "any") -> str:
        if self._random.random() < 0.7 or depth > 4:
            return self._command(depth, wanted)
        name, params = self._function(wanted)
        if not params:
            return self._command(depth, wanted)
        start = self._pipeline(depth + 1, params[-1])
        return f"{start} | {self._arguments(name, params[:-1], depth)}"

    def _command(self, depth: int, wanted: str) -> str:
        chance = self._random.random()
        if chance < 0.5 or depth > 4:
            return self._operand(depth, wanted)
        if chance < 0.5 + self.mistakes / 4:
            return f"{self._operand(depth, 'any')} {self._operand(depth, 'any')}"
        if chance < 0.58 and wanted in {"any", "string"}:
            return f"include {self._name_and_dot(depth)}"
        name, params = self._function(wanted)
        return self._arguments(name, params, depth)

    def _function(self, wanted: str) -> tuple[str, list[str]]:
        while True:
            name, params, result = self._random.choice(FUNCTIONS)
            if (name in SELDOM and self._is_careful()) or (
                wanted not in {"any", result} and self._is_careful()
            ):
                continue
            is_left_out = (param.endswith("?") and self._random.random() < 0.5 for param in params.split())
            return name, [
                param.removesuffix("?")
                for param, is_out in zip(params.split(), is_left_out, strict=True)
                if not is_out
            ]

    def _arguments(self, name: str, params: list[str], depth: int) -> str:
        if not self._is_careful():
            params = [*params, "any"] if self._random.random() < 0.5 else params[1:]
        return " ".join([name, *(self._operand(depth + 1, param) for param in params)])

    def _operand(self, depth: int, wanted: str) -> str:
        if not self._is_careful():
            return self._random.choice(WRONG)
        if wanted == "any" or not self._is_careful():
            wanted = self._random.choice(tuple(OPERANDS))
        chance = self._random.random()
        if chance < 0.15 and depth < 4:
            return f"({self._pipeline(depth + 1, wanted)})"
        if chance < 0.2 and depth < 4:
            return f"({self._pipeline(depth + 1, 'map')}).{self._random.choice(('x', 'a', 'M.deep'))}"
        if chance < 0.35 and self._variables:
            fields = "" if self._is_careful() else self._random.choice((".x", ".a", ".M.deep"))
            return self._random.choice(self._variables) + fields
        if chance < 0.42 and self._has_own_dot:
            return "."
        found = self._random.choice(OPERANDS[wanted])
        if self._has_own_dot and self._is_careful():
            return _from_root(found)
        return found

    def _name_and_dot(self, depth: int) -> str:
        name = self._random.choice(NAMES if self._is_careful() else WRONG_NAMES)
        dots = ["$", "$", "nil", self._operand(depth, "any")]
        return f'"{name}" {self._random.choice(dots[2:] if name == "dot" else dots)}'

    def _is_careful(self) -> bool:
        return self._random.random() >= self.mistakes


def _from_root(expression: str) -> str:
    """Let every field of dot in an expression be one of the root."""
    return expression.replace("$.Values", ".Values").replace(".Values", "$.Values")
