"""What templates give, rule by rule: checked against the interpreter and against the official engine alike.

Each text is the file `NAME` of a chart whose values are `VALUES`; `OTHER` is a second file with defines.
"""

from __future__ import annotations

from typing import Any

NAME = "case/templates/t.yaml"
OTHER_NAME = "case/templates/_other.tpl"

VALUES: dict[str, Any] = {
    "i": 8080.0,
    "big": 1234567.0,
    "s": "str",
    "e": "",
    "t": True,
    "f": False,
    "m": {"z": 1.0, "a": "x", "M": {"deep": "d"}, "10": "ten", "n": {}},
    "l": ["one", "two", "three"],
    "mixed": [{"x": "1"}, None, "s"],
    "maps": [{"x": "1"}, {"x": "2"}],
    "none": [],
}

OTHER = """{{ define "plain" }}plain{{ end }}
{{- define "value" }}{{ .Values.s }}{{ end }}
{{- define "dot" }}[{{ . }}]{{ end }}
{{- define "field" }}{{ .x }}{{ end }}
{{- define "fails" }}
  {{ .Values.missing.x }}{{ end }}
{{- define "outer" }}{{ include "fails" . }}{{ end }}
{{- define "dollar" }}{{ $ }}{{ end }}
{{- define "nothing" }}{{ .Values.missing }}{{ end }}
"""

OUTPUTS: list[tuple[str, str]] = [
    # text, numbers and nil
    ("a{{/* c */}}b", "ab"),
    ("a {{- 1 -}} b", "a1b"),
    ("{{ .Values.i }} {{ .Values.big }}", "8080 1.234567e+06"),
    (
        "{{ .Values.t }}{{ 1.0 }} {{ 1e3 }} {{ 0x1F }} {{ 'a' }} {{ 1_000 }} {{ -3 }}",
        "true1 1000 31 97 1000 -3",
    ),
    ("<{{ .Values.missing }}>", "<>"),
    ('{{ include "nothing" . | len }}', "10"),
    ("{{ .Values.l }} {{ .Values.mixed }}", "[one two three] [map[x:1] <nil> s]"),
    ("{{ .Values.m }}", "map[10:ten M:map[deep:d] a:x n:map[] z:1]"),
    ('{{ "a" }}{{ `b` }}{{ "\\u00e9" }}', "abé"),
    ("{{ true }}{{ (1) }}{{ 1i }}", "true1(0+1i)"),
    # fields
    ("{{ .Values.m.M.deep }} {{ $.Values.m.a }}", "d x"),
    ("{{ (.Values.missing).x }}|{{ ((.Values.missing).x).y }}|{{ (.Values.missing).x.y }}", "||"),
    ("{{ $x := .Values.missing }}{{ $x.foo.bar }}", ""),
    ("{{ .nothing }}{{ .Values.m.nothing }}", ""),
    ('{{ (index .Values "m").a }}', "x"),
    ('{{ (dict "a" (dict "b" 1)).a.b }}', "1"),
    ("{{ (.Values.m).M.deep }}", "d"),
    # variables and scopes
    ("{{ $x := 1 }}{{ $x }}{{ $x = 2 }}{{ $x }}", "12"),
    ("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21"),
    ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
    ("{{ $x := 1 }}{{ if false }}{{ $x := 2 }}{{ else }}{{ $x }}{{ end }}", "1"),
    ("{{ if $x := .Values.s }}{{ $x }}{{ end }}", "str"),
    ("{{ if $x := .Values.e }}no{{ else }}<{{ $x }}>{{ end }}", "<>"),
    ("{{ with $x := .Values.m }}{{ $x.a }}{{ .a }}{{ end }}", "xx"),
    ('{{ $x := "a" }}{{ range .Values.l }}{{ $x = . }}{{ end }}{{ $x }}', "three"),
    ('{{ $x := "a" }}{{ range .Values.l }}{{ $x := . }}{{ end }}{{ $x }}', "a"),
    ("{{ range .Values.l }}{{ $y := . }}{{ $y }}{{ end }}", "onetwothree"),
    ("{{ $a := 1 }}{{ with .Values.m }}{{ $a = .z }}{{ $b := 2 }}{{ end }}{{ $a }}", "1"),
    ("{{ $ := 3 }}{{ $ }}", "3"),
    # if and with
    ("{{ if .Values.e }}1{{ else if .Values.s }}2{{ else }}3{{ end }}", "2"),
    ("{{ if .Values.none }}1{{ else }}2{{ end }}{{ if .Values.m.n }}1{{ else }}2{{ end }}", "22"),
    (
        "{{ if .Values.missing }}1{{ end }}{{ if 0 }}2{{ end }}{{ if 0.0 }}3{{ end }}{{ if -1 }}4{{ end }}",
        "4",
    ),
    ("{{ with .Values.m }}{{ .a }}{{ $.Values.s }}{{ end }}", "xstr"),
    ("{{ with .Values.missing }}1{{ else }}{{ .Values.s }}{{ end }}", "str"),
    ("{{ with .Values.missing }}1{{ else with .Values.m }}{{ .a }}{{ end }}", "x"),
    # range
    ("{{ range .Values.l }}<{{ . }}>{{ end }}", "<one><two><three>"),
    ("{{ range $i, $e := .Values.l }}{{ $i }}{{ $e }}{{ end }}", "0one1two2three"),
    ("{{ range $e := .Values.l }}{{ $e }}{{ end }}", "onetwothree"),
    ("{{ range $k, $v := .Values.m }}{{ $k }},{{ end }}", "10,M,a,n,z,"),
    ("{{ range .Values.none }}1{{ else }}none{{ end }}", "none"),
    ("{{ range $i, $e := .Values.none }}1{{ else }}{{ $i }}{{ $e }}{{ end }}", "[][]"),
    ("{{ range .Values.missing }}1{{ else }}2{{ end }}", "2"),
    (
        "{{ range 3 }}{{ . }}{{ end }}{{ range $i := 2 }}{{ $i }}{{ end }}{{ range 0 }}1{{ else }}n{{ end }}",
        "01201n",
    ),
    ('{{ range .Values.l }}{{ if eq . "two" }}{{ break }}{{ end }}{{ . }}{{ end }}', "one"),
    ('{{ range .Values.l }}{{ if eq . "two" }}{{ continue }}{{ end }}{{ . }}{{ end }}', "onethree"),
    (
        (
            '{{ range .Values.maps }}{{ with .x }}{{ if eq . "1" }}{{ continue }}{{ end }}'
            "{{ . }}{{ end }}{{ end }}"
        ),
        "2",
    ),
    ("{{ $k := 0 }}{{ $v := 0 }}{{ range $k, $v = .Values.l }}{{ end }}{{ $k }}{{ $v }}", "2three"),
    ("{{ $v := 0 }}{{ range $v = .Values.l }}{{ end }}{{ $v }}", "three"),
    ("{{ $v := 0 }}{{ range $v = .Values.none }}{{ end }}{{ $v }}", "[]"),
    ("{{ range .Values.mixed }}<{{ . }}>{{ end }}", "<map[x:1]><><s>"),
    ("{{ range tuple 1 nil }}{{ . }};{{ end }}", "1;;"),
    ("{{ range $i, $c := until 3 }}{{ range until $c }}{{ . }}{{ end }};{{ end }}", ";0;01;"),
    ('{{ range $k, $v := dict "b" 1 "a" 2 }}{{ $k }}{{ $v }}{{ end }}', "a2b1"),
    # calls
    ('{{ printf "%s-%d" "a" 1 }}{{ 1 | printf "%s-%d" "a" }}', "a-1a-1"),
    ('{{ "abc" | trunc 2 | upper | quote }}', '"AB"'),
    ("{{ list 1 nil true `x` .Values.missing | toJson }}", '[1,null,true,"x",null]'),
    ("{{ add 1 2 }}{{ add1 3 }}{{ mul 2 .Values.i }}", "3416160"),
    ('{{ trunc 2 "abc" }}{{ round 1.25 1 }}{{ round 3 1 }}', "ab1.33"),
    ("{{ hasKey .Values.m `a` }}{{ $x := .Values.missing }}{{ hasKey $x `a` }}", "truefalse"),
    ("{{ hasKey (.Values.missing) `a` }}", "false"),
    ("{{ default (list) .Values.missing }}", "[]"),
    ("{{ eq .Values.i 8080.0 }}{{ eq .Values.missing nil }}{{ eq .Values.missing `x` }}", "truetruefalse"),
    ("{{ not .Values.t }}{{ len .Values.l }}{{ len `é` }}", "false32"),
    ("{{ dict | len }}{{ len list }}", "00"),
    ("{{ index .Values.l 1 }}{{ index .Values.m `M` `deep` }}", "twod"),
    ("{{ print 1 2 `a` `b` nil }}", "1 2ab<nil>"),
    # and, or
    ("{{ and .Values.s .Values.i }}{{ and .Values.e .Values.missing.x }}|{{ and 1 }}", "8080|1"),
    ("{{ or .Values.e .Values.s .Values.missing.x }}{{ or .Values.f 0 }}", "str0"),
    ("{{ .Values.s | and true }}{{ .Values.s | or false }}{{ 1 | and 0 }}", "strstr0"),
    ("{{ if and .Values.m .Values.m.M (eq .Values.m.M.deep `d`) }}yes{{ end }}", "yes"),
    # templates
    ('{{ template "plain" }}{{ template "value" . }}{{ template "dot" }}', "plainstr[]"),
    ('{{ include "plain" . }}{{ include "value" . | upper }}{{ include "dot" nil }}', "plainSTR[]"),
    ('{{ include "field" nil }}{{ include "field" (dict "x" 1) }}', "1"),
    ('{{ template "dollar" 3 }}{{ include "dollar" 4 }}', "34"),
    ('{{ define "inner" }}i{{ . }}{{ end }}{{ template "inner" 1 }}', "i1"),
    ('{{ block "bl" .Values.s }}<{{ . }}>{{ end }}{{ include "bl" 2 }}', "<str><2>"),
    ('{{ tpl "{{ .Values.s }}{{ $x := 1 }}{{ $x }}" . }}', "str1"),
    ('{{ tpl "{{ define \\"t2\\" }}in{{ end }}{{ include \\"t2\\" . }}" . }}', "in"),
    ('{{ range .Values.maps }}{{ include "field" . }}{{ end }}', "12"),
]

ERRORS: list[tuple[str, str, str, str]] = [
    # fields: text, line:column, node, message
    ("{{ .Values.missing.x }}", "1:10", ".Values.missing.x", "nil pointer evaluating interface {}.x"),
    ("{{ .missing.x.y }}", "1:11", ".missing.x.y", "nil pointer evaluating interface {}.x"),
    ("é\né{{ $.Values.missing.x }}", "2:6", "$.Values.missing.x", "nil pointer evaluating interface {}.x"),
    ("{{ .Values.s.x }}", "1:10", ".Values.s.x", "can't evaluate field x in type interface {}"),
    ("{{ $x := .Values.s }}{{ $x.y }}", "1:26", "$x.y", "can't evaluate field y in type string"),
    ("{{ with .Values.l }}{{ .y }}{{ end }}", "1:23", ".y", "can't evaluate field y in type []interface {}"),
    ("{{ range .Values.l }}{{ .y }}{{ end }}", "1:24", ".y", "can't evaluate field y in type interface {}"),
    (
        "{{ range $x := .Values.l }}{{ $x.y }}{{ end }}",
        "1:32",
        "$x.y",
        "can't evaluate field y in type interface {}",
    ),
    (
        "{{ range $x := .Values.l }}{{ $x = 1 }}{{ $x.y }}{{ end }}",
        "1:44",
        "$x.y",
        "can't evaluate field y in type int",
    ),
    ("{{ range .Values.mixed }}{{ .x }}{{ end }}", "1:28", ".x", "nil pointer evaluating interface {}.x"),
    (
        "{{ range $x := .Values.mixed }}{{ $x.x }}{{ end }}",
        "1:36",
        "$x.x",
        "nil pointer evaluating interface {}.x",
    ),
    (
        "{{ range $k, $x := .Values.m }}{{ $k.x }}{{ end }}",
        "1:36",
        "$k.x",
        "can't evaluate field x in type string",
    ),
    ("{{ (.Values.s).x }}", "1:11", ".Values.s", "can't evaluate field x in type string"),
    ('{{ (index .Values "s").x }}', "1:18", '"s"', "can't evaluate field x in type string"),
    ('{{ (.Values.missing | default "s").x.y }}', "1:30", '"s"', "can't evaluate field x in type string"),
    ("{{ (.Values.m).q.z }}", "1:11", ".Values.m", "nil pointer evaluating interface {}.z"),
    (
        '{{ include "field" 3 }}',
        "1:3",
        'include "field" 3',
        "@4:24 field .x: can't evaluate field x in type int",
    ),
    # commands
    ("{{ nil }}", "1:3", "nil", "nil is not a command"),
    ("{{ 3 4 }}", "1:3", "3", "can't give argument to non-function 3"),
    ('{{ ("x" .) }}', "1:4", '"x"', 'can\'t give argument to non-function "x"'),
    ("{{ . 1 }}", "1:3", ".", "can't give argument to non-function ."),
    ("{{ $ 1 }}", "1:3", "$", "can't give argument to non-function $"),
    ("{{ 1 | $ }}", "1:7", "$", "can't give argument to non-function $"),
    ("{{ true | (1) }}", "1:3", "true", "can't give argument to non-function 1"),
    ("{{ (1) 2 }}", "1:3", "(1) 2", "can't give argument to non-function 1"),
    ("{{ $x := (1) 2 }}", "1:3", "$x := (1) 2", "can't give argument to non-function 1"),
    ("{{ or .Values.s 2 | (1) }}", "1:13", ".Values.s", "can't give argument to non-function 1"),
    ("{{ .Values.m 1 }}", "1:10", ".Values.m", "m is not a method but has arguments"),
    ("{{ 1 | .Values.missing.x }}", "1:14", ".Values.missing.x", "nil pointer evaluating interface {}.x"),
    ("{{ .Values.s.x 1 }}", "1:10", ".Values.s.x", "can't evaluate field x in type interface {}"),
    ("{{ 9223372036854775808 }}", "1:3", "9223372036854775808", "9223372036854775808 overflows int"),
    ("{{ if false }}{{ $y := 2 }}{{ else }}{{ $y }}{{ end }}", "1:40", "$y", "undefined variable: $y"),
    ("{{ if false }}{{ $y := 2 }}{{ else }}{{ $y = 3 }}{{ end }}", "1:45", "3", "undefined variable: $y"),
    ("{{ $z = .Values.s }}", "1:15", ".Values.s", "undefined variable: $z"),
    # range
    ("{{ range .Values.i }}{{ end }}", "1:16", ".Values.i", "range can't iterate over 8080"),
    ("{{ range .Values.s }}{{ end }}", "1:16", ".Values.s", "range can't iterate over str"),
    ("{{ range true }}{{ end }}", "1:9", "true", "range can't iterate over true"),
    ("{{ range $i, $e := 3 }}{{ end }}", "1:19", "3", "can't use 3 to iterate over more than one variable"),
    ("{{ range and .Values.s .Values.t }}{{ end }}", "1:30", ".Values.t", "range can't iterate over true"),
    ("{{ range or .Values.s .Values.l }}{{ end }}", "1:19", ".Values.s", "range can't iterate over str"),
    # arguments
    ('{{ trunc .Values.i "x" }}', "1:16", ".Values.i", "wrong type for value; expected int; got float64"),
    ('{{ trunc "x" "x" }}', "1:9", '"x"', 'expected integer; found "x"'),
    ("{{ upper 1 }}", "1:9", "1", "expected string; found 1"),
    ("{{ upper nil }}", "1:9", "nil", "cannot assign nil to string"),
    (
        "{{ upper .Values.missing }}",
        "1:16",
        ".Values.missing",
        "wrong type for value; expected string; got interface {}",
    ),
    ("{{ .Values.missing | upper }}", "1:21", "upper", "invalid value; expected string"),
    ("{{ upper (.Values.missing) }}", "1:17", ".Values.missing", "invalid value; expected string"),
    ("{{ $x := .Values.missing }}{{ upper $x }}", "1:36", "$x", "invalid value; expected string"),
    ("{{ .Values.i | trunc 2 }}", "1:21", "2", "wrong type for value; expected string; got float64"),
    (
        '{{ hasKey .Values.missing "x" }}',
        "1:17",
        ".Values.missing",
        "wrong type for value; expected map[string]interface {}; got interface {}",
    ),
    ('{{ hasKey "m" "x" }}', "1:10", '"m"', 'can\'t handle "m" for arg of type map[string]interface {}'),
    ("{{ keys 1 }}", "1:8", "1", "can't handle 1 for arg of type map[string]interface {}"),
    ("{{ trunc 2.5 `x` }}", "1:9", "2.5", "expected integer; found 2.5"),
    ("{{ upper }}", "1:3", "upper", "wrong number of args for upper: want 1 got 0"),
    ('{{ "a" | upper "b" }}', "1:9", "upper", "wrong number of args for upper: want 1 got 2"),
    ("{{ printf }}", "1:3", "printf", "wrong number of args for printf: want at least 1 got 0"),
    ("{{ and }}", "1:3", "and", "wrong number of args for and: want at least 1 got 0"),
    ("{{ quote (trunc) }}", "1:10", "trunc", "wrong number of args for trunc: want 2 got 0"),
    ("{{ quote trunc }}", "1:9", "trunc", "wrong number of args for trunc: want 2 got 0"),
    ("{{ upper (add 1 2) }}", "1:16", "2", "wrong type for value; expected string; got int64"),
    (
        "{{ upper (and .Values.i .Values.f) }}",
        "1:31",
        ".Values.f",
        "wrong type for value; expected string; got bool",
    ),
    (
        "{{ upper (or .Values.i .Values.f) }}",
        "1:20",
        ".Values.i",
        "wrong type for value; expected string; got float64",
    ),
    # calls that fail
    ("{{ index .Values.l 9 }}", "1:3", "index .Values.l 9", "error calling index: index out of range: 9"),
    (
        "{{ index .Values.missing 1 }}",
        "1:3",
        "index .Values.missing 1",
        "error calling index: index of untyped nil",
    ),
    ("{{ len .Values.missing }}", "1:3", "len .Values.missing", "error calling len: len of nil pointer"),
    ("{{ len 3 }}", "1:3", "len 3", "error calling len: len of type int"),
    (
        "{{ $x := .Values.missing }}{{ len $x }}",
        "1:30",
        "len $x",
        "error calling len: reflect: call of reflect.Value.Type on zero Value",
    ),
    (
        "{{ .Values.missing | len }}",
        "1:21",
        "len",
        "error calling len: reflect: call of reflect.Value.Type on zero Value",
    ),
    (
        "{{ eq .Values.i 8080 }}",
        "1:3",
        "eq .Values.i 8080",
        "error calling eq: incompatible types for comparison: float64 and int",
    ),
    (
        "{{ if eq 1 true }}{{ end }}",
        "1:6",
        "eq 1 true",
        "error calling eq: incompatible types for comparison: int and bool",
    ),
    ('{{ call "x" }}', "1:3", 'call "x"', 'error calling call: non-function "x" of type string'),
    ("{{ call nil }}", "1:3", "call nil", "error calling call: call of nil"),
    (
        "{{ .Values.l | call }}",
        "1:15",
        "call",
        "error calling call: non-function <[]interface {} Value> of type []interface {}",
    ),
    (
        '{{ quote (index .Values.l "x") }}',
        "1:10",
        'index .Values.l "x"',
        "error calling index: cannot index slice/array with type string",
    ),
    (
        '{{ $x := index .Values.l "x" | quote }}',
        "1:9",
        'index .Values.l "x"',
        "error calling index: cannot index slice/array with type string",
    ),
    # templates
    ('{{ template "nope" . }}', "1:12", '{{template "nope" .}}', 'template "nope" not defined'),
    ('{{ template "nope" }}', "1:12", '{{template "nope"}}', 'template "nope" not defined'),
    (
        '{{ template "plain" .Values.missing.x }}',
        "1:27",
        ".Values.missing.x",
        "nil pointer evaluating interface {}.x",
    ),
    (
        '{{ include "nope" . }}',
        "1:3",
        'include "nope" .',
        'error calling include: template: no template "nope" associated with template "gotpl"',
    ),
    (
        '{{ include "fails" . }}',
        "1:3",
        'include "fails" .',
        "@6:12 fails .Values.missing.x: nil pointer evaluating interface {}.x",
    ),
]
"""Text, place, node and message; a message that begins with `@` is that of a template called: line:column in
`OTHER`, its name, node and message."""

CONTEXT_OUTPUTS: list[tuple[str, str]] = [
    ("{{ .Template.Name }} {{ $.Template.BasePath }}", "case/templates/t.yaml case/templates"),
    (
        (
            '{{ .Files.Get "no" }}{{ .Capabilities.APIVersions.Has "v1" }}'
            '{{ "v1" | .Capabilities.APIVersions.Has }}'
        ),
        "truetrue",
    ),
    ('{{ $f := .Files }}{{ $f.Get "f.txt" }}{{ (.Files).Get "f.txt" }}', "texttext"),
    ('{{ range $path, $_ := .Files.Glob "*.txt" }}{{ $path }}{{ end }}', "f.txt"),
    ('{{ .Capabilities.KubeVersion.Version | hasPrefix "v1" }}', "true"),
    ('{{ (.Values.Table "m").a }}{{ .Values.missing | typeOf }}', "x<nil>"),
]
"""What needs the whole of a chart's dot, with a file `f.txt` that holds `text`."""

CONTEXT_ERRORS: list[tuple[str, str, str, str]] = [
    (
        "{{ .Capabilities.Nope }}",
        "1:16",
        ".Capabilities.Nope",
        "can't evaluate field Nope in type interface {}",
    ),
    ("{{ .Files.Get }}", "1:9", ".Files.Get", "wrong number of args for Get: want 1 got 0"),
    ('{{ .Files.Get "a" "b" }}', "1:9", ".Files.Get", "wrong number of args for Get: want 1 got 2"),
    ("{{ .Files.Get 1 }}", "1:14", "1", "expected string; found 1"),
    ("{{ .Files.Get .Values.i }}", "1:21", ".Values.i", "wrong type for value; expected string; got float64"),
    (
        "{{ .Files.Get .Values.missing }}",
        "1:21",
        ".Values.missing",
        "wrong type for value; expected string; got interface {}",
    ),
]


def message_of(place: str, node: str, text: str) -> str:
    """Give Go's whole message for a row of `ERRORS`."""
    if text.startswith("@"):
        where, name, rest = text[1:].split(" ", 2)
        inner, _, cause = rest.partition(": ")
        text = (
            f'error calling include: template: {OTHER_NAME}:{where}: executing "{name}" at <{inner}>: {cause}'
        )
    return f'template: {NAME}:{place}: executing "{NAME}" at <{node}>: {text}'
