"""Texts that are nearly templates, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

FUNCTIONS = frozenset(("include", "printf", "and", "not", "eq", "dict", "list", "quote", "nindent"))

_WORDS = (
    ".", ".a", ".Values.x.y", "$", "$x", "$y", "$x.a.b", '"s"', '"a\\n\\t"', "`raw`", "`r\n{{w`", "1", "-3", "0x1F",
    "1.5", "1e3", "0b1_0", "1_000", "08", "0o17", "'a'", "'\\n'", "'ab'", "1i", "1+2i", "true", "false", "nil",
    "printf", "include", "dict", "nosuch", "and", "(", ")", "(", ")", "|", "|", ":=", "=", ",", "}", "{", '"un', "`un",
    "'u", "$x :=", "$x, $y :=", " ", "\n", "/", "é", "\0", ".é", "..", ".1", '"x".y', "(.a).b", "nil.a", '"\\d"',
    "/* c */", "break", "continue", "end", "if", "else", "define", "-", "- ", "0x1p4", "1e400", '"\\xff"', "²",
    "99999999999999999999", '"\\ud800"', '"\\u00e9"', "+1", "+", "0x", "1__0", "0_1", "1.", ".5e1", "not", ".a.",
)  # fmt: skip
_KEYWORDS = (
    "", "", "", "if ", "with ", "range ", "else", "else if ", "else with ", "end", "end", 'define "d"', 'define "e"',
    "define ", 'block "b" ', 'template "t" ', 'template "t"', "template ", "break", "continue", "range $k, $v := ",
    "if $x := ", "/* c */", "range $k,",
)  # fmt: skip
_WHOLE = (
    "{{ end }}", "{{ .a }}", "{{- if .x }}", "{{ else }}", "{{ else if .y }}", "{{ $x := 1 }}", "{{ $x }}", "{{ $x = 2 }}",
    '{{ define "a" }}x{{ end }}', '{{ define "b" }}{{ end }}', "{{/* c */}}", "{{- /* c */ -}}", "{{ nosuch }}",
    "{{ break }}", "{{ range .a }}", "{{- with $y := .b -}}", '{{ block "q" . }}', '{{ include "a" . | nindent 4 }}',
    "{{", "}}", "{", "}", '"', "`", "/*", "*/", "-", "|", "(", ")", " ", "\n", "text: x\n", "  k: ", "a", ".", "$x", ":=",
)  # fmt: skip

_words = st.lists(st.sampled_from(_WORDS), max_size=5)
expressions = st.builds(lambda words, glue: glue.join(words), _words, st.sampled_from((" ", "", " ", "  ")))
"""Pieces of expressions, mostly wrong."""

tags = st.builds(
    lambda left, keyword, inner, right: left + keyword + inner + right,
    st.sampled_from(("{{ ", "{{ ", "{{- ", "{{", "{{-\n", "{{-")),
    st.sampled_from(_KEYWORDS),
    st.one_of(st.just(""), st.sampled_from((".a", "$x", 'include "a" .', "(.a).b", "$x := .a")), expressions),
    st.sampled_from((" }}", " }}", " -}}", "}}", "\n-}}", "-}}", "}", "")),
)
"""Tags of every kind, many of them wrong."""

texts = st.lists(st.one_of(tags, st.sampled_from(_WHOLE), st.text(max_size=3)), max_size=14).map("".join)
"""Files: tags, text and loose ends."""
